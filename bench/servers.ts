/** Starts each system as it would be run, one at a time, and waits until it says that it listens. */
import { once } from 'node:events';
import { join } from 'node:path';
import { bootstrap, type Child } from './bootstrap.ts';
import { ROOT, type Services } from './services.ts';
import type { SystemName } from './workloads.ts';

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process is gone. */
  end(): Promise<void>;
}

/** The door is open for the one address that all members come from; every other control is as it comes. */
const DOOR = { SOCKET_HANDSHAKES_PER_MINUTE: '1000000', SOCKETS_PER_ADDRESS: '1000000' };

const TITLES: Readonly<Record<SystemName, string>> = {
  'bare-ws': 'bare ws',
  'bare-socketio': 'bare Socket.IO',
  'plain-secure': 'plain secure',
  conclave: 'Conclave',
};
export const titleOf = (system: SystemName): string => TITLES[system];

/** What Conclave is started with on that port; whoever makes people for it takes the same. */
export function conclaveEnvironment({ env }: Services, port: number): Record<string, string> {
  return { ...env, ...DOOR, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` };
}

/** `flags` are for Node; `settings` are its own, beside those that all servers of the bench have. */
export async function startSystem(
  system: SystemName,
  services: Services,
  port: number,
  flags: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const { end } = await bootstrap('children');
  const child = services.children.start(
    'server',
    process.execPath,
    [...flags, ...command(system, port)],
    {
      cwd: ROOT,
      env: { ...environment(system, services, port), ...settings },
      log: join(services.folder, 'log', `${system}.log`),
      // Conclave logs JSON lines to standard error: here they go to a file.
      stdio: system === 'conclave' ? ['ignore', 'log', 'log', 'ipc'] : ['ignore', 'pipe', 'log'],
    },
  );
  const said = system === 'conclave' ? once(child.process, 'message') : saidReady(child);
  const early = child.exited.then(() => {
    throw new Error(`${titleOf(system)} ended before it listened`);
  });
  await Promise.race([said, early]);
  early.catch(() => undefined);
  const { identity } = child;
  return { port, pid: identity.pid, end: () => end(identity) };
}

function command(system: SystemName, port: number): string[] {
  if (system === 'conclave') return ['--enable-source-maps', 'dist/main.js'];
  return [join('bench', 'peers', `${system}.mjs`), String(port)];
}

function environment(system: SystemName, services: Services, port: number): Record<string, string> {
  if (system === 'conclave') return conclaveEnvironment(services, port);
  return { ...services.env, REDIS_PORT: String(services.redisPort) };
}

/** The peers say `ready` on standard output. */
async function saidReady({ process: { stdout } }: Child): Promise<void> {
  if (!stdout) throw new Error('standard output is not read');
  await once(stdout, 'data');
}
