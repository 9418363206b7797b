/** Brings the database named by DATABASE_URL to the newest schema, and the server's own login with it. */
import { readFileSync } from 'node:fs';
import { isOnThisMachine } from '../src/config-tls.ts';
import { migrate } from './migrations.ts';

const url = setting('DATABASE_URL');
const password = setting('DATABASE_APP_PASSWORD');

if (url === undefined || password === undefined) {
  console.error(
    'Set DATABASE_URL (a login that may create tables and roles) and DATABASE_APP_PASSWORD.',
  );
  process.exit(1);
}
const tls = setting('DATABASE_TLS') === 'verify' ? { ca: setting('DATABASE_CA') } : null;
const isExposed =
  tls === null && setting('SERVICES_NETWORK') !== 'private' && !isOnThisMachine(url);
if (isExposed && setting('NODE_ENV') === 'production') {
  console.error(
    "DATABASE_TLS must be verify in production, unless SERVICES_NETWORK is private: the server's password is sent here.",
  );
  process.exit(1);
}
try {
  const applied = await migrate(url, password, tls);
  for (const name of applied) console.log(`Applied migration ${name}.`);
  process.exit(0);
} catch (error) {
  console.error(`The migration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

/** The variable, or the content of the file that NAME_FILE names. */
function setting(name: string): string | undefined {
  const file = process.env[`${name}_FILE`];
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  return file === undefined || file === '' ? undefined : readFileSync(file, 'utf8').trim();
}
