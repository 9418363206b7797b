/** A Redis or a Postgres that speaks TLS: a door before the real one, which ends the encryption. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import type { Identity } from './certificates.ts';

/** What a Postgres client says first when it wants TLS (its documentation, "SSLRequest"), and the yes to it. */
const SSL_REQUEST_BYTES = 8;
const YES = 'S';

export class TlsDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections on which the client and the door came to agree. */
  agreed = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Before the server of that URL, which stays as it is. */
  static async before(url: string, identity: Identity): Promise<TlsDoor> {
    const { protocol, hostname, port } = new URL(url);
    const secureContext = createSecureContext(identity);
    const server = createServer();
    const door = new TlsDoor(server);
    server.on('connection', (near) => {
      const open = () => door.#open(near, secureContext, connect(Number(port), hostname));
      if (!protocol.startsWith('postgres')) open();
      else
        near.once('readable', () => {
          if (near.read(SSL_REQUEST_BYTES) === null) {
            near.destroy();
            return;
          }
          near.write(YES);
          open();
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #open(raw: Socket, secureContext: SecureContext, far: Socket): void {
    const near = new TLSSocket(raw, { isServer: true, secureContext });
    near.once('secure', () => (this.agreed += 1));
    for (const [one, other] of [
      [near, far],
      [far, near],
      [raw, far],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }
}
