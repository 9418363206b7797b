/** Keeps one connection up: does what the server says next when it closes one, and otherwise comes back with patience. */
import type { Because, State } from './api.ts';
import { Connection, type Ended } from './connection.ts';
import type { Session } from './session.ts';
import { backoff, type Timers } from './timers.ts';
import { Value } from './watched.ts';

export interface LinkParts {
  readonly url: string;
  readonly session: Session;
  readonly timers: Timers;
  readonly now: () => number;
  readonly heard: (event: string, payload: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** A connection that lasted this long was a good one: the next attempt starts with the shortest pause. */
const STEADY_MS = 10_000;
/** Longest wait of a call for a connection. */
const PATIENCE_MS = 10_000;

export class Link {
  readonly state: Value<State>;
  readonly #parts: LinkParts;
  readonly #waiters = new Set<() => void>();
  #connection: Connection | null = null;
  #attempts = 0;
  #openedAt: number | null = null;
  #callOff: () => void = () => undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.state = new Value<State>({ is: 'offline', because: null }, parts.failed);
  }

  /** Connects with the newest token, unless it is connected or connecting with it. */
  start(): void {
    const { session, url, timers, heard } = this.#parts;
    const { token } = session;
    if (token === null || this.#connection?.token === token) return;
    this.#callOff();
    this.#connection?.drop();
    this.#become({ is: 'connecting' });
    const connection: Connection = new Connection({
      url,
      token,
      timers,
      opened: () => this.#opened(connection),
      heard: (event, payload) => {
        if (event === 'session.expiring') void this.#expiring(connection);
        heard(event, payload);
      },
      ended: (how) => void this.#ended(connection, how),
    });
    this.#connection = connection;
  }

  /** There is a newer token: the connection goes on with it, or is replaced where the server does not take it. */
  renewed(): void {
    const connection = this.#connection;
    const { token } = this.#parts.session;
    if (!connection?.usable || connection.renewing) return;
    if (token === null || connection.token === token) return;
    void connection.renew(token).then((taken) => {
      if (this.#connection !== connection) return;
      if (!taken) connection.retire();
      this.#tell();
      this.renewed(); // if there is a newer one by now
    });
  }

  /** Ends the connection and any attempt. */
  stop(state: State): void {
    this.#callOff();
    this.#connection?.drop();
    this.#connection = null;
    this.#openedAt = null;
    this.#attempts = 0;
    this.#become(state);
  }

  /** The connection to call on; waits for one. Null when there is none in time. */
  async connection(): Promise<Connection | null> {
    if (this.#usable) return this.#usable;
    if (!this.#isTrying()) return null;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!this.#usable && this.#isTrying()) return;
        enough();
      };
      const enough = () => {
        callOff();
        this.#waiters.delete(look);
        resolve();
      };
      const callOff = this.#parts.timers.after(PATIENCE_MS, enough, enough);
      this.#waiters.add(look);
    });
    return this.#usable;
  }

  get #usable(): Connection | null {
    const connection = this.#connection;
    return connection?.usable && connection.token === this.#parts.session.token ? connection : null;
  }

  #isTrying(): boolean {
    return this.state.value.is === 'connecting' || this.state.value.is === 'online';
  }

  #opened(connection: Connection): void {
    this.#openedAt = this.#parts.now();
    if (connection.token === this.#parts.session.token) this.#become({ is: 'online' });
    else connection.retire();
  }

  /** The server asks for a newer token: the session renews it, unless it has one already. */
  async #expiring(connection: Connection): Promise<void> {
    const renewal = await this.#parts.session.renew(connection.token);
    if (renewal === 'renewed' && this.#connection === connection) this.renewed();
  }

  async #ended(connection: Connection, how: Ended): Promise<void> {
    if (this.#connection !== connection) return;
    const { now } = this.#parts;
    const { closing, refused, retired, awayMs } = how;
    const wasOpen = this.#openedAt !== null;
    if (this.#openedAt !== null && now() - this.#openedAt >= STEADY_MS) this.#attempts = 0;
    this.#openedAt = null;
    this.#connection = null;
    const final = closing?.next === 'stop' ? closing : refused?.retry === 'never' ? refused : null;
    if (final) this.stop({ is: 'offline', because: final });
    else if (closing?.next === 'sign-in') await this.#signedOut(closing);
    else {
      this.#become({ is: 'connecting' });
      const expired = closing?.next === 'refresh' || refused?.retry === 'reauthenticate';
      if (retired && awayMs === 0) this.start();
      else if (expired) await this.#renew(connection.token, wasOpen);
      else if (refused?.retryAfterMs !== undefined) this.#comeBackAfter(refused.retryAfterMs);
      else this.#again(awayMs);
    }
  }

  async #renew(token: string, wasOpen: boolean): Promise<void> {
    const atOnce = wasOpen || this.#attempts === 0;
    const renewal = await this.#parts.session.renew(token);
    // The session tells of its own end; a connection may have been made, or all been stopped, meanwhile.
    if (renewal === 'ended' || this.#connection || !this.#isTrying()) return;
    if (renewal === 'renewed' && atOnce) {
      this.#attempts += 1;
      this.start();
    } else this.#again(0);
  }

  async #signedOut(because: Because): Promise<void> {
    await this.#parts.session.forget();
    this.stop({ is: 'signed-out', because });
  }

  #again(atLeast: number): void {
    const pause = Math.max(atLeast, backoff(this.#attempts));
    this.#attempts += 1;
    this.#startAfter(pause);
  }

  /**
   * The server refused the handshake and said when: it spreads those it sends away over the time that it needs, so
   * nothing is added to it, and it does not count as a failure of ours.
   */
  #comeBackAfter(milliseconds: number): void {
    this.#startAfter(Math.max(milliseconds, backoff(0)));
  }

  #startAfter(milliseconds: number): void {
    this.#callOff();
    this.#callOff = this.#parts.timers.after(milliseconds, () => this.start());
  }

  #become(state: State): void {
    if (state.is !== this.state.value.is || 'because' in state) this.state.set(state);
    this.#tell();
  }

  #tell(): void {
    for (const look of [...this.#waiters]) look();
  }
}
