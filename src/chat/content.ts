/** Turns sealed rows into what the wire shows; a row that does not open becomes a placeholder, never an error. */
import type {
  Channel,
  ChannelId,
  ChannelRole,
  Member,
  Message,
  MessageId,
  UserId,
} from '../contract/index.ts';
import {
  open,
  unlessBroken,
  type Envelope,
  type KeyRows,
  type Place,
  type Vault,
} from '../crypto/index.ts';
import type { ChannelRow, MembershipRow, MessageRow } from './rows.ts';

/** Hears of every row that did not open: somebody changed it, or a key is missing. */
export type IntegrityAlert = (row: {
  readonly kind: 'message' | 'channel-name';
  readonly id: string;
}) => void;

export interface Body {
  readonly channelId: ChannelId;
  readonly id: MessageId;
  readonly authorId: UserId;
  readonly version: number;
  readonly keyEpoch: number;
}

export class Content {
  readonly #vault: Vault;
  readonly #envelope: Envelope;
  readonly #alert: IntegrityAlert;

  constructor(vault: Vault, envelope: Envelope, alert: IntegrityAlert) {
    this.#vault = vault;
    this.#envelope = envelope;
    this.#alert = alert;
  }

  /** Binds workspace, channel, message, author, version and key epoch: a swapped or older row does not open. */
  sealBody(key: Buffer, workspaceId: string, body: Body, text: string): Buffer {
    return this.#envelope.seal(key, Buffer.from(text, 'utf8'), bodyPlace(workspaceId, body));
  }

  async sealName(keys: KeyRows, channelId: ChannelId, name: string) {
    const { key, version } = await this.#vault.workspaceKey(keys);
    const place = namePlace(keys.workspaceId, channelId, version);
    const nameSealed = this.#envelope.seal(key, Buffer.from(name, 'utf8'), place);
    return { nameSealed, nameKey: version };
  }

  /** `readSeq` as the memberships give it: null for who has not joined. */
  async channel(
    keys: KeyRows,
    row: ChannelRow,
    role: ChannelRole | null,
    readSeq: number | null,
  ): Promise<Channel> {
    const { id, kind, historyPolicy, epoch, lastSeq, lastRev, nameKey } = row;
    const { key } = (await unlessBroken(this.#vault.workspaceKey(keys, nameKey))) ?? { key: null };
    const name = key && open(key, row.nameSealed, namePlace(keys.workspaceId, id, nameKey));
    if (!name) this.#alert({ kind: 'channel-name', id });
    return {
      id,
      kind,
      name: name?.toString('utf8') ?? '',
      historyPolicy,
      archived: row.archivedAt !== null,
      createdAt: row.createdAt.getTime(),
      epoch,
      lastSeq,
      lastRev,
      role,
      readSeq,
      unread: readSeq === null ? 0 : Math.max(0, lastSeq - readSeq),
    };
  }

  /** Fetches the keys of all these messages at once, so that opening them one after the other asks for none. */
  async fetchKeys(keys: KeyRows, rows: readonly MessageRow[]): Promise<void> {
    await this.#vault.fetchDataKeys(
      keys,
      rows.filter(({ bodySealed }) => bodySealed !== null),
    );
  }

  async message(keys: KeyRows, row: MessageRow): Promise<Message> {
    if (row.deletedAt !== null || row.bodySealed === null) return shown(row, 'deleted', null);
    const { channelId, authorId, keyEpoch } = row;
    const key = await unlessBroken(this.#vault.dataKey(keys, channelId, authorId, keyEpoch));
    const body = key && open(key, row.bodySealed, bodyPlace(keys.workspaceId, row));
    if (body) return shown(row, 'present', body.toString('utf8'));
    this.#alert({ kind: 'message', id: row.id });
    return shown(row, 'unreadable', null);
  }
}

/** A message as the wire shows it, with the text already at hand. */
export function shown(
  row: Omit<MessageRow, 'bodySealed' | 'keyEpoch'>,
  content: Message['content'],
  body: string | null,
): Message {
  return {
    id: row.id,
    channelId: row.channelId,
    seq: row.seq,
    rev: row.rev,
    version: row.version,
    authorId: row.authorId,
    at: row.at.getTime(),
    editedAt: row.editedAt?.getTime() ?? null,
    replyTo: row.replyTo,
    content,
    body,
    deletedAt: row.deletedAt?.getTime() ?? null,
    deletedBy: row.deletedBy,
  };
}

/** A membership interval as the wire shows it. */
export function shownMember({ userId, role, rev, joinedSeq, leftRev }: MembershipRow): Member {
  return { userId, role, rev, joinedSeq, state: leftRev === null ? 'joined' : 'left' };
}

function bodyPlace(workspaceId: string, body: Body): Place {
  const { channelId, id, authorId, version, keyEpoch } = body;
  return ['message', workspaceId, channelId, id, authorId, version, keyEpoch];
}

function namePlace(workspaceId: string, channelId: ChannelId, nameKey: number): Place {
  return ['channel-name', workspaceId, channelId, nameKey];
}
