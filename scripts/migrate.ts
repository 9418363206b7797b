/** Brings the database named by DATABASE_URL to the newest schema, and the server's own login with it. */
import { readFileSync } from 'node:fs';
import { migrate } from './migrations.ts';

const url = process.env['DATABASE_URL'];
const passwordFile = process.env['DATABASE_APP_PASSWORD_FILE'];
const password =
  process.env['DATABASE_APP_PASSWORD'] ??
  (passwordFile === undefined ? undefined : readFileSync(passwordFile, 'utf8').trim());

if (url === undefined || password === undefined) {
  console.error(
    'Set DATABASE_URL (a login that may create tables and roles) and DATABASE_APP_PASSWORD.',
  );
  process.exit(1);
}
try {
  const applied = await migrate(url, password);
  for (const name of applied) console.log(`Applied migration ${name}.`);
  process.exit(0);
} catch (error) {
  console.error(`The migration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
