/** Makes the secrets that docker-compose.yml hands to its services, once; what is there already stays. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ensureSecrets, postgresPassword } from './bootstrap/secrets.mjs';
import { complain } from './bootstrap/say.mjs';

const folder = process.argv[2];

if (folder === undefined) {
  console.error('Usage: node scripts/secrets.mjs FOLDER');
  process.exit(1);
}
try {
  const path = resolve(folder);
  ensureSecrets({ folder: path, env: {}, dataExists: null });
  const owner = postgresPassword(path).value;
  const redis = once('redis-password', () => randomBytes(24).toString('hex'));
  once('database-url', () => `postgres://conclave_owner:${owner}@postgres:5432/conclave`);
  once('redis-url', () => `redis://:${redis}@valkey:6379`);
  console.log(
    `The secrets are in ${path}. Keep a copy: without root-keys.json nothing stored can be read.`,
  );

  function once(file, make) {
    const place = join(path, file);
    if (!existsSync(place)) writeFileSync(place, make(), { mode: 0o600, flag: 'wx' });
    return readFileSync(place, 'utf8');
  }
} catch (error) {
  complain(error);
  process.exit(1);
}
