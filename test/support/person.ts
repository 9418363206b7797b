/** Somebody who uses the server: over a socket by default, over HTTP where a story says so. */
import type { Broadcasts, ChannelId, Jti, Message } from '../../src/contract/index.ts';
import type { MintedSession } from '../../src/auth/index.ts';
import { asked } from './asked.ts';
import { Connection, type InputOf, type OperationName, type OutputOf } from './connection.ts';
import type { Result } from './result.ts';

export class Person {
  readonly displayName: string;
  readonly userId: MintedSession['userId'];
  readonly sessionId: MintedSession['sessionId'];
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly #url: string;
  readonly #connections: Connection[] = [];

  constructor(url: string, displayName: string, minted: MintedSession) {
    this.#url = url;
    this.displayName = displayName;
    this.userId = minted.userId;
    this.sessionId = minted.sessionId;
    this.accessToken = minted.accessToken;
    this.refreshToken = minted.refreshToken;
  }

  /** Opens another connection; the newest one is what the person uses. */
  async connect(): Promise<Connection> {
    const connection = await Connection.open(this.#url, { token: this.accessToken });
    this.#connections.push(connection);
    return connection;
  }

  /** A connection to another node, beside those the person uses. */
  async connectTo(url: string): Promise<Connection> {
    const connection = await Connection.open(url, { token: this.accessToken });
    this.#connections.unshift(connection);
    return connection;
  }

  /** Which token the person shows: its claim of that name. */
  get jti(): Jti {
    const [, claims = ''] = this.accessToken.split('.');
    return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: Jti }).jti;
  }

  get connection(): Connection {
    const newest = this.#connections.at(-1);
    if (!newest) throw new Error(`${this.displayName} is not connected`);
    return newest;
  }

  call<N extends OperationName>(name: N, input: InputOf<N>): Result<OutputOf<N>> {
    return this.connection.call(name, input);
  }

  send(channelId: ChannelId, body: string, clientId: InputOf<'message.send'>['clientId']) {
    return this.call('message.send', { channelId, body, clientId });
  }

  hears<E extends keyof Broadcasts>(event: E, when?: (payload: Broadcasts[E]) => boolean) {
    return this.connection.hears(event, when);
  }

  hearsMessage(when: (message: Message) => boolean): Promise<Message> {
    return this.connection.hearsMessage(when);
  }

  /** A request with the person's token; the body of a problem becomes the refusal it stands for. */
  http<O = unknown>(method: string, path: string, body?: object): Result<O> {
    const headers = { authorization: `Bearer ${this.accessToken}` };
    return asked(this.#url, method, path, { headers, body });
  }

  leave(): void {
    for (const connection of this.#connections) connection.close();
  }
}
