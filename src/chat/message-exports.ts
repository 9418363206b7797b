/** What somebody wrote, for an export: a page is fetched with its keys in one transaction, and opened row by row after it. */
import { z } from 'zod';
import { ChannelId, MessageId, Timestamp, UserId, type WorkspaceId } from '../contract/index.ts';
import { keyRows, type DataKeyName, type KeyRows } from '../crypto/index.ts';
import {
  masked,
  type DataSubject,
  type ExportContributor,
  type ExportRow,
} from '../kernel/index.ts';
import type { Content } from './content.ts';
import type { ChatExports } from './exports.ts';
import { nextPieces, stillThere, type SeqPlace, type Tx } from './exports-store.ts';
import {
  messagesIn,
  type ExportedMessage,
  type ExportedMessages,
} from './message-exports-store.ts';
import { extentOf } from './message-extent.ts';
import { messageWholes } from './message-wholes.ts';

/** What it takes to show messages, without another query. */
interface Shown {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly content: Content;
  /** By channel and epoch; null where there is none that opens. */
  readonly keys: ReadonlyMap<string, Buffer | null>;
  /** Of people who are mentioned. */
  readonly names: ReadonlyMap<string, string | null>;
}

export function messageExports({
  transaction,
  content,
  profileNames,
}: ChatExports): ExportContributor {
  const namesOf = async (tx: Tx, workspaceId: WorkspaceId, found: readonly ExportedMessage[]) => {
    const named = [...new Set(found.flatMap(({ mentions }) => mentions ?? []))];
    return named.length === 0 ? new Map() : profileNames(tx, workspaceId).open(named);
  };
  return {
    name: 'messages',
    about: 'What you wrote, in channels that you may read. Deleted messages have no text any more.',
    row: z.strictObject({
      channelId: ChannelId,
      seq: z.int(),
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
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const { pieces, next } = await nextPieces(tx, subject, cursor);
        const messages = await messagesIn(tx, subject.userId, pieces);
        const { found, isCut } = messages;
        const last = isCut ? found.at(-1) : undefined;
        const keys = await keysOf(keyRows(tx, subject.workspaceId), content, subject, found);
        const names = await namesOf(tx, subject.workspaceId, found);
        return {
          rows: opened({ ...subject, content, keys, names }, messages),
          next: last ? [last.channelId, last.seq] : next,
          extent: extentOf(pieces, found, last),
        };
      }),
    settle: (subject, rows) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const is = await stillThere(tx, subject, rows as unknown as readonly SeqPlace[]);
        return rows.map((row, i) => {
          if (is[i] === null) return null;
          // Its text was there when it was collected, and is nowhere any more.
          return is[i] === 'deleted' && row['text'] !== null ? null : row;
        });
      }),
    wholes: messageWholes(transaction),
  };
}

const nameOf = ({ channelId, keyEpoch }: ExportedMessage) => `${channelId} ${keyEpoch}`;

async function keysOf(
  rows: KeyRows,
  content: Content,
  { userId: authorId }: DataSubject,
  found: readonly ExportedMessage[],
): Promise<Shown['keys']> {
  const names = new Map<string, DataKeyName>();
  for (const each of found)
    if (each.sealed !== undefined)
      names.set(nameOf(each), { channelId: each.channelId, authorId, keyEpoch: each.keyEpoch });
  await content.fetchKeys(rows, [...names.values()]);
  const keys = new Map<string, Buffer | null>();
  for (const [name, each] of names) keys.set(name, await content.bodyKey(rows, each));
  return keys;
}

/** Each row as one literal: to spread parts of it costs as much as to open its text. */
function* opened(
  { workspaceId, userId, content, keys, names }: Shown,
  { found, texts }: ExportedMessages,
): Generator<ExportRow> {
  let at = 0;
  const textOf = (row: ExportedMessage): string | null => {
    if (row.sealed === undefined) return null;
    const { channelId, id, version, keyEpoch } = row;
    const bodySealed = texts.subarray(at, (at += row.sealed));
    const sealed = { channelId, id, authorId: userId, version, keyEpoch, bodySealed };
    return content.bodyUnder(workspaceId, keys.get(nameOf(row)) ?? null, sealed);
  };
  for (const row of found)
    yield {
      channelId: row.channelId,
      seq: row.seq,
      id: row.id,
      author: userId,
      at: row.at,
      text: textOf(row),
      version: row.version,
      editedAt: row.editedAt ?? null,
      deletedAt: row.deletedAt ?? null,
      deletedByMe: row.deletedBy === userId,
      replyTo: row.replyTo ?? null,
      thread: row.thread ?? null,
      mentions: row.mentions?.map((named) => masked(names.get(named) ?? named)) ?? [],
    };
}
