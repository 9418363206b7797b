/** A proxy before a server that holds refreshes back until the story lets them through, and counts them. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class RefreshGate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;
  #held: (() => void)[] = [];
  /** Refreshes that were asked for. */
  refreshes = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    server.on('connection', (near: Socket) => this.#join(near, connect(port, '127.0.0.1')));
  }

  static async before(port: number): Promise<RefreshGate> {
    const server = createServer();
    const gate = new RefreshGate(server, port);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  shut(): void {
    this.#open = false;
  }

  /** Lets through what is held, and whatever comes later. */
  open(): void {
    this.#open = true;
    for (const pass of this.#held.splice(0)) pass();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
    far.on('data', (bytes: Buffer) => near.write(bytes));
    near.on('data', (bytes: Buffer) => {
      const isRefresh = bytes.toString('latin1').includes('POST /v1/sessions/refresh');
      if (isRefresh) this.refreshes += 1;
      if (this.#open || !isRefresh) far.write(bytes);
      else this.#held.push(() => far.write(bytes));
    });
  }
}
