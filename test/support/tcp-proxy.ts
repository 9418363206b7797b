/** A way to a server on this machine that a test spoils: frozen, slow, deaf in one direction, reset, or cut half-way. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Two sockets that are one connection: `near` to who asked, `far` to the server. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** Bytes that `near` may still say before the connection is cut; null: as many as it likes. */
  budget: number | null;
}

export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #frozen = false;
  #silent = false;
  #delayMs = 0;
  #budget: number | null = null;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number, host = '127.0.0.1'): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const proxy = new TcpProxy(server);
    server.on('connection', (near) => proxy.#join(near, connect(port, host)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Nothing arrives any more on either side, and nobody is told. */
  freeze(): void {
    this.#frozen = true;
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.pause();
  }

  /** Everything that was held back arrives. */
  thaw(): void {
    this.#frozen = false;
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.resume();
  }

  /** Everything arrives so many milliseconds later, in its order. */
  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Half open: the server hears everything, and what it says is lost; `cut` the connections afterwards. */
  silence(silent: boolean): void {
    this.#silent = silent;
  }

  /** Every connection ends once it has said so many more bytes to the server, in the middle of whatever they are. */
  cutAfter(bytes: number | null): void {
    this.#budget = bytes;
    for (const pair of this.#pairs) pair.budget = bytes;
  }

  /** Every connection ends; new ones are let through. */
  cut(): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.destroy();
  }

  /** Every connection is reset, as by a firewall that forgot it; new ones are let through. */
  reset(): void {
    for (const { near, far } of this.#pairs)
      for (const socket of [near, far]) socket.resetAndDestroy();
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket): void {
    const pair: Pair = { near, far, budget: this.#budget };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      let due = 0;
      from.on('data', (chunk: Buffer) => {
        if (this.#silent && from === far) return;
        const spent = from === near && pair.budget !== null && chunk.length >= pair.budget;
        const said = spent ? chunk.subarray(0, pair.budget ?? 0) : chunk;
        if (from === near && pair.budget !== null) pair.budget -= said.length;
        const pass = () => {
          to.write(said);
          if (spent) from.destroy();
        };
        const now = performance.now();
        due = Math.max(due, now + this.#delayMs);
        if (due <= now) pass();
        else setTimeout(pass, due - now);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#frozen) from.pause();
      else from.resume();
    }
  }
}
