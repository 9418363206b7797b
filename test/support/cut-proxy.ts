/** A TCP proxy before a server: passes everything on, until a story cuts connections or swallows what the server says. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What becomes of a piece that the server sent: a WebSocket message, or a chunk of plain HTTP. */
export type Fate = 'pass' | 'drop' | 'cut';

export class CutProxy {
  /** Decides about everything that the server says; passes all of it unless told. */
  judge: (text: string) => Fate = () => 'pass';
  /** Connections that clients made so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  #open = true;

  private constructor(server: Server, port: () => number) {
    this.#server = server;
    server.on('connection', (client: Socket) => {
      this.accepted += 1;
      if (this.#open) this.#join(client, connect(port(), '127.0.0.1'));
      else client.destroy();
    });
  }

  static async before(port: () => number): Promise<CutProxy> {
    const server = createServer();
    const proxy = new CutProxy(server, port);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ends every connection as a pulled plug does; later ones are taken. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** From now on every connection is refused, until `restore`. */
  sever(): void {
    this.#open = false;
    this.cut();
  }

  restore(): void {
    this.#open = true;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, server: Socket): void {
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const side of [client, server]) {
      side.on('error', () => undefined);
      side.on('close', () => {
        this.#pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => server.write(bytes));
    const pieces = new Pieces();
    server.on('data', (bytes: Buffer) => {
      for (const { text, raw } of pieces.take(bytes)) {
        const fate = this.judge(text);
        if (fate === 'pass') client.write(raw);
        if (fate === 'cut') client.destroy();
      }
    });
  }
}

interface Piece {
  readonly text: string;
  readonly raw: Buffer;
}

/** Cuts what a server sends at the borders of WebSocket frames (RFC 6455, 5.2), so that a dropped one leaves no ruin. */
class Pieces {
  #mode: 'unknown' | 'plain' | 'frames' = 'unknown';
  #rest: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): Piece[] {
    if (this.#mode === 'unknown')
      this.#mode = bytes.toString('latin1').startsWith('HTTP/1.1 101') ? 'frames' : 'plain';
    else if (this.#mode === 'frames') return this.#frames(bytes);
    if (this.#mode === 'plain') return [{ text: bytes.toString('utf8'), raw: bytes }];
    const end = bytes.indexOf('\r\n\r\n') + 4;
    const head = { text: '', raw: bytes.subarray(0, end) };
    return [head, ...this.#frames(bytes.subarray(end))];
  }

  #frames(bytes: Buffer): Piece[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const pieces: Piece[] = [];
    for (let size = sizeOf(this.#rest); size !== null; size = sizeOf(this.#rest)) {
      const { header, total } = size;
      if (this.#rest.length < total) break;
      const raw = this.#rest.subarray(0, total);
      pieces.push({ text: raw.subarray(header).toString('utf8'), raw });
      this.#rest = this.#rest.subarray(total);
    }
    return pieces;
  }
}

function sizeOf(bytes: Buffer): { header: number; total: number } | null {
  const short = (bytes[1] ?? 0) & 0x7f;
  const header = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < header) return null;
  const length =
    short === 127
      ? Number(bytes.readBigUInt64BE(2))
      : short === 126
        ? bytes.readUInt16BE(2)
        : short;
  return { header, total: header + length };
}
