/** Calls of somebody who is not signed in, as a program sends them. */
import { asked } from '../support/asked.ts';
import type { Result } from '../support/result.ts';

export function post<O = unknown>(
  { url }: { readonly url: string },
  path: string,
  body: object,
): Result<O> {
  return asked(url, 'POST', path, { body });
}
