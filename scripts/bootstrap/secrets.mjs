/** Each secret is made once, complete or not at all, never overwritten, and readable by its owner alone. */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from './paths.mjs';
import { diskFull, StartError } from './say.mjs';

// Without these three, what is already stored could not be read any more: they are never made a second time.
const SECRETS = [
  { variable: 'CONCLAVE_ROOT_KEYS', file: 'root-keys.json', make: symmetricKeys, lasting: true },
  { variable: 'CONCLAVE_PEPPERS', file: 'peppers.json', make: symmetricKeys, lasting: true },
  {
    variable: 'CONCLAVE_DIGEST_KEYS',
    file: 'digest-keys.json',
    make: symmetricKeys,
    lasting: true,
  },
  { variable: 'CONCLAVE_SIGNING_KEYS', file: 'signing-keys.json', make: signingKeys },
  { variable: 'DATABASE_APP_PASSWORD', file: 'database-app-password', make: password },
];

export const SECRET_VARIABLES = SECRETS.flatMap(({ variable }) => [variable, `${variable}_FILE`]);

/** Gives the `…_FILE` variables of the secrets that the person did not set. */
export function ensureSecrets({ folder, env, dataExists }) {
  const wanted = SECRETS.filter(({ variable: v }) => !env[v] && !env[`${v}_FILE`]);
  const lost = wanted.find(({ file, lasting }) => lasting && !existsSync(join(folder, file)));
  if (dataExists && lost) {
    throw new StartError(
      `${join(folder, lost.file)} is missing, but the database at ${dataExists} was written with it. Put the file back; to start from nothing, remove that database folder.`,
    );
  }
  return Object.fromEntries(
    wanted.map(({ variable, file, make }) => [`${variable}_FILE`, keep(folder, file, make).path]),
  );
}

export function postgresPassword(folder) {
  return keep(folder, 'postgres-password', password);
}

/** Reads a secret, or makes it; `created` tells which. */
function keep(folder, file, make) {
  const path = join(folder, file);
  if (!existsSync(folder)) ownFolder(folder, 0o700);
  refuseOpen(folder, 0o700);
  const created = !existsSync(path);
  if (created) writeNew(path, make());
  refuseOpen(path, 0o600);
  return { path, created, value: readFileSync(path, 'utf8').trim() };
}

function writeNew(path, content) {
  const unfinished = `${path}.new`;
  try {
    rmSync(unfinished, { force: true });
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error.code === 'ENOSPC' || error.code === 'EDQUOT' ? diskFull(path) : error;
  }
}

function refuseOpen(path, widest) {
  const mode = lstatSync(path).mode & 0o777;
  if ((mode & ~widest) === 0) return;
  throw new StartError(
    `${path} is open to other users (mode ${mode.toString(8)}). Close it with: chmod ${widest.toString(8)} ${path}`,
  );
}

function symmetricKeys() {
  return JSON.stringify({ current: '1', keys: { 1: randomBytes(32).toString('base64') } });
}

function signingKeys() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' });
  // RFC 7638: the required members only, in this order, without white space.
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  const kid = createHash('sha256').update(members).digest('base64url');
  return JSON.stringify({ current: kid, keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] });
}

function password() {
  return randomBytes(24).toString('hex');
}
