/** Whether secrets are long enough, kept where only their owner reads them, and keys that sign are not too old. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config.ts';
import { SETTINGS, type Setting } from '../../settings.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

const OTHERS = 0o077;
/** Shortest password of a service: what DATABASE_APP_PASSWORD demands. */
const SHORTEST = 16;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** The shortest that NIST SP 800-57 part 1 rev. 5 (table 1) lets a private signature key be used: one to three years. */
const SIGNING_KEY_DAYS = 365;

const SECRETS = Object.entries<Setting>(SETTINGS).flatMap(([name, { secret }]) =>
  secret ? [name] : [],
);

/** The files that secrets are read from: one each, and `.env` where it holds any. */
export function judgeFiles(
  settings: Environment,
  { root, dotenv }: { readonly root: string; readonly dotenv: Environment },
): readonly Finding[] {
  const named = SECRETS.flatMap((name) => settings[`${name}_FILE`] || []);
  const inDotenv = SECRETS.some((name) => dotenv[name]);
  const files = [...new Set([...named, ...(inDotenv ? [join(root, '.env')] : [])])];
  const wrong = files.flatMap(judgeFile);
  if (wrong.length > 0) return wrong;
  return [ok('secret-files', `${files.length} files with secrets, for their owner alone`)];
}

function judgeFile(path: string): readonly Finding[] {
  try {
    const mode = (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
    if ((mode & OTHERS) === 0) return [];
    const found = `${path} has mode ${mode.toString(8)}: others can read it`;
    return [failed('secret-files', found, `chmod 600 ${path}`)];
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const advice = 'Ask as the user whom the server runs as, or set a path that leads to the file.';
    return [failed('secret-files', `${path} cannot be looked at: ${why}`, advice)];
  }
}

/** `url` of Postgres or Redis, of which only the length of the password is told. */
export function judgePassword(check: string, url: string, isNeeded: boolean): Finding {
  const { password } = new URL(url);
  const plain = decoded(password);
  if (plain === null)
    return failed(check, 'a password with a % that encodes nothing', 'Write a % in it as %25.');
  const length = Array.from(plain).length;
  const advice = `Give it a random password of at least ${SHORTEST} characters.`;
  if (length >= SHORTEST) return ok(check, `a password of ${length} characters`);
  if (length > 0) return failed(check, `a password of ${length} characters`, advice);
  return isNeeded
    ? failed(check, 'no password', advice)
    : ok(check, 'no password, on this machine');
}

/** Whether clients can read the password out of the URL at all: they throw where they cannot. */
export function hasReadablePassword(url: string): boolean {
  return decoded(new URL(url).password) !== null;
}

/** Null where it is not percent-encoded as a URL demands (RFC 3986 §2.1). */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export interface SigningKeyFacts {
  /** Milliseconds that the newest has been signing; null where that is not known. */
  readonly ageMs: number | null;
  /** Whether it was published by command, or is still that of the settings. */
  readonly isPublished: boolean;
  /** Published keys that do not open under the root keyring. */
  readonly closed: number;
}

export function judgeSigningKey({ ageMs, isPublished, closed }: SigningKeyFacts): Finding {
  const check = 'signing-key';
  const rotate = 'Rotate it: conclave admin rotate-signing-keys.';
  if (closed > 0)
    return failed(
      check,
      `${closed} published keys do not open under CONCLAVE_ROOT_KEYS`,
      'Give this server the root keys that they were sealed under, and find out who changed either.',
    );
  const whose = isPublished ? 'published by command' : 'that of CONCLAVE_SIGNING_KEYS';
  if (ageMs === null) return ok(check, `${whose}, of an age that is not known`);
  const days = Math.max(0, Math.floor(ageMs / DAY_MS));
  const found = `${whose}, ${days} days old`;
  return days >= SIGNING_KEY_DAYS ? warning(check, found, rotate) : ok(check, found);
}

export function judgeBusKeys(isOwn: boolean, production: boolean): Finding {
  const check = 'bus-keys';
  if (isOwn) return ok(check, 'a ring of their own');
  const found = 'derived from CONCLAVE_ROOT_KEYS';
  if (!production) return ok(check, found);
  return warning(check, found, 'Set CONCLAVE_BUS_KEYS, so that they can be changed alone.');
}
