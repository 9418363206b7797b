/** A test run has a state folder of its own, and one that was killed is cleaned up by the next. */
import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOrphans } from './children.mjs';
import { readHolder } from './lock.mjs';
import { isRunning } from './process-identity.mjs';
import { SECRET_VARIABLES } from './secrets.mjs';

const PREFIX = 'conclave-test-';

export function newTestState() {
  const path = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(path, 0o711);
  return path;
}

/** Only folders of ours whose holder is gone; one that has no holder yet is just being made. */
export async function removeAbandonedStates() {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(tmpdir(), name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isDirectory() || found.uid !== process.getuid()) continue;
    const holder = readHolder(join(path, 'run', 'start.json'));
    if (!holder || isRunning(holder)) continue;
    await endOrphans(join(path, 'run', 'services.json'));
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The services and secrets of a developer's own server never reach the tests. */
export function testEnvironment(env) {
  const kept = { ...env, NODE_ENV: 'test' };
  const own = ['DATABASE_URL', 'REDIS_URL', 'CONCLAVE_STATE_DIR', 'CONCLAVE_POSTGRES_PORT'];
  for (const name of [...own, ...SECRET_VARIABLES]) delete kept[name];
  if (env.TEST_DATABASE_URL) kept.DATABASE_URL = env.TEST_DATABASE_URL;
  if (env.TEST_REDIS_URL) kept.REDIS_URL = env.TEST_REDIS_URL;
  return kept;
}
