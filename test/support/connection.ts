/** One live socket of a person: calls with acknowledgements, and everything it was ever sent, in order. */
import { io, type Socket } from 'socket.io-client';
import type { z } from 'zod';
import type { Broadcasts, ChannelEvent, Message, Reply } from '../../src/contract/index.ts';
import type { Operations } from '../../src/operations.ts';
import { Result } from './result.ts';

type Named<N> = Extract<Operations, { readonly name: N }>;
export type OperationName = Operations['name'];
export type InputOf<N extends OperationName> = z.input<Named<N>['input']>;
export type OutputOf<N extends OperationName> = z.output<Named<N>['output']>;

/** How long a story waits for what must happen before it fails, on however slow a machine. */
const PATIENCE_MS = 60_000;

interface Heard {
  readonly event: string;
  readonly payload: unknown;
}

export class Connection {
  readonly socket: Socket;
  readonly heard: Heard[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((event: string, payload: unknown) => {
      this.heard.push({ event, payload });
      for (const look of this.#waiting) look();
    });
    socket.on('disconnect', () => {
      for (const look of this.#waiting) look();
    });
  }

  /** Connects, or rejects with the error of the handshake (its `data` is the refusal). */
  static async open(url: string, auth: object, options: object = {}): Promise<Connection> {
    const socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth,
      ...options,
    });
    const connection = new Connection(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error) => {
        socket.close();
        reject(error);
      });
    });
    return connection;
  }

  call<N extends OperationName>(name: N, input: InputOf<N>): Result<OutputOf<N>> {
    return this.raw<OutputOf<N>>(name, input);
  }

  /** Sends anything under any name: for what no typed client could send. */
  raw<O = unknown>(name: string, ...payload: unknown[]): Result<O> {
    const reply = this.socket.timeout(PATIENCE_MS).emitWithAck(name, ...payload);
    return new Result<O>(name, reply as Promise<Reply<O>>);
  }

  /** The first event, past or to come, that satisfies `when`. */
  async hears<E extends keyof Broadcasts>(
    event: E,
    when: (payload: Broadcasts[E]) => boolean = () => true,
  ): Promise<Broadcasts[E]> {
    const find = () =>
      this.heard.find((h) => h.event === event && when(h.payload as Broadcasts[E]))?.payload as
        Broadcasts[E] | undefined;
    return this.#until(`hear ${event}`, find);
  }

  /** The first state of a message, in any frame, that satisfies `when`. */
  hearsMessage(when: (message: Message) => boolean): Promise<Message> {
    const find = () =>
      this.events()
        .flatMap((event) => (event.kind === 'message' ? [event.message] : []))
        .find(when);
    return this.#until('hear a message', find);
  }

  /** Everything that arrived in frames so far, in order. */
  events(): ChannelEvent[] {
    return this.frames().flatMap((frame) => frame.events);
  }

  frames(): Broadcasts['channel.events'][] {
    return this.heard
      .filter((h) => h.event === 'channel.events')
      .map((h) => h.payload as Broadcasts['channel.events']);
  }

  /** Resolves when all that the server sent before now has arrived: a socket keeps its order. */
  async settled(): Promise<void> {
    await this.call('role.describe', {}).accepted();
  }

  async closed(): Promise<void> {
    await this.#until('be disconnected', () => !this.socket.connected || undefined);
  }

  close(): void {
    this.socket.close();
  }

  #until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = () => {
        const found = find();
        if (found !== undefined) finish(() => resolve(found));
      };
      const timer = setTimeout(() => {
        const heard = this.heard.map((h) => h.event).join(', ');
        finish(() => reject(new Error(`waited in vain to ${what}; heard: ${heard || 'nothing'}`)));
      }, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }
}
