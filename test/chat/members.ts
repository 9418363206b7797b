/** What the stories about members share: two people to tell them with, and what a membership leaves in the database. */
import assert from 'node:assert/strict';
import type { ChannelId, UserId } from '../../src/contract/index.ts';
import type { OperationName } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { audited, rows } from './support.ts';

type Row = Record<string, unknown>;

export async function aliceAndBob(): Promise<{ world: World; alice: Person; bob: Person }> {
  const world = await World.create();
  const [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  return { world, alice, bob };
}

/** The intervals of one person in a channel, oldest first. */
export function intervals(
  world: World,
  channelId: ChannelId,
  { userId }: { readonly userId: UserId },
): Promise<Row[]> {
  return rows(
    world,
    'SELECT * FROM membership WHERE channel_id = $1 AND user_id = $2 ORDER BY joined_rev',
    channelId,
    userId,
  );
}

/** The one interval of somebody who was in the channel once. */
export async function interval(
  ...[world, channelId, person]: Parameters<typeof intervals>
): Promise<Row> {
  const [first, ...others] = await intervals(world, channelId, person);
  assert.ok(first && others.length === 0, 'one interval');
  return first;
}

/** The one accepted call of that operation on the channel, as the trail has it. */
export async function auditedOnce(
  world: World,
  action: OperationName,
  channelId: ChannelId,
): Promise<Row> {
  const [event, ...others] = await audited(world, action, channelId);
  assert.ok(event && others.length === 0, `one row of ${action}`);
  return event;
}

/**
 * Runs a call that finds everything as it is to be: no revision is taken, no interval touched, and the newest row
 * of the trail says that it was so already.
 */
export async function findsItSo<T>(
  world: World,
  action: OperationName,
  channelId: ChannelId,
  act: () => Promise<T>,
): Promise<T> {
  const state = () =>
    rows(
      world,
      `SELECT c::text AS channel, array_agg(m::text ORDER BY m.rev) AS members
       FROM channel c JOIN membership m ON m.channel_id = c.id WHERE c.id = $1 GROUP BY c.*`,
      channelId,
    );
  const before = await state();
  const told = (await audited(world, action, channelId)).length;
  const result = await act();
  assert.deepEqual(await state(), before);
  const events = await audited(world, action, channelId);
  assert.equal(events.length, told + 1);
  assert.equal((events.at(-1)?.['details'] as { already?: unknown }).already, true);
  return result;
}
