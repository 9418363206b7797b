/** What the stories of erasure share: somebody with a password who wrote things, and the database as a witness. */
import type { ChannelId, ErasureId, WorkspaceRole } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import type { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { Resident } from '../auth/residents.ts';

export interface Author {
  readonly resident: Resident;
  readonly person: Person;
}

/** Somebody with a password and a connection. */
export async function author(world: World, name = 'Ada'): Promise<Author> {
  const resident = await Resident.create(world, name);
  const person = await resident.arrives();
  await person.connect();
  return { resident, person };
}

/** The same, as an admin of the workspace. */
export function administrator(world: World, name = 'Admin'): Promise<Author> {
  return authorAs(world, 'admin', name);
}

/** The same, with that role in the workspace. */
export async function authorAs(
  world: World,
  role: WorkspaceRole,
  name: string = role,
): Promise<Author> {
  const resident = await Resident.create(world, name);
  const first = await resident.arrives();
  const text = 'UPDATE account SET role = $2 WHERE id = $1';
  await world.database.query(text, [first.userId, role]);
  const person = await resident.arrives();
  await person.connect();
  return { resident, person };
}

export async function writes(
  world: World,
  person: Person,
  channelId: ChannelId,
  texts: readonly string[],
) {
  const sent = [];
  for (const text of texts)
    sent.push(await person.send(channelId, text, world.clientId()).accepted());
  return sent;
}

/** Resolves when the erasure is in that state, as who asked for it is told; `by` listens. */
export function reaches(by: Person, erasureId: ErasureId, state: string) {
  return by.hears('erasure.progress', (told) => {
    return told.erasureId === erasureId && told.state === state;
  });
}

export async function stateOf(world: World, erasureId: ErasureId) {
  const [row] = await rows(world, 'SELECT * FROM erasure WHERE id = $1', erasureId);
  return row;
}

/** Waits until the row says so: for erasures whose subject, who asked, hears nothing any more. */
export async function becomes(world: World, erasureId: ErasureId, state: string): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const row = await stateOf(world, erasureId);
    if (row?.['state'] === state) return;
    if (performance.now() > end)
      throw new Error(`the erasure is ${JSON.stringify(row)}, not ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
