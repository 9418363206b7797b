/** What followers ask of the database at the same moment is read in one transaction: each still sees one snapshot. */
import { mayInChannel, standings, type Standing, type Standings } from '../access/index.ts';
import type { ChannelEvent, ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import { keyRows } from '../crypto/index.ts';
import { channelStore, type ChannelStore } from './channel-store.ts';
import type { Content } from './content.ts';
import type { Look } from './follower.ts';
import { readSlices, type LogReader, type Wanted } from './log.ts';
import { membershipStore } from './membership-store.ts';
import { messageStore } from './message-store.ts';
import type { ChannelRow } from './rows.ts';
import type { Transaction } from './transaction-store.ts';

interface Asked {
  readonly channelId: ChannelId;
  /** Null: only where the log stands. */
  readonly since: number | null;
  /** Whose right to read is asked about, if anybody's. */
  readonly reader: UserId | null;
  readonly resolve: (look: Look) => void;
  readonly reject: (error: unknown) => void;
}

/** What is read with, inside one transaction. */
interface Stores {
  readonly channels: ChannelStore;
  readonly standings: Standings;
  readonly log: LogReader;
}

/** The widest gap that a follower reads back; beyond, its connections start over. */
const GAP_REVISIONS = 2_000;

export class Looks {
  readonly #transaction: Transaction;
  readonly #content: Content;
  readonly #waiting = new Map<WorkspaceId, Asked[]>();

  constructor(transaction: Transaction, content: Content) {
    this.#transaction = transaction;
    this.#content = content;
  }

  /** Looks at a channel, together with whoever else asks at this moment. */
  look(
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    since: number | null,
    reader: UserId | null,
  ): Promise<Look> {
    return new Promise((resolve, reject) => {
      const asked = { channelId, since, reader, resolve, reject };
      const others = this.#waiting.get(workspaceId);
      if (others) {
        others.push(asked);
        return;
      }
      const all = [asked];
      this.#waiting.set(workspaceId, all);
      queueMicrotask(() => {
        this.#waiting.delete(workspaceId);
        void this.#together(workspaceId, all);
      });
    });
  }

  async #together(workspaceId: WorkspaceId, all: readonly Asked[]): Promise<void> {
    try {
      const read = await this.#transaction(workspaceId, 'read', (tx) => {
        const log: LogReader = {
          messages: messageStore(tx),
          memberships: membershipStore(tx, workspaceId),
          content: this.#content,
          keys: keyRows(tx, workspaceId),
        };
        const channels = channelStore(tx, workspaceId);
        return this.#read({ channels, standings: standings(tx), log }, all);
      });
      for (const { asked, look } of read)
        if (look) asked.resolve(look);
        else asked.reject(new Error('a channel that is followed is gone'));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  async #read({ channels: store, standings: who, log }: Stores, all: readonly Asked[]) {
    const rows = await store.findAll([...new Set(all.map(({ channelId }) => channelId))]);
    const channels = new Map(rows.map((row) => [row.id, row]));
    const standingOf = await this.#standings(who, all);
    const behind = new Map<ChannelId, Wanted>();
    for (const { channelId, since } of all) {
      const channel = channels.get(channelId);
      if (!channel || since === null || since >= channel.lastRev) continue;
      if (isTooFar(since, channel) || (behind.get(channelId)?.since ?? Infinity) <= since) continue;
      behind.set(channelId, { channel, readable: 'all', since, limit: GAP_REVISIONS });
    }
    const events = await this.#events(log, [...behind.values()]);
    return all.map((asked) => {
      const channel = channels.get(asked.channelId);
      const changed = events.get(asked.channelId) ?? [];
      const look = channel ? lookAt(asked, channel, standingOf(asked), changed) : null;
      return { asked, look };
    });
  }

  /** In two queries if it is about as much as one follower may read, or else one after the other. */
  async #events(log: LogReader, behind: readonly Wanted[]) {
    const gap = behind.reduce((sum, { channel, since }) => sum + channel.lastRev - since, 0);
    const turns = gap <= GAP_REVISIONS ? [behind] : behind.map((one) => [one]);
    const events = new Map<ChannelId, readonly ChannelEvent[]>();
    for (const turn of turns)
      for (const [id, slice] of await readSlices(log, turn)) events.set(id, slice.events);
    return events;
  }

  async #standings(who: Standings, all: readonly Asked[]) {
    const readers = new Set(all.flatMap(({ reader }) => reader ?? []));
    const found = new Map<UserId, ReadonlyMap<ChannelId, Standing>>();
    for (const reader of readers) {
      const ids = all.flatMap((asked) => (asked.reader === reader ? asked.channelId : []));
      found.set(reader, await who.inChannels(reader, ids));
    }
    return ({ reader, channelId }: Asked): Standing | null =>
      (reader !== null && found.get(reader)?.get(channelId)) || null;
  }
}

function isTooFar(since: number | null, { lastRev }: ChannelRow): boolean {
  return since !== null && lastRev - since > GAP_REVISIONS;
}

function lookAt(
  { since }: Asked,
  channel: ChannelRow,
  standing: Standing | null,
  events: readonly ChannelEvent[],
): Look {
  const { epoch, historyPolicy, newestJoinedSeq, accessRev, lastRev: head } = channel;
  const mayRead = standing !== null && mayInChannel(standing, 'message.read');
  const complete = !isTooFar(since, channel);
  return { epoch, historyPolicy, newestJoinedSeq, accessRev, head, mayRead, complete, events };
}
