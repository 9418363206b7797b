/** A request over HTTP as a program makes it; the body of a problem becomes the refusal that it stands for. */
import type { Reply } from '../../src/contract/index.ts';
import { Result } from './result.ts';

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | undefined;
}

export function asked<O = unknown>(
  url: string,
  method: string,
  path: string,
  { headers, body }: Request = {},
): Result<O> {
  const json = body && { 'content-type': 'application/json' };
  const response = fetch(`${url}${path}`, {
    method,
    headers: { ...json, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const reply = response.then(async (response): Promise<Reply<O>> => {
    const answer: unknown = await response.json();
    return response.ok
      ? { ok: true, data: answer as O }
      : { ok: false, error: answer as Extract<Reply<O>, { ok: false }>['error'] };
  });
  return new Result(`${method} ${path}`, reply);
}
