/** What this domain gives to an export of somebody's data: what they wrote and did, where they may still read it. */
import { z } from 'zod';
import { ChannelId, MessageId, Timestamp, UserId, type WorkspaceId } from '../contract/index.ts';
import { keyRows } from '../crypto/index.ts';
import { masked, type ExportContributor, type ExportRow } from '../kernel/index.ts';
import type { Content } from './content.ts';
import {
  messagesIn,
  nextPieces,
  pinsIn,
  reactionsIn,
  SPARSE_PLACES,
  stillThere,
  versionsIn,
  type ExportedMessage,
  type Tx,
} from './exports-store.ts';
import { memberExports } from './member-exports.ts';
import type { ProfileNames } from './services.ts';
import type { Transaction } from './transaction-store.ts';

export interface ChatExports {
  readonly transaction: Transaction;
  readonly content: Content;
  readonly profileNames: (tx: Tx, workspaceId: WorkspaceId) => ProfileNames;
}

const place = { channelId: ChannelId, seq: z.int() };
type Place = { readonly channelId: ChannelId; readonly seq: number };

export function chatExports(parts: ChatExports): readonly ExportContributor[] {
  const { transaction, content, profileNames } = parts;

  /** What is about a post goes where the post goes, and with its text. */
  const withPosts: ExportContributor['settle'] = (subject, rows) =>
    transaction(subject.workspaceId, 'read', async (tx) => {
      const is = await stillThere(tx, subject, rows as unknown as readonly Place[]);
      return rows.map((row, i) => (is[i] === 'there' ? row : null));
    });

  const messages: ExportContributor = {
    name: 'messages',
    about: 'What you wrote, in channels that you may read. Deleted messages have no text any more.',
    row: z.strictObject({
      ...place,
      id: MessageId,
      at: Timestamp,
      text: z.string().nullable(),
      version: z.int(),
      editedAt: Timestamp.nullable(),
      deletedAt: Timestamp.nullable(),
      deletedByMe: z.boolean(),
      replyTo: MessageId.nullable(),
      thread: MessageId.nullable(),
      /** Names, in part. */
      mentions: z.array(z.string()),
      author: UserId,
    }),
    dated: 'at',
    columns: {
      'message.channel_id': 'channelId',
      'message.seq': 'seq',
      'message.id': 'id',
      'message.author_id': 'author',
      'message.reply_to': 'replyTo',
      'message.at': 'at',
      'message.edited_at': 'editedAt',
      'message.thread_root': 'thread',
      'message.version': 'version',
      'message.body_sealed': 'text',
      'message.deleted_at': 'deletedAt',
      'message.deleted_by': 'deletedByMe',
      'message.mentions': 'mentions',
    },
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const { pieces, next } = await nextPieces(tx, { workspaceId, userId }, cursor);
        const found = await messagesIn(tx, userId, pieces);
        const keys = keyRows(tx, workspaceId);
        await content.fetchKeys(keys, found.map((row) => ({ ...row, authorId: userId })) as never);
        const named = [...new Set(found.flatMap(({ mentions }) => mentions ?? []))];
        const names = named.length === 0 ? null : await profileNames(tx, workspaceId).open(named);
        const rows: ExportRow[] = [];
        for (const row of found) {
          const { bodySealed } = row;
          const text =
            bodySealed && (await content.body(keys, sealedBody(row, userId, bodySealed)));
          rows.push({
            ...{ channelId: row.channelId, seq: Number(row.seq), id: row.id, author: userId },
            ...{ at: row.at.getTime(), text, version: row.version },
            editedAt: row.editedAt?.getTime() ?? null,
            deletedAt: row.deletedAt?.getTime() ?? null,
            deletedByMe: row.deletedBy === userId,
            ...{ replyTo: row.replyTo, thread: row.threadRoot },
            mentions: (row.mentions ?? []).map((id) => masked(names?.get(id) ?? id)),
          });
        }
        return { rows, next };
      }),
    settle: (subject, rows) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const is = await stillThere(tx, subject, rows as unknown as readonly Place[]);
        return rows.map((row, i) => {
          if (is[i] === null) return null;
          // Its text was there when it was collected, and is nowhere any more.
          return is[i] === 'deleted' && row['text'] !== null ? null : row;
        });
      }),
  };

  const versions: ExportContributor = {
    name: 'message-versions',
    about: 'What your messages said before you edited them.',
    row: z.strictObject({
      ...place,
      id: MessageId,
      version: z.int(),
      at: Timestamp,
      text: z.string().nullable(),
    }),
    columns: {
      'message_version.channel_id': 'channelId',
      'message_version.seq': 'seq',
      'message_version.version': 'version',
      'message_version.at': 'at',
      'message_version.body_sealed': 'text',
    },
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const { found, next } = await versionsIn(tx, { workspaceId, userId }, cursor);
        const keys = keyRows(tx, workspaceId);
        const rows: ExportRow[] = [];
        for (const row of found) {
          const text = await content.body(keys, sealedBody(row, userId, row.bodySealed));
          const { channelId, id, version } = row;
          rows.push({ channelId, seq: Number(row.seq), id, version, at: row.at.getTime(), text });
        }
        return { rows, next };
      }),
    settle: withPosts,
  };

  const reactions: ExportContributor = {
    name: 'reactions',
    about: 'Your reactions to messages.',
    row: z.strictObject({ ...place, emoji: z.string(), at: Timestamp, by: UserId }),
    columns: {
      'reaction.channel_id': 'channelId',
      'reaction.seq': 'seq',
      'reaction.emoji': 'emoji',
      'reaction.user_id': 'by',
      'reaction.at': 'at',
    },
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const { found, next } = await reactionsIn(tx, { workspaceId, userId }, cursor);
        const rows = found.map(({ channelId, seq, emoji, at }) => ({
          ...{ channelId, seq: Number(seq), emoji, at: at.getTime(), by: userId },
        }));
        return { rows, next };
      }),
    settle: withPosts,
  };

  const pins: ExportContributor = {
    name: 'pins',
    about: 'Messages that you pinned, whoever wrote them.',
    row: z.strictObject({ ...place, pinnedAt: Timestamp, by: UserId }),
    columns: { 'message.pinned_at': 'pinnedAt', 'message.pinned_by': 'by' },
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const { pieces, next } = await nextPieces(
          tx,
          { workspaceId, userId },
          cursor,
          SPARSE_PLACES,
        );
        const rows = (await pinsIn(tx, userId, pieces)).map(({ channelId, seq, pinnedAt }) => ({
          ...{ channelId, seq: Number(seq), pinnedAt: pinnedAt.getTime(), by: userId },
        }));
        return { rows, next };
      }),
    settle: withPosts,
  };

  return [...memberExports({ ...parts, withPosts }), messages, versions, reactions, pins];
}

function sealedBody(
  {
    channelId,
    id,
    version,
    keyEpoch,
  }: Pick<ExportedMessage, 'channelId' | 'id' | 'version' | 'keyEpoch'>,
  authorId: UserId,
  bodySealed: Uint8Array,
) {
  return { channelId, id: id as MessageId, authorId, version, keyEpoch, bodySealed };
}
