/** One client connection that speaks Socket.IO's wire over a bare WebSocket, at the least cost to this process. */
import { WebSocket } from 'ws';

export interface WireOptions {
  readonly port: number;
  /** Frames are what they are: no Engine.IO, no Socket.IO. */
  readonly bare: boolean;
  /** Sent as `auth` in the handshake. */
  readonly auth: object | null;
  /** Hears every event, from the `[` of its JSON on; of a bare connection every frame. */
  readonly heard: (json: Buffer) => void;
  /** Hears that the connection went. */
  readonly lost: (why: string) => void;
}

export type Ack = (reply: unknown) => void;

/** How long a connection may take to open, and a call of the set-up to be answered. */
const PATIENCE_MS = 20_000;

/** The first characters of the packets that servers send: Engine.IO's type, then Socket.IO's. */
const OPEN = 0x30;
const PING = 0x32;
const MESSAGE = 0x34;
const CONNECTED = 0x30;
const EVENT = 0x32;
const ACK = 0x33;
const BRACKET = 0x5b;

export class Wire {
  readonly #socket: WebSocket;
  readonly #options: WireOptions;
  readonly #acks = new Map<number, Ack>();
  #calls = 0;
  #ready: (() => void) | null = null;
  #refused: ((why: Error) => void) | null = null;

  private constructor(options: WireOptions) {
    const { port, bare } = options;
    const path = bare ? '/' : '/socket.io/?EIO=4&transport=websocket';
    this.#options = options;
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#socket.on('message', (data: Buffer) => this.#take(data));
    if (bare) this.#socket.on('open', () => this.#ready?.());
    this.#socket.on('error', (error) => this.#refused?.(error));
    this.#socket.on('close', (code) => {
      this.#refused?.(new Error(`closed with ${code}`));
      options.lost(`closed with ${code}`);
    });
  }

  /** Resolves when the server has let the connection in. */
  static open(options: WireOptions): Promise<Wire> {
    const wire = new Wire(options);
    return inTime('a connection', (resolve, reject) => {
      wire.#ready = () => resolve(wire);
      wire.#refused = reject;
    });
  }

  /** Calls and waits for the acknowledgement: for the set-up. */
  call(name: string, payload: unknown): Promise<unknown> {
    return inTime(name, (resolve) => this.emit(name, payload, resolve));
  }

  emit(name: string, payload: unknown, acked: Ack): void {
    const id = this.#calls++;
    this.#acks.set(id, acked);
    this.#socket.send(`42${id}${JSON.stringify([name, payload])}`);
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.terminate();
  }

  #take(data: Buffer): void {
    if (this.#options.bare) {
      this.#options.heard(data);
      return;
    }
    if (data[0] === PING) this.#socket.send('3');
    else if (data[0] === OPEN) {
      const { auth } = this.#options;
      this.#socket.send(auth ? `40${JSON.stringify(auth)}` : '40');
    } else if (data[0] === MESSAGE) this.#message(data);
  }

  #message(data: Buffer): void {
    switch (data[1]) {
      case EVENT:
        this.#options.heard(data.subarray(2)); // the servers ask for no acknowledgement: no id stands between
        return;
      case ACK: {
        const begin = data.indexOf(BRACKET);
        const id = Number(data.toString('latin1', 2, begin));
        const acked = this.#acks.get(id);
        this.#acks.delete(id);
        acked?.((JSON.parse(data.toString('utf8', begin)) as unknown[])[0]);
        return;
      }
      case CONNECTED:
        this.#ready?.();
        return;
      case undefined:
      default:
        this.#refused?.(new Error(`refused with ${data.toString('utf8', 0, 500)}`));
    }
  }
}

function inTime<T>(
  what: string,
  work: (resolve: (value: T) => void, reject: (why: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} took too long`)), PATIENCE_MS);
    work(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (why) => {
        clearTimeout(timer);
        reject(why);
      },
    );
  });
}
