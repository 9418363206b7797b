/** Turns sealed rows into what the wire shows; a row that does not open becomes a placeholder, never an error. */
import type {
  Channel,
  ChannelId,
  ChannelRole,
  ChannelSettings,
  Member,
  Message,
  WorkspaceId,
} from '../contract/index.ts';
import {
  open,
  textPlace,
  unlessBroken,
  type DataKeyName,
  type Envelope,
  type KeyRows,
  type Place,
  type TextName,
  type Vault,
} from '../crypto/index.ts';
import type { ChannelRow, MembershipRow, MessageRow } from './rows.ts';

/** Hears of every row that did not open: somebody changed it, or a key is missing. */
export type IntegrityAlert = (
  row: {
    readonly workspaceId: WorkspaceId;
    readonly kind: 'message' | 'channel-name' | 'channel-topic';
    readonly id: string;
  },
  /** What stands there. */
  sealed: Uint8Array,
) => void;

export type Body = TextName;

type SealedBody = Body & { readonly bodySealed: Uint8Array };

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
    return this.#envelope.seal(key, Buffer.from(text, 'utf8'), textPlace(workspaceId, body));
  }

  async sealName(keys: KeyRows, channelId: ChannelId, name: string) {
    const { key, version } = await this.#vault.workspaceKey(keys);
    const place = namePlace(keys.workspaceId, channelId, version);
    const nameSealed = this.#envelope.seal(key, Buffer.from(name, 'utf8'), place);
    return { nameSealed, nameKey: version };
  }

  async sealTopic(keys: KeyRows, channelId: ChannelId, topic: string) {
    const { key, version } = await this.#vault.workspaceKey(keys);
    const place = topicPlace(keys.workspaceId, channelId, version);
    const topicSealed = this.#envelope.seal(key, Buffer.from(topic, 'utf8'), place);
    return { topicSealed, topicKey: version };
  }

  /** `readSeq` as the memberships give it: null for who has not joined. */
  async channel(
    keys: KeyRows,
    row: ChannelRow,
    role: ChannelRole | null,
    readSeq: number | null,
  ): Promise<Channel> {
    const { id, epoch, lastSeq, lastRev } = row;
    const is = await this.#shown(keys, row);
    const createdAt = row.createdAt.getTime();
    const unread = readSeq === null ? 0 : Math.max(0, lastSeq - readSeq);
    return { id, ...is, createdAt, epoch, lastSeq, lastRev, role, readSeq, unread };
  }

  /** What the channel is, as its log tells everybody who may read it. */
  async settings(keys: KeyRows, row: ChannelRow): Promise<ChannelSettings> {
    return { ...(await this.#shown(keys, row)), accessRev: row.accessRev };
  }

  async #shown(keys: KeyRows, row: ChannelRow): Promise<Omit<ChannelSettings, 'accessRev'>> {
    const { id, kind, historyPolicy, readOnly, slowModeSeconds } = row;
    const { nameKey, topicSealed, topicKey } = row;
    const { workspaceId } = keys;
    const name = await this.#opened(
      keys,
      nameKey,
      row.nameSealed,
      namePlace(workspaceId, id, nameKey),
    );
    if (name === null) this.#alert({ workspaceId, kind: 'channel-name', id }, row.nameSealed);
    const hasTopic = topicSealed !== null && topicKey !== null;
    const topic = hasTopic
      ? await this.#opened(keys, topicKey, topicSealed, topicPlace(workspaceId, id, topicKey))
      : null;
    if (hasTopic && topic === null)
      this.#alert({ workspaceId, kind: 'channel-topic', id }, topicSealed);
    const archived = row.archivedAt !== null;
    const pace = { readOnly, slowModeSeconds };
    return { kind, name: name ?? '', topic, historyPolicy, ...pace, archived };
  }

  /** Null where it does not open. */
  async #opened(keys: KeyRows, version: number, sealed: Uint8Array, place: Place) {
    const held = await unlessBroken(this.#vault.workspaceKey(keys, version));
    return (held && open(held.key, sealed, place))?.toString('utf8') ?? null;
  }

  /**
   * Fetches the keys of all these messages at once, so that opening them one after the other asks for none. Those
   * without a text need none.
   */
  async fetchKeys(
    keys: KeyRows,
    rows: readonly (DataKeyName & { readonly bodySealed?: Uint8Array | null })[],
  ): Promise<void> {
    await this.#vault.fetchDataKeys(
      keys,
      rows.filter(({ bodySealed }) => bodySealed !== null),
    );
  }

  async message(keys: KeyRows, row: MessageRow): Promise<Message> {
    if (row.deletedAt !== null || row.bodySealed === null) return shown(row, 'deleted', null);
    const body = await this.body(keys, { ...row, bodySealed: row.bodySealed });
    return shown(row, body === null ? 'unreadable' : 'present', body);
  }

  /** The same where the author's key is at hand or not needed, without a query; null where it is not. */
  messageAtHand(workspaceId: WorkspaceId, row: MessageRow): Message | null {
    const { channelId, authorId, keyEpoch, bodySealed } = row;
    if (row.deletedAt !== null || bodySealed === null) return shown(row, 'deleted', null);
    const key = this.#vault.cachedDataKey(channelId, authorId, keyEpoch);
    const body = key && open(key, bodySealed, textPlace(workspaceId, row));
    return body && shown(row, 'present', body.toString('utf8'));
  }

  /** The text of one version of a message; null, with an alarm, where it does not open. */
  async body(keys: KeyRows, row: SealedBody) {
    return this.bodyUnder(keys.workspaceId, await this.bodyKey(keys, row), row);
  }

  /** What a text is sealed under; null where there is none that opens. */
  bodyKey(keys: KeyRows, { channelId, authorId, keyEpoch }: DataKeyName): Promise<Buffer | null> {
    return unlessBroken(this.#vault.dataKey(keys, channelId, authorId, keyEpoch));
  }

  /** As `body`, under the key that `bodyKey` gave: no query. */
  bodyUnder(workspaceId: WorkspaceId, key: Buffer | null, row: SealedBody): string | null {
    const body = key && open(key, row.bodySealed, textPlace(workspaceId, row));
    const isErased = key === null && this.#vault.hasForgotten(row.authorId);
    if (!body && !isErased)
      this.#alert({ workspaceId, kind: 'message', id: row.id }, row.bodySealed);
    return body && body.toString('utf8');
  }
}

