/** Accounts with sessions for Conclave's members, made through its own domain: no password is hashed for them. */
import { setTimeout as pause } from 'node:timers/promises';
import { createApp, type App } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { WorkspaceId } from '../src/contract/index.ts';
import { Refusal } from '../src/kernel/index.ts';
import { createLog } from '../src/platform/log.ts';
import type { Person } from './load/dialects.ts';
import { conclaveEnvironment } from './servers.ts';
import type { Services } from './services.ts';

/** Sessions that are made at a time: fewer than there are connections to Postgres. */
const AT_ONCE = 5;
/** How often one is tried on a machine that is busy with something else. */
const ATTEMPTS = 10;

/**
 * That many people in a workspace of their own, for the server that will listen on `port`. Where a password is given,
 * the first of them is an admin who has it; nobody else has any.
 */
export async function newcomers(
  services: Services,
  port: number,
  count: number,
  password: string | null = null,
): Promise<Person[]> {
  const environment = { ...conclaveEnvironment(services, port), PORT: '0' };
  const app = createApp({ config: readConfig(environment), log: createLog('error') });
  await app.start();
  try {
    const name = `bench-${port}-${process.pid}-${(made += 1)}`;
    const workspaceId = await app.auth.createWorkspace({ slug: name, name });
    const people: Person[] = [];
    if (password !== null)
      people.push(await registered(app, { workspaceId, slug: name, password }));
    const worker = async () => {
      while (people.length < count) {
        const place = people.push({ token: '', userId: '' }) - 1;
        const minted = await patiently(() => app.auth.mintSession(workspaceId));
        people[place] = { token: minted.accessToken, userId: minted.userId };
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return people;
  } finally {
    await app.stop();
  }
}

let made = 0;

/** As anybody comes to an account that has a password: invited by the operator. */
async function registered(
  app: App,
  {
    workspaceId,
    slug,
    password,
  }: {
    readonly workspaceId: WorkspaceId;
    readonly slug: string;
    readonly password: string;
  },
): Promise<Person> {
  const invitation = await app.auth.invite(workspaceId, { role: 'admin' });
  const call = async (path: string, body: object) => {
    const url = `http://127.0.0.1:${app.port()}${path}`;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const email = `${slug}@example.org`;
  await call('/v1/accounts', { invitation, email, password, displayName: 'Ada' });
  const session = await call('/v1/sessions', { workspace: slug, email, password });
  return { token: String(session['accessToken']), userId: String(session['userId']) };
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal) || attempt === ATTEMPTS) throw error;
      await pause(error.retryAfterMs ?? 0);
    }
}
