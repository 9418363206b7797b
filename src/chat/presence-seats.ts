/** What the connections of this node say of their people, and what of it is kept for all nodes: the most present wins. */
import type { OwnPresence, UserId, WorkspaceId } from '../contract/index.ts';
import { OwnPresence as States } from '../contract/index.ts';
import type { PresenceRows, Who } from './presence-ports.ts';

/** People in one write. */
const PIECE = 200;

/** The people of one workspace who are connected here. */
interface House {
  readonly people: Map<UserId, Map<string, number>>;
  /** What was written of them. */
  readonly written: Map<UserId, number>;
  readonly changed: Set<UserId>;
  /** Whether the store knows that this node is there. */
  isThere: boolean;
}

export interface SeatsOptions {
  readonly rows: PresenceRows;
  /** A keyed digest: what is kept names nobody. */
  readonly digest: (scope: string, value: string) => string;
}

export class PresenceSeats {
  readonly #options: SeatsOptions;
  readonly #houses = new Map<WorkspaceId, House>();
  readonly #seats = new Map<string, Who>();

  constructor(options: SeatsOptions) {
    this.#options = options;
  }

  /** False when nothing is different. Who is invisible is nowhere. */
  set(connectionId: string, who: Who, state: OwnPresence): boolean {
    if (state === 'invisible') return this.gone(connectionId);
    const house = this.#house(who.workspaceId);
    const seats = house.people.get(who.userId) ?? new Map<string, number>();
    const place = States.options.indexOf(state);
    if (seats.get(connectionId) === place) return false;
    seats.set(connectionId, place);
    house.people.set(who.userId, seats);
    this.#seats.set(connectionId, who);
    house.changed.add(who.userId);
    return true;
  }

  gone(connectionId: string): boolean {
    const who = this.#seats.get(connectionId);
    this.#seats.delete(connectionId);
    const house = who && this.#houses.get(who.workspaceId);
    const seats = house?.people.get(who?.userId as UserId);
    if (!who || !house || !seats?.delete(connectionId)) return false;
    if (seats.size === 0) house.people.delete(who.userId);
    house.changed.add(who.userId);
    return true;
  }

  /** Connections that have said something. */
  get size(): number {
    return this.#seats.size;
  }

  /** Writes what is different; gives of whom. Rejects when the store is away: then it is written by a later one. */
  async flush(): Promise<ReadonlyMap<WorkspaceId, readonly UserId[]>> {
    const written = new Map<WorkspaceId, readonly UserId[]>();
    for (const [workspaceId, house] of this.#houses) {
      const changes = new Map<UserId, number | null>();
      for (const userId of house.changed) {
        const best = bestOf(house, userId);
        if (best !== (house.written.get(userId) ?? null)) changes.set(userId, best);
        else house.changed.delete(userId);
      }
      if (changes.size === 0) continue;
      await this.#put(workspaceId, changes);
      for (const [userId, state] of changes) {
        if (state === null) house.written.delete(userId);
        else house.written.set(userId, state);
        if (bestOf(house, userId) === state) house.changed.delete(userId);
      }
      written.set(workspaceId, [...changes.keys()]);
    }
    return written;
  }

  /** Keeps everything for another while; false when something was gone and had to be written again. */
  async beat(isWanted: (workspaceId: WorkspaceId) => boolean): Promise<boolean> {
    let isWhole = true;
    for (const [workspaceId, house] of this.#houses) {
      const tag = this.#tag(workspaceId);
      if (house.people.size + house.written.size === 0 && !isWanted(workspaceId)) {
        this.#houses.delete(workspaceId);
        await this.#options.rows.drop(tag);
      } else if (!(await this.#options.rows.beat(tag))) {
        isWhole = false;
        await this.#put(workspaceId, house.written);
      }
    }
    return isWhole;
  }

  /** How present people are on all nodes; null while that is not to be known. Rejects when the store is away. */
  async read(
    workspaceId: WorkspaceId,
    userIds: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, number | null> | null> {
    const house = this.#house(workspaceId);
    if (!house.isThere) await this.#put(workspaceId, house.written);
    const found = new Map<UserId, number | null>();
    for (let at = 0; at < userIds.length; at += PIECE) {
      const piece = userIds.slice(at, at + PIECE);
      const people = piece.map((userId) => this.#options.digest(workspaceId, userId));
      const states = await this.#options.rows.read(this.#tag(workspaceId), people);
      if (states === null) return null;
      for (const [i, userId] of piece.entries()) found.set(userId, states[i] ?? null);
    }
    return found;
  }

  /** This node says nothing of anybody any more. */
  async end(): Promise<void> {
    const workspaces = [...this.#houses.keys()];
    this.#houses.clear();
    this.#seats.clear();
    await Promise.all(workspaces.map((id) => this.#options.rows.drop(this.#tag(id))));
  }

  async #put(workspaceId: WorkspaceId, people: ReadonlyMap<UserId, number | null>): Promise<void> {
    const { rows, digest } = this.#options;
    const all = [...people].map(([id, state]) => [digest(workspaceId, id), state] as const);
    for (let at = 0; at === 0 || at < all.length; at += PIECE)
      await rows.put(this.#tag(workspaceId), new Map(all.slice(at, at + PIECE)));
    this.#house(workspaceId).isThere = true;
  }

  #tag(workspaceId: WorkspaceId): string {
    return this.#options.digest(workspaceId, '');
  }

  #house(workspaceId: WorkspaceId): House {
    const known = this.#houses.get(workspaceId);
    if (known) return known;
    const made = { people: new Map(), written: new Map(), changed: new Set<UserId>() };
    const house: House = { ...made, isThere: false };
    this.#houses.set(workspaceId, house);
    return house;
  }
}

function bestOf({ people }: House, userId: UserId): number | null {
  const seats = people.get(userId);
  return seats ? Math.min(...seats.values()) : null;
}
