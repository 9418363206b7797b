/** What the stories of moderation share: a channel with a post that somebody minds, and people to deal with it. */
import type { ChannelId, MessageId } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import type { World } from '../support/world.ts';
import { quietChannel } from '../chat/support.ts';

export interface Scene {
  readonly channelId: ChannelId;
  readonly messageId: MessageId;
  /** Owns the channel. */
  readonly alice: Person;
  /** Wrote the message. */
  readonly bob: Person;
  /** Minds it. */
  readonly carol: Person;
  /** Moderates the channel. */
  readonly keeper: Person;
  /** Moderates the workspace, and is not in the channel. */
  readonly staff: Person;
}

/** A private channel in which Bob wrote `words`. */
export async function scene(world: World, words = 'rude words'): Promise<Scene> {
  const alice = await world.person('Alice');
  const bob = await world.person('Bob');
  const carol = await world.person('Carol');
  const keeper = await world.person('Keeper');
  const staff = await world.person('Staff', { role: 'moderator' });
  const { id: channelId } = await quietChannel(world, alice, [bob, carol]);
  const { userId } = keeper;
  await alice.call('member.add', { channelId, userId, role: 'moderator' }).accepted();
  const sent = await bob.send(channelId, words, world.clientId()).accepted();
  return { channelId, messageId: sent.id, alice, bob, carol, keeper, staff };
}

/** Lets the time pass after which every node has read the filters anew. */
export function fresh(world: World): void {
  world.clock.forward(500);
}
