/** The pages of the closed tables: refusals, closures and limits. */
import { CLOSURES, REFUSALS } from '../../src/contract/index.ts';
import { admissionTable, LIMIT_TABLE } from '../../src/limits/index.ts';
import { SETTINGS } from '../../src/settings.ts';

export function refusalsPage(): string {
  const rows = Object.entries(REFUSALS).map(
    ([code, { http, retry, title }]) => `| \`${code}\` | ${http} | ${retry} | ${title} |`,
  );
  return [
    '# Refusals',
    'Every "no" of the server, the same in the acknowledgement of a socket event and as problem+json over HTTP.',
    '',
    '| code | HTTP | retry | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

export function closuresPage(): string {
  const rows = Object.entries(CLOSURES).map(
    ([code, { next, title }]) => `| \`${code}\` | ${next} | ${title} |`,
  );
  return [
    '# Closures',
    'Why the server ends a connection, as told by `connection.closing { code, next }` before it does.',
    '',
    '| code | what the client does next | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

export function limitsPage(): string {
  const rows = Object.entries(LIMIT_TABLE).flatMap(([name, { windows, whenStoreFails }]) =>
    windows.map(({ by, milliseconds, calls }) => {
      const allowed =
        typeof calls === 'number'
          ? String(calls)
          : Object.entries(calls)
              .map(([role, n]) => `${role} ${n}`)
              .join(', ');
      return `| \`${name}\` | ${by} | ${milliseconds / 1_000} s | ${allowed} | ${whenStoreFails} |`;
    }),
  );
  const sizes = {
    requestsPerHour: Number(SETTINGS.HTTP_REQUESTS_PER_HOUR.standard),
    handshakesPerMinute: Number(SETTINGS.SOCKET_HANDSHAKES_PER_MINUTE.standard),
  };
  const door = Object.entries(admissionTable(sizes)).map(
    ([name, { window, milliseconds, calls, whenStoreFails }]) =>
      `| \`${name}\` | address | ${milliseconds / 1_000} s, ${window} | ${calls} | ${whenStoreFails} |`,
  );
  return [
    '# Limits',
    'Sliding windows; a call is refused `rate_limited` when any of its windows is full, and then counts in none.',
    'The refusal names the row, the window and the time to wait. Addresses count by /64 where they are IPv6.',
    '',
    '| limit | counts by | window | calls | without Redis |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '`local`: each node counts by itself until Redis is back. `local-strict`: each node counts at all times what it',
    'admits, so that losing Redis, or getting it back empty, gives nobody a fresh start.',
    '',
    '## Before anything is read',
    'HTTP requests by their address, whatever they ask for; `/healthz` and `/readyz` in a row of their own.',
    'Sockets: attempts to connect here, open ones and frames by the settings that begin with `SOCKET`.',
    '',
    '| limit | counts by | window | calls | without Redis |',
    '|---|---|---|---|---|',
    ...door,
    '',
    '`fixed`: the nodes count together from the first call of an address to the end of the window, in which refused',
    'calls count as well without making it longer. Besides, each node counts what it admits in a sliding window of the',
    'same size. So one node admits no more than that in any stretch, and several at most twice as much around the end',
    'of a window.',
    '',
    'Over HTTP every answer carries the door in `RateLimit-Policy`, and what is left of the door and of the row of the',
    'operation, one item each, in `RateLimit` (draft-ietf-httpapi-ratelimit-headers-08). The sizes of the rows are those',
    'above. `Retry-After` comes with what refused.',
    '',
  ].join('\n');
}
