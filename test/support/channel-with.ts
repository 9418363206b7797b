/** A channel with people in it, all of whom listen. */
import type { Channel } from '../../src/contract/index.ts';
import type { Person } from './person.ts';

export interface ChannelSettings {
  readonly kind?: 'public' | 'private';
  readonly historyPolicy?: 'all' | 'since-join';
}

/** Makes one of the first person, private unless told otherwise, adds the others as members, and subscribes everybody. */
export async function channelWith(
  owner: Person,
  members: readonly Person[],
  settings: ChannelSettings = {},
): Promise<Channel> {
  const input = { kind: 'private' as const, name: 'A channel', ...settings };
  const channel = await owner.call('channel.create', input).accepted();
  const channelId = channel.id;
  for (const { userId } of members)
    await owner.call('member.add', { channelId, userId }).accepted();
  for (const person of [owner, ...members])
    await person.call('channel.subscribe', { channelId }).accepted();
  return channel;
}
