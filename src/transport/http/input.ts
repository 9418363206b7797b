/** Makes one object of path, query and body in which every key was said once; what it means is for the schema. */
import type { Request } from 'express';
import { malformed } from './answer.ts';
import { hasBody, readBody } from './body.ts';
import type { Route } from './routes.ts';

/** A URL ends up in histories and in logs of proxies; a token there is refused even where a schema would take it. */
const CREDENTIALS = /^(?:access_token|token|auth)$/i;
const IN_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Refuses `invalid_input` for a key said twice or a credential in the URL, and whatever reading the body refuses. */
export async function readInput(
  request: Request,
  route: Route,
): Promise<Readonly<Record<string, unknown>>> {
  const query = readQuery(request);
  // Without a prototype there is nothing that a key could reach; `__proto__` is a key like any other.
  const input = Object.create(null) as Record<string, unknown>;
  const say = (key: string, value: unknown): void => {
    if (key in input) throw malformed('repeated_key', key);
    input[key] = value;
  };
  const sayText = (key: string, text: unknown): void => {
    if (typeof text !== 'string') throw malformed('repeated_key', key);
    say(key, route.shape.get(key)?.(text) ?? text);
  };
  for (const [key, text] of Object.entries(request.params)) sayText(key, text);
  if (IN_BODY.has(route.method)) {
    const [stray] = query;
    if (stray) throw malformed('unrecognized_keys', stray[0]);
    for (const [key, value] of Object.entries(await readBody(request))) say(key, value);
  } else {
    if (hasBody(request)) throw malformed('unexpected_body');
    for (const [key, text] of query) sayText(key, text);
  }
  return input;
}

function readQuery(request: Request): [key: string, text: unknown][] {
  const start = request.url.indexOf('?');
  if (start < 0) return [];
  try {
    decodeURIComponent(request.url.slice(start)); // the parser would let half an escape stand for itself
  } catch {
    throw malformed('percent_encoding');
  }
  const query = Object.entries(request.query);
  const secret = query.find(([key]) => CREDENTIALS.test(key));
  if (secret) throw malformed('credential_in_url', secret[0]);
  return query;
}
