/** A server of a few lines that says what a story wants to hear: grants for anybody, closings on demand, refused handshakes. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { CLOSURES, type ClosureCode, type RefusalOnWire } from '../../src/contract/index.ts';

export class ScriptedServer {
  /** The tokens of the handshakes so far, refused ones too. */
  readonly handshakes: string[] = [];
  refreshes = 0;
  /** Calls answered so far. */
  calls = 0;
  /** The refusal of the next handshakes, if any. */
  refuses: RefusalOnWire | null = null;
  /** The tokens that were brought into live connections, and the refusal of the next ones, if any. */
  readonly renewals: string[] = [];
  refusesRenewals: RefusalOnWire | null = null;
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  readonly #io = new Server(this.#http, { transports: ['websocket'] });
  #grants = 0;

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await once(server.#http.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  private constructor() {
    this.#io.use((socket, next) => {
      const { token } = socket.handshake.auth as { token: string };
      this.handshakes.push(token);
      next(this.refuses ? Object.assign(new Error('no'), { data: this.refuses }) : undefined);
    });
    this.#io.on('connection', (socket) => {
      socket.on('role.describe', (_input, ack: (reply: unknown) => void) => {
        this.calls += 1;
        ack({ ok: true, data: { role: 'user', permissions: [], channel: null } });
      });
      socket.on('auth.refresh', ({ token }: { token: string }, ack: (reply: unknown) => void) => {
        this.renewals.push(token);
        if (this.refusesRenewals) ack({ ok: false, error: this.refusesRenewals });
        else ack({ ok: true, data: { expiresIn: 900 } });
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** Asks every connection for a newer token. */
  expiring(): void {
    this.#io.emit('session.expiring', { expiresInMs: 60_000 });
  }

  /** Says that it is about to stop, and goes on serving. */
  drain(reconnectInMs: number): void {
    this.#io.emit('server.draining', { reconnectInMs });
  }

  /** Ends every connection as the product does. */
  end(code: ClosureCode): void {
    for (const socket of this.#io.sockets.sockets.values()) {
      socket.emit('connection.closing', { code, next: CLOSURES[code].next });
      socket.disconnect(true);
    }
  }

  async stop(): Promise<void> {
    await this.#io.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    await once(request, 'end');
    if (request.url?.endsWith('/refresh')) this.refreshes += 1;
    this.#grants += 1;
    const ids = { userId: 'u', sessionId: 's', workspaceId: 'w' };
    const tokens = { accessToken: `a${this.#grants}`, refreshToken: `r${this.#grants}` };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...tokens, ...ids, expiresIn: 900 }));
  }
}
