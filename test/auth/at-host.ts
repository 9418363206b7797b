/** Requests that ask for a host by its name, as browsers do, while all of them lead to one address. */
import { request } from 'node:http';
import type { Reply } from '../../src/contract/index.ts';
import { Connection } from '../support/connection.ts';
import { Result } from '../support/result.ts';

export interface Asking {
  readonly body?: object;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request whose `Host` is `host`, written as it is. */
export function askedAt<O = Record<string, unknown>>(
  url: string,
  host: string,
  [method, path]: readonly [string, string],
  { body, token, headers = {} }: Asking = {},
): Result<O> {
  const text = body && JSON.stringify(body);
  const reply = new Promise<Reply<O>>((resolve, reject) => {
    const asking = request(new URL(path, url), {
      method,
      headers: {
        host,
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    asking.on('error', reject);
    asking.on('response', (response) => {
      let answer = '';
      response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      response.on('end', () => {
        const data: unknown = JSON.parse(answer);
        const ok = (response.statusCode ?? 500) < 400;
        resolve(
          ok
            ? { ok: true, data: data as O }
            : { ok: false, error: data as Extract<Reply<O>, { ok: false }>['error'] },
        );
      });
    });
    asking.end(text);
  });
  return new Result(`${method} ${path} at ${host}`, reply);
}

/** A socket to that host. */
export const connectedAt = (url: string, host: string, token: string): Promise<Connection> =>
  Connection.open(url, { token }, { extraHeaders: { host } });