/** What a plain post has none of. */
type Extra =
  | 'reactions'
  | 'threadRoot'
  | 'threadPlace'
  | 'replyCount'
  | 'lastReplySeq'
  | 'mentions'
  | 'pinnedAt'
  | 'pinnedBy';

/** A message as the wire shows it, with the text already at hand; what was added to it is left out where it is none. */
export function shown(
  row: Omit<MessageRow, 'bodySealed' | 'keyEpoch' | Extra> & Partial<Pick<MessageRow, Extra>>,
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
    ...(row.reactions && { reactions: [...row.reactions] }),
    ...(row.threadRoot &&
      row.threadPlace && { thread: { root: row.threadRoot, place: row.threadPlace } }),
    ...(row.replyCount &&
      row.lastReplySeq && { replies: { count: row.replyCount, lastSeq: row.lastReplySeq } }),
    ...(row.mentions && { mentions: [...row.mentions] }),
    ...(row.pinnedAt &&
      row.pinnedBy && { pinned: { by: row.pinnedBy, at: row.pinnedAt.getTime() } }),
  };
}

/** A membership interval as the wire shows it. */
export function shownMember({ userId, role, rev, joinedSeq, leftRev }: MembershipRow): Member {
  return { userId, role, rev, joinedSeq, state: leftRev === null ? 'joined' : 'left' };
}

function namePlace(workspaceId: string, channelId: ChannelId, nameKey: number): Place {
  return ['channel-name', workspaceId, channelId, nameKey];
}

function topicPlace(workspaceId: string, channelId: ChannelId, topicKey: number): Place {
  return ['channel-topic', workspaceId, channelId, topicKey];
}
