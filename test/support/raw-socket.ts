/** A WebSocket client without manners: writes any request and any frame, and reports what came back. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** How long a story waits for what must happen before it fails, on however slow a machine. */
const PATIENCE_MS = 60_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FrameOptions {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly masked?: boolean;
  readonly reserved?: number;
  /** The length that the header claims, where it is not that of the payload. */
  readonly claims?: number;
}

export const HANDSHAKE = '/socket.io/?EIO=4&transport=websocket';
export const TEXT = 1;
export const BINARY = 2;
const CLOSE = 8;
/** What RFC 6455 calls a close frame that says nothing. */
const NO_CODE = 1_005;

/** The request of a WebSocket handshake; a header that is undefined is left out. */
export function upgradeRequest(
  path: string,
  headers: Readonly<Record<string, string | undefined>> = {},
  method = 'GET',
): string {
  const all: Record<string, string | undefined> = {
    host: 'localhost',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

export class RawSocket {
  readonly socket: Socket;
  /** Text frames in the order in which they came. */
  readonly texts: string[] = [];
  /** Why the server says it closed (RFC 6455 §7.4), once it said so. */
  closeCode: number | null = null;
  answer: Answer | null = null;
  /** True: close frames are not answered. */
  isRude = false;
  #bytes = Buffer.alloc(0);
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#read();
      this.#look();
    });
    this.socket.on('error', () => undefined); // a reset is one way to be turned away
    this.socket.on('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  /** Sends the request of a handshake and waits for what is answered. */
  static async ask(url: string, request: string): Promise<{ raw: RawSocket; answer: Answer }> {
    const raw = new RawSocket(url);
    raw.socket.write(request);
    return { raw, answer: await raw.answered() };
  }

  /** A connection that the engine took, past its greeting. */
  static async open(url: string, path = HANDSHAKE): Promise<RawSocket> {
    const { raw, answer } = await RawSocket.ask(url, upgradeRequest(path));
    if (answer.status !== 101) throw new Error(`no WebSocket: ${answer.status} ${answer.body}`);
    await raw.hears('0{');
    return raw;
  }

  /** A connection of somebody with this access token, past the handshake of Socket.IO. */
  static async signedIn(url: string, token: string): Promise<RawSocket> {
    const raw = await RawSocket.open(url);
    raw.send(`40${JSON.stringify({ token })}`);
    await raw.hears('40{');
    return raw;
  }

  send(text: string, options: FrameOptions = {}): void {
    this.frame(Buffer.from(text), { opcode: TEXT, ...options });
  }

  /** One frame, right or wrong. */
  frame(payload: Buffer, options: FrameOptions = {}): void {
    const { opcode = BINARY, fin = true, masked = true, reserved = 0, claims } = options;
    const length = claims ?? payload.length;
    const mask = randomBytes(4);
    const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode];
    const flag = masked ? 0x80 : 0;
    if (length < 126) head.push(flag | length);
    else if (length < 65_536) head.push(flag | 126, length >> 8, length & 255);
    else {
      const long = Buffer.alloc(8);
      long.writeBigUInt64BE(BigInt(length));
      head.push(flag | 127, ...long);
    }
    const body = masked ? payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) : payload;
    this.socket.write(Buffer.concat([Buffer.from(head), masked ? mask : Buffer.alloc(0), body]));
  }

  answered(): Promise<Answer> {
    return this.#until('be answered', () => this.answer ?? undefined);
  }

  /** The first text frame, past or to come, that begins like this. */
  hears(beginning: string): Promise<string> {
    return this.#until(`hear ${beginning}`, () => this.texts.find((t) => t.startsWith(beginning)));
  }

  /** Resolves with the close code when the server has ended the connection. */
  closed(): Promise<number | null> {
    return this.#until('be closed', () =>
      this.#ended ? { code: this.closeCode } : undefined,
    ).then(({ code }) => code);
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #read(): void {
    if (!this.answer && !this.#readAnswer()) return;
    if (this.answer?.status !== 101) return;
    for (let frame = this.#takeFrame(); frame; frame = this.#takeFrame()) {
      if (frame.opcode === TEXT) this.texts.push(frame.payload.toString());
      if (frame.opcode !== CLOSE) continue;
      this.closeCode = frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : NO_CODE;
      if (!this.isRude) this.frame(frame.payload, { opcode: CLOSE });
    }
  }

  #readAnswer(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const [statusLine = '', ...lines] = this.#bytes.subarray(0, end).toString().split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const rest = this.#bytes.subarray(end + 4);
    const length = Number(headers['content-length'] ?? 0);
    if (rest.length < length) return false;
    const body = rest.subarray(0, length).toString();
    this.answer = { status: Number(statusLine.split(' ')[1]), headers, body };
    this.#bytes = rest.subarray(length);
    return true;
  }

  /** Frames of a server are never masked, and ours are never longer than 64 KiB. */
  #takeFrame(): { opcode: number; payload: Buffer } | null {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    const short = (bytes[1] ?? 0) & 127;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < start) return null;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(2)
          : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + length) return null;
    this.#bytes = bytes.subarray(start + length);
    return { opcode: (bytes[0] ?? 0) & 15, payload: bytes.subarray(start, start + length) };
  }

  #look(): void {
    for (const look of this.#waiting) look();
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
        else if (this.#ended) finish(() => reject(new Error(`closed before it could ${what}`)));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`waited in vain to ${what}`))),
        PATIENCE_MS,
      );
      this.#waiting.add(look);
      look();
    });
  }
}
