/** A socket of somebody to one node that comes back by itself; an answer that does not come is null, and never an error. */
import { io, type Socket } from 'socket.io-client';
import type { Reply } from '../../src/contract/index.ts';
import type { InputOf, OperationName, OutputOf } from '../support/connection.ts';

/** How soon it comes back, at first and at most. */
const BACK_MS = 100;
const BACK_AT_MOST_MS = 600;

export class Line {
  readonly socket: Socket;

  constructor(url: string, token: string) {
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      auth: { token },
      reconnectionDelay: BACK_MS,
      reconnectionDelayMax: BACK_AT_MOST_MS,
      timeout: 3_000,
    });
    // Whom the server closed does not come back by itself, nor whom it refused at the door.
    const again = () => {
      if (!this.socket.active && !this.#closed) setTimeout(() => this.#reopen(), BACK_MS);
    };
    this.socket.on('disconnect', again);
    this.socket.on('connect_error', again);
  }

  #closed = false;

  #reopen(): void {
    if (!this.#closed) this.socket.connect();
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  async opened(patienceMs = 20_000): Promise<this> {
    if (this.socket.connected) return this;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the socket did not open')), patienceMs);
      this.socket.once('connect', () => {
        clearTimeout(late);
        resolve();
      });
    });
    return this;
  }

  /** The server's answer; null when none came within the time, or the connection ended first. */
  async ask<N extends OperationName>(
    name: N,
    input: InputOf<N>,
    patienceMs = 8_000,
  ): Promise<Reply<OutputOf<N>> | null> {
    if (!this.socket.connected) return null;
    try {
      return (await this.socket.timeout(patienceMs).emitWithAck(name, input)) as Reply<OutputOf<N>>;
    } catch {
      return null;
    }
  }

  /** Asks until there is a yes, or a no for good: then it throws. */
  async insist<N extends OperationName>(
    name: N,
    input: InputOf<N>,
    patienceMs = 90_000,
  ): Promise<OutputOf<N>> {
    for (const deadline = performance.now() + patienceMs; ;) {
      const answer = await this.ask(name, input);
      if (answer?.ok) return answer.data;
      if (answer?.error.retry === 'never')
        throw new Refused(answer.error.code, `${name} was refused: ${answer.error.code}`);
      if (performance.now() > deadline)
        throw new Error(`${name} had no answer: ${answer?.error.code ?? 'silence'}`);
      await new Promise((resolve) => setTimeout(resolve, answer?.error.retryAfterMs ?? BACK_MS));
    }
  }

  close(): void {
    this.#closed = true;
    this.socket.close();
  }
}

export class Refused extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
