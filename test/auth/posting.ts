/** Calls of somebody who is not signed in, as a program sends them. */
import type { Reply } from '../../src/contract/index.ts';
import { Result } from '../support/result.ts';

export function post<O = unknown>(
  { url }: { readonly url: string },
  path: string,
  body: object,
): Result<O> {
  const headers = { 'content-type': 'application/json' };
  const asked = fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const reply = asked.then(async (response): Promise<Reply<O>> => {
    const answer: unknown = await response.json();
    return response.ok
      ? { ok: true, data: answer as O }
      : { ok: false, error: answer as Extract<Reply<O>, { ok: false }>['error'] };
  });
  return new Result(`POST ${path}`, reply);
}
