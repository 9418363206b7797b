/** Another node on what a start in this folder runs: it takes part in it, and stops nothing but itself. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openChildren } from './children.mjs';
import { readHolder } from './lock.mjs';
import { openState, stateFolder } from './paths.mjs';
import { nextFreePort, refuseBusyPort } from './ports.mjs';
import { isRunning } from './process-identity.mjs';
import { StartError } from './say.mjs';

const WATCH_MS = 500;

/** What the services of a start are reached by; it is there as long as they are, for its owner alone. */
export function recordHouse(run, { env, added }) {
  const file = houseFile(run);
  const address = env.PUBLIC_URL || addressOf(env);
  // Tokens name their issuer: all nodes of a house are one server, whatever port they listen on.
  const house = { ...added, PUBLIC_URL: address };
  const text = JSON.stringify({ house, port: Number(env.PORT) || 3000 });
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  return () => rmSync(file, { force: true });
}

/** Finds the start that runs in this folder, and gives what `bringUp` gives. `port` is what the shell asked for. */
export async function joinHouse({ root, env, port, signal }) {
  const folders = openState(stateFolder(root, env));
  const holder = readHolder(join(folders.run, 'start.json'));
  const found = holder && isRunning(holder) ? read(houseFile(folders.run)) : undefined;
  if (!found) {
    throw new StartError(
      'Nothing runs in this folder that this node could join. Run npm start first, and join it from a second terminal.',
    );
  }
  if (port) await refuseBusyPort({ ...env, PORT: port });
  const own = { ...env, PORT: port || String(await nextFreePort(found.port, env)) };
  const origins = [env.ALLOWED_ORIGINS, addressOf(own)].filter(Boolean).join(',');
  const children = openChildren(join(folders.run, `joined-${process.pid}.json`), signal);
  const watch = watchHolder(holder);
  return {
    env: { ...own, ...found.house, ALLOWED_ORIGINS: origins },
    services: {},
    joined: true,
    children,
    failed: watch.gone,
    stop() {
      watch.end();
      return children.stop();
    },
  };
}

/** The services end with the start that brought them up, and so does every node on them. */
function watchHolder(holder) {
  let timer;
  const gone = new Promise((resolve) => {
    timer = setInterval(() => {
      if (isRunning(holder)) return;
      resolve(new StartError('The start that this node had joined has ended.'));
    }, WATCH_MS);
  });
  return { gone, end: () => clearInterval(timer) };
}

const houseFile = (run) => join(run, 'house.json');

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function addressOf(env) {
  const host = env.HOST || '127.0.0.1';
  return `http://${host.includes(':') ? `[${host}]` : host}:${env.PORT || 3000}`;
}
