/** Who is present, for who shares a channel with them: said by connections, kept for seconds, told when it changes. */
import {
  ShownPresence,
  type OwnPresence,
  type UserId,
  type WorkspaceId,
} from '../contract/index.ts';
import { Refusal, type Clock } from '../kernel/index.ts';
import type { PresencePorts, Sharing, Shown, Who } from './presence-ports.ts';
import { PresenceSeats, type SeatsOptions } from './presence-seats.ts';
import { PresenceWatchers } from './presence-watchers.ts';

/** What changes within so many milliseconds is written and told together: a busy second is one turn. */
const TURN_MS = 1_000;
/** After a quiet time the first change waits only for what comes with it. */
const FIRST_MS = 50;
/** People in one notice to the other nodes. */
const NOTICE_PEOPLE = 200;

export interface PresenceOptions extends SeatsOptions {
  readonly clock: Clock;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** How often this node says that it is there; what it said is gone a few of these after its death. */
  readonly heartbeatMs: number;
  readonly sharing: Sharing;
}

export class Presence {
  readonly #options: PresenceOptions;
  readonly #seats: PresenceSeats;
  readonly #watchers = new PresenceWatchers();
  #ports: PresencePorts | null = null;
  #callOffTurn: (() => void) | null = null;
  #callOffBeat: (() => void) | null = null;
  #lastTurn = -Infinity;
  /** Turns and beats, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#seats = new PresenceSeats(options);
  }

  /** From now on there are connections to be told, and other nodes. */
  begin(ports: PresencePorts): void {
    this.#ports = ports;
    this.#beatLater();
  }

  set(connectionId: string, who: Who, state: OwnPresence): void {
    if (this.#ports?.audience.has(connectionId) && this.#seats.set(connectionId, who, state))
      this.#soon();
  }

  /** The connection is told when one of these people is different from what it was told here. */
  watch(connectionId: string, who: Who, shown: Shown): void {
    if (this.#ports?.audience.has(connectionId)) this.#watchers.watch(connectionId, who, shown);
  }

  gone(connectionId: string): void {
    this.#watchers.gone(connectionId);
    // Whoever comes back at once, here or on another node, was not away.
    if (this.#seats.gone(connectionId)) this.#soon(TURN_MS);
  }

  /** Another node has written something of these people. */
  stirred(workspaceId: WorkspaceId, userIds: readonly UserId[]): void {
    if (this.#watchers.stir(workspaceId, userIds)) this.#soon();
  }

  /** How present these people are; nobody is known to be anything while the store is away. */
  async states(workspaceId: WorkspaceId, userIds: readonly UserId[]): Promise<Shown> {
    const shown = await this.#read(workspaceId, userIds).catch(() => null);
    return shown ?? new Map(userIds.map((userId) => [userId, 'unknown'] as const));
  }

  /** What is held in memory: connections that said something, and pairs of a connection and whom it is told of. */
  get held(): { readonly seats: number; readonly watched: number } {
    return { seats: this.#seats.size, watched: this.#watchers.size };
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#callOffTurn?.();
    this.#callOffBeat?.();
    await this.#work;
    await this.#seats.end().catch(() => undefined); // it expires by itself
  }

  async #read(workspaceId: WorkspaceId, userIds: readonly UserId[]): Promise<Shown | null> {
    const states = await this.#seats.read(workspaceId, userIds);
    if (!states) return null;
    const shownAs = (state: number | null) =>
      (state === null ? undefined : ShownPresence.options[state]) ?? 'offline';
    return new Map([...states].map(([userId, state]) => [userId, shownAs(state)]));
  }

  #soon(leastMs = FIRST_MS): void {
    if (this.#callOffTurn || this.#isOver) return;
    const since = this.#options.clock.monotonic() - this.#lastTurn;
    this.#callOffTurn = this.#options.later(Math.max(leastMs, TURN_MS - since), () => {
      this.#callOffTurn = null;
      this.#lastTurn = this.#options.clock.monotonic();
      void this.#do(() => this.#turn());
    });
  }

  #beatLater(): void {
    if (this.#isOver) return;
    this.#callOffBeat = this.#options.later(this.#options.heartbeatMs, () => {
      void this.#do(async () => {
        // Others who lost theirs as well have said nothing yet: they are looked at one beat later.
        const isWhole = await this.#seats.beat((id) => this.#watchers.watchesIn(id));
        if (isWhole) this.#watchers.stirAll();
        await this.#turn();
      }).then(() => this.#beatLater());
    });
  }

  async #turn(): Promise<void> {
    const { notify } = this.#ports ?? {};
    for (const [workspaceId, userIds] of await this.#seats.flush()) {
      for (let at = 0; at < userIds.length; at += NOTICE_PEOPLE)
        notify?.({
          effect: 'presence-stirred',
          workspaceId,
          userIds: userIds.slice(at, at + NOTICE_PEOPLE),
        });
      this.#watchers.stir(workspaceId, userIds);
    }
    if (await this.#look()) this.#soon();
  }

  async #look(): Promise<boolean> {
    const ports = this.#ports;
    if (!ports?.mayDeliver()) return false;
    const sharing: Sharing = async (workspaceId, pairs) => {
      const isShared = await this.#options.sharing(workspaceId, pairs).catch((error: unknown) => {
        if (!(error instanceof Refusal)) ports.failed(error);
        throw error;
      });
      if (!ports.mayDeliver()) throw new Refusal('unavailable');
      return isShared;
    };
    return this.#watchers.look((id, people) => this.#read(id, people), sharing, ports.audience);
  }

  /** A store or a database that is away is no fault: the next beat makes up for it. */
  #do(task: () => Promise<void>): Promise<void> {
    return (this.#work = this.#work.then(async () => {
      if (!this.#isOver) await task().catch(() => undefined);
    }));
  }
}
