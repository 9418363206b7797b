/** The one reading of what a client says it is, for audit rows and lists of sessions, over HTTP and sockets alike. */
import type { IncomingHttpHeaders } from 'node:http';

/** Longer than any browser's, and short enough to be kept with every session. */
const LONGEST = 300;

/** Without control characters, at most 300 UTF-16 units; null when nothing is left to say. */
export function userAgentOf(headers: IncomingHttpHeaders): string | null {
  const text = (headers['user-agent'] ?? '').replace(/\p{Cc}/gu, '').slice(0, LONGEST);
  return text === '' ? null : text;
}
