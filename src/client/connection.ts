/** One socket from its handshake to its end: every call on it gets exactly one outcome, and its end is told once, with the reason. */
import { io, type Socket } from 'socket.io-client';
import type { Broadcasts } from '../contract/broadcasts.ts';
import type { Closing } from '../contract/closures.ts';
import { FRAME_BYTES } from '../contract/sizes.ts';
import { bytesOf } from './http.ts';
import { no, outcomeOf, refusalFrom } from './refusals.ts';
import type { Timers } from './timers.ts';
import type { Outcome, Refused } from './types.ts';

/** How long an answer may take; then nobody knows whether the call was carried out. */
const PATIENCE_MS = 15_000;
/** How long connecting may take. */
const CONNECT_MS = 10_000;

/** `closing`: what the server said before it closed. `refused`: how it refused the handshake. Neither: it was lost. */
export interface Ended {
  readonly closing: Closing | null;
  readonly refused: Refused | null;
  /** It was ended here, because there is a newer token. */
  readonly retired: boolean;
  /** Milliseconds that the server asked to be left alone, if it did. */
  readonly awayMs: number;
}

export interface ConnectionParts {
  readonly url: string;
  readonly token: string;
  readonly timers: Timers;
  readonly opened: () => void;
  readonly heard: (event: string, payload: unknown) => void;
  readonly ended: (how: Ended) => void;
}

export class Connection {
  #token: string;
  #renewing = false;
  readonly #socket: Socket;
  readonly #timers: Timers;
  readonly #ended: (how: Ended) => void;
  /** How to settle the calls that wait for an answer. */
  readonly #waiting = new Set<() => void>();
  /** Packets that arrived: a connection on which none arrives while a call waits is dead. */
  #packets = 0;
  #closing: Closing | null = null;
  #retired = false;
  #awayMs: number | null = null;
  #over = false;
  readonly #late: () => void;

  constructor({ url, token, timers, opened, heard, ended }: ConnectionParts) {
    this.#token = token;
    this.#timers = timers;
    this.#ended = ended;
    const socket = io(url, {
      transports: ['websocket'],
      auth: { token },
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    this.#socket = socket;
    this.#late = timers.after(CONNECT_MS, () => this.#end(null));
    socket.on('connect', () => {
      this.#late();
      if (!this.#over) opened();
    });
    socket.on('connect_error', (error) => {
      this.#end(refusalFrom('data' in error ? error.data : null));
    });
    socket.on('disconnect', () => this.#end(null));
    socket.onAny((event: string, payload: unknown) => {
      if (this.#over) return;
      if (event === 'connection.closing') this.#closing = payload as Closing;
      if (event === 'server.draining')
        this.#awayMs = (payload as Broadcasts['server.draining']).reconnectInMs;
      heard(event, payload);
    });
    const count = () => void (this.#packets += 1);
    socket.io.on('packet', count);
    socket.io.on('ping', count);
    socket.connect();
  }

  /** The newest token that the server has taken on it. */
  get token(): string {
    return this.#token;
  }

  /** Whether a newer token is under way on it. */
  get renewing(): boolean {
    return this.#renewing;
  }

  /** Whether calls can be made on it. */
  get usable(): boolean {
    const leaving = this.#retired || this.#awayMs !== null || this.#closing !== null;
    return this.#socket.connected && !leaving && !this.#over;
  }

  send(name: string, input: object): Promise<Outcome<unknown>> {
    if (bytesOf(JSON.stringify([name, input])) > FRAME_BYTES - ENVELOPE_BYTES)
      return Promise.resolve(no('payload_too_large'));
    return new Promise((resolve) => {
      const before = this.#packets;
      const settle = (outcome: Outcome<unknown>) => {
        late();
        if (!this.#waiting.delete(lost)) return;
        resolve(outcome);
        if (this.#retired && this.#waiting.size === 0) this.#end(null);
      };
      const lost = () => settle(no('no_answer'));
      const late = this.#timers.after(PATIENCE_MS, () => {
        lost();
        if (this.#packets === before) this.#end(null);
      });
      this.#waiting.add(lost);
      this.#socket.emit(name, input, (reply: unknown) => settle(outcomeOf(reply)));
    });
  }

  /** Brings a newer token of the same session: it keeps its place on the server. False where that is refused. */
  async renew(token: string): Promise<boolean> {
    this.#renewing = true;
    const { ok } = await this.send('auth.refresh', { token });
    this.#renewing = false;
    if (ok) this.#token = token;
    return ok;
  }

  /** Takes no more calls, and ends when those under way are answered. */
  retire(): void {
    this.#retired = true;
    if (this.#waiting.size === 0) this.#end(null);
  }

  /** Ends it without a word to anybody. */
  drop(): void {
    this.#over = true;
    this.#late();
    for (const lost of [...this.#waiting]) lost();
    this.#socket.disconnect();
  }

  #end(refused: Refused | null): void {
    if (this.#over) return;
    this.drop();
    const awayMs = this.#awayMs ?? 0;
    this.#ended({ closing: this.#closing, refused, retired: this.#retired, awayMs });
  }
}

/** What Socket.IO writes around an event and its input: packet types and the number of the acknowledgement. */
const ENVELOPE_BYTES = 32;
