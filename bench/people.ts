/** Accounts with sessions for Conclave's members, made through its own domain: no password is hashed for them. */
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/platform/log.ts';
import type { Person } from './load/dialects.ts';
import { conclaveEnvironment } from './servers.ts';
import type { Services } from './services.ts';

/** Sessions that are made at a time: as many as there are connections to Postgres. */
const AT_ONCE = 10;

/** That many people in a workspace of their own, for the server that will listen on `port`. */
export async function newcomers(
  services: Services,
  port: number,
  count: number,
): Promise<Person[]> {
  const environment = { ...conclaveEnvironment(services, port), PORT: '0' };
  const app = createApp({ config: readConfig(environment), log: createLog('error') });
  await app.start();
  try {
    const name = `bench-${port}-${process.pid}-${(made += 1)}`;
    const workspaceId = await app.auth.createWorkspace({ slug: name, name });
    const people: Person[] = [];
    const worker = async () => {
      while (people.length < count) {
        const place = people.push({ token: '', userId: '' }) - 1;
        const minted = await app.auth.mintSession(workspaceId);
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
