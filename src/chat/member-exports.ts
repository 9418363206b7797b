/** What this domain gives to an export about where somebody was, what they may do there, and who spoke to them. */
import { z } from 'zod';
import { ChannelId, ChannelKind, MessageId, Timestamp, UserId } from '../contract/index.ts';
import { keyRows } from '../crypto/index.ts';
import type { DataSubject, ExportContributor, ExportRow } from '../kernel/index.ts';
import type { ChatExports } from './exports.ts';
import { readableNow, type Tx } from './exports-store.ts';
import { membershipsPage, mentionsPage, overridesPage } from './member-exports-store.ts';

interface Parts extends ChatExports {
  readonly withPosts: ExportContributor['settle'];
}

export function memberExports({
  transaction,
  content,
  withPosts,
}: Parts): readonly ExportContributor[] {
  /** Of a direct channel too, whose name says nothing about the other. */
  const named = async (tx: Tx, subject: DataSubject, ids: readonly ChannelId[]) => {
    const keys = keyRows(tx, subject.workspaceId);
    const names = new Map<ChannelId, { name: string; kind: string }>();
    for (const [id, { channel }] of await readableNow(tx, subject, [...new Set(ids)]))
      names.set(id, await content.settings(keys, channel));
    return names;
  };

  const memberships: ExportContributor = {
    name: 'memberships',
    about:
      'Channels that you are or were in. Those that you may not see any more have no name here.',
    row: z.strictObject({
      channelId: ChannelId,
      channel: z.string().nullable(),
      kind: ChannelKind.nullable(),
      member: UserId,
      role: z.string(),
      joinedAt: Timestamp,
      leftAt: Timestamp.nullable(),
      joinedSeq: z.int(),
      leftSeq: z.int().nullable(),
      readSeq: z.int(),
      mutedAt: Timestamp.nullable(),
      mutedUntil: Timestamp.nullable(),
      lastPostAt: Timestamp.nullable(),
      createdByMe: z.boolean(),
    }),
    columns: {
      'membership.channel_id': 'channelId',
      'membership.user_id': 'member',
      'membership.role': 'role',
      'membership.joined_at': 'joinedAt',
      'membership.left_at': 'leftAt',
      'membership.joined_seq': 'joinedSeq',
      'membership.left_seq': 'leftSeq',
      'membership.read_seq': 'readSeq',
      'membership.muted_at': 'mutedAt',
      'membership.muted_until': 'mutedUntil',
      'membership.last_post_at': 'lastPostAt',
      'channel.created_by': 'createdByMe',
    },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const { rows, next } = await membershipsPage(tx, subject, cursor);
        const names = await named(
          tx,
          subject,
          rows.map(({ channelId }) => channelId),
        );
        const shown = rows.map((row): ExportRow => ({
          channelId: row.channelId,
          channel: names.get(row.channelId)?.name ?? null,
          kind: names.get(row.channelId)?.kind ?? null,
          member: subject.userId,
          role: row.role,
          joinedAt: row.joinedAt.getTime(),
          leftAt: row.leftAt?.getTime() ?? null,
          joinedSeq: Number(row.joinedSeq),
          leftSeq: row.leftSeq === null ? null : Number(row.leftSeq),
          readSeq: Number(row.readSeq),
          mutedAt: row.mutedAt?.getTime() ?? null,
          mutedUntil: row.mutedUntil?.getTime() ?? null,
          lastPostAt: row.lastPostAt?.getTime() ?? null,
          createdByMe: row.createdBy === subject.userId,
        }));
        return { rows: shown, next };
      }),
    settle: (subject, rows) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const ids = rows.map((row) => row['channelId'] as ChannelId);
        const may = await readableNow(tx, subject, [...new Set(ids)]);
        return rows.map((row, i) => {
          const isSeen = may.has(ids[i] as ChannelId);
          return isSeen || row['channel'] === null ? row : { ...row, channel: null, kind: null };
        });
      }),
  };

  const permissions: ExportContributor = {
    name: 'channel-permissions',
    about: 'What you may do in one channel, or may not, otherwise than others.',
    row: z.strictObject({
      channelId: ChannelId,
      member: UserId,
      permission: z.string(),
      effect: z.string(),
    }),
    columns: {
      'channel_override.channel_id': 'channelId',
      'channel_override.user_id': 'member',
      'channel_override.permission': 'permission',
      'channel_override.effect': 'effect',
    },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const { rows, next } = await overridesPage(tx, subject, cursor);
        const shown = rows.map(({ channelId, permission, effect }) => ({
          ...{ channelId, member: subject.userId, permission, effect },
        }));
        return { rows: shown, next };
      }),
  };

  const mentions: ExportContributor = {
    name: 'mentions',
    about: 'Messages of others in which you were mentioned: where they are, not what they say.',
    row: z.strictObject({
      channelId: ChannelId,
      seq: z.int(),
      messageId: MessageId,
      mentioned: UserId,
    }),
    columns: {
      'mention.channel_id': 'channelId',
      'mention.seq': 'seq',
      'mention.user_id': 'mentioned',
      'mention.message_id': 'messageId',
    },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const { rows, next } = await mentionsPage(tx, subject, cursor);
        const may = await readableNow(tx, subject, [
          ...new Set(rows.map(({ channelId }) => channelId as ChannelId)),
        ]);
        const shown = rows
          .filter(({ channelId }) => may.has(channelId as ChannelId))
          .map(({ channelId, seq, messageId }) => ({
            ...{ channelId, seq: Number(seq), messageId, mentioned: subject.userId },
          }));
        return { rows: shown, next };
      }),
    ...(withPosts && { settle: withPosts }),
  };

  return [memberships, permissions, mentions];
}
