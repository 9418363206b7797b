/** What this domain gives to an export of somebody's data: what they wrote and did, where they may still read it. */
import { z } from 'zod';
import { ChannelId, MessageId, Timestamp, UserId, type WorkspaceId } from '../contract/index.ts';
import { keyRows } from '../crypto/index.ts';
import type { ExportContributor, ExportRow } from '../kernel/index.ts';
import type { Content } from './content.ts';
import {
  nextPieces,
  pinsIn,
  reactionsIn,
  SPARSE_PLACES,
  stillThere,
  versionsIn,
  type ExportedVersion,
  type SeqPlace,
  type Tx,
} from './exports-store.ts';
import { memberExports } from './member-exports.ts';
import { messageExports } from './message-exports.ts';
import type { ProfileNames } from './services.ts';
import type { Transaction } from './transaction-store.ts';

export interface ChatExports {
  readonly transaction: Transaction;
  readonly content: Content;
  readonly profileNames: (tx: Tx, workspaceId: WorkspaceId) => ProfileNames;
}

const place = { channelId: ChannelId, seq: z.int() };

export function chatExports(parts: ChatExports): readonly ExportContributor[] {
  const { transaction, content } = parts;

  /** What is about a post goes where the post goes, and with its text. */
  const withPosts: ExportContributor['settle'] = (subject, rows) =>
    transaction(subject.workspaceId, 'read', async (tx) => {
      const is = await stillThere(tx, subject, rows as unknown as readonly SeqPlace[]);
      return rows.map((row, i) => (is[i] === 'there' ? row : null));
    });

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

  return [
    ...memberExports({ ...parts, withPosts }),
    messageExports(parts),
    versions,
    reactions,
    pins,
  ];
}

function sealedBody(
  {
    channelId,
    id,
    version,
    keyEpoch,
  }: Pick<ExportedVersion, 'channelId' | 'id' | 'version' | 'keyEpoch'>,
  authorId: UserId,
  bodySealed: Uint8Array,
) {
  return { channelId, id: id as MessageId, authorId, version, keyEpoch, bodySealed };
}
