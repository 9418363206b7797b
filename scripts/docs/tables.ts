/** The pages of the closed tables: refusals, closures and limits. */
import { CLOSURES, REFUSALS } from '../../src/contract/index.ts';
import { LIMIT_TABLE } from '../../src/limits/index.ts';

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
  const rows = Object.entries(LIMIT_TABLE).flatMap(([name, windows]) =>
    windows.map(({ by, milliseconds, calls }) => {
      const allowed =
        typeof calls === 'number'
          ? String(calls)
          : Object.entries(calls)
              .map(([role, n]) => `${role} ${n}`)
              .join(', ');
      return `| \`${name}\` | ${by} | ${milliseconds / 1_000} s | ${allowed} |`;
    }),
  );
  return [
    '# Limits',
    'Sliding windows; a call is refused `rate_limited` by the first window that is full, and then counts in none.',
    '',
    '| limit | counts by | window | calls |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
