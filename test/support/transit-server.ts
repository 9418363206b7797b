/** A small server in the shape of Vault's transit engine, that can be told to misbehave; it keeps what it was asked with. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Identity } from './certificates.ts';

/** What it does with the next calls. */
export type Mood =
  'well' | 'silent' | 'garbage' | 'no json' | 'another key' | 'endless' | 'sealed' | 'elsewhere';

export class TransitServer {
  readonly token = `hvs.${randomBytes(24).toString('base64url')}`;
  readonly #key = randomBytes(32);
  readonly #server;
  readonly #scheme: string;
  mood: Mood = 'well';
  /** Path of each call, in their order. */
  readonly asked: string[] = [];

  private constructor(identity: Identity | null) {
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response);
    this.#server = identity ? createTlsServer(identity, answer) : createServer(answer);
    this.#scheme = identity ? 'https' : 'http';
  }

  static async start(identity: Identity | null = null): Promise<TransitServer> {
    const server = new TransitServer(identity);
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#scheme}://127.0.0.1:${port}/v1/transit`;
  }

  /** As its `encrypt` does. */
  wrap(plaintext: Buffer): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return `vault:v1:${Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64')}`;
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const say = (status: number, answer: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    };
    if (request.headers['x-vault-token'] !== this.token) {
      say(403, { errors: ['permission denied'] });
      return;
    }
    switch (this.mood) {
      case 'silent':
        return;
      case 'garbage': {
        say(200, { data: { plaintext: 'not base64!' } });
        return;
      }
      case 'no json':
        return void response.end('<html>');
      case 'another key': {
        say(200, { data: { plaintext: randomBytes(31).toString('base64') } });
        return;
      }
      case 'endless':
        return void response.end(Buffer.alloc(1_000_000, 'a'));
      case 'sealed': {
        say(503, { errors: ['Vault is sealed'] });
        return;
      }
      case 'elsewhere':
        response.writeHead(307, { location: 'http://127.0.0.1:1/' });
        return void response.end();
      case 'well':
    }
    const { ciphertext, plaintext } = JSON.parse(Buffer.concat(chunks).toString()) as {
      ciphertext?: string;
      plaintext?: string;
    };
    if (request.url === '/v1/transit/encrypt/conclave' && plaintext !== undefined) {
      say(200, { data: { ciphertext: this.wrap(Buffer.from(plaintext, 'base64')) } });
      return;
    }
    if (request.url !== '/v1/transit/decrypt/conclave' || ciphertext === undefined) {
      say(400, { errors: ['no such key'] });
      return;
    }
    const sealed = Buffer.from(ciphertext.slice('vault:v1:'.length), 'base64');
    const cipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, 12));
    cipher.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
    say(200, { data: { plaintext: opened.toString('base64') } });
  }
}
