/** What the stories about roles share: somebody who gives them, somebody who gets them, and what both of them see of it. */
import assert from 'node:assert/strict';
import type { ChannelId, RoleId } from '../../src/contract/index.ts';
import type { InputOf } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

export interface Scene {
  readonly world: World;
  readonly admin: Person;
  readonly bob: Person;
}

export async function adminAndBob(): Promise<Scene> {
  const world = await World.create();
  const admin = await world.person('Admin', { role: 'admin' });
  return { world, admin, bob: await world.person('Bob') };
}

let names = 0;
/** A name that no other role of the run has. */
export const roleName = (): string => `role-${(names += 1)}`;

export type Definition = Omit<InputOf<'role.create'>, 'name'>;

/** A role for reading some channels. */
export const reading = (...channelIds: readonly ChannelId[]): Definition => ({
  scope: 'channels',
  permissions: ['channel.read', 'message.read'],
  channelIds: [...channelIds],
});

/** Defines a role and gives it to each of them. */
export async function given(
  by: Person,
  definition: Definition,
  ...to: readonly Person[]
): Promise<RoleId> {
  const { id } = await by.call('role.create', { name: roleName(), ...definition }).accepted();
  for (const { userId } of to) await by.call('role.grant', { roleId: id, userId }).accepted();
  return id;
}

/** Their connections are closed for them to come back, and they do. */
export async function comesBack(person: Person): Promise<void> {
  const { connection } = person;
  const closing = await connection.hears('connection.closing');
  assert.deepEqual(closing, { code: 'access_changed', next: 'reconnect' });
  await connection.closed();
  await person.connect();
}

/** Somebody who administers accounts by a role, and is no admin. */
export async function deputy({ world, admin }: Scene, ...more: string[]): Promise<Person> {
  const person = await world.person('Deputy');
  await given(admin, { scope: 'workspace', permissions: ['user.administer', ...more] }, person);
  return person;
}
