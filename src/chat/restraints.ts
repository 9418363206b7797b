/** What keeps somebody from writing or coming back, decided under the channel's lock wherever no statement does it. */
import type { ChannelId, UserId } from '../contract/index.ts';
import { Refusal } from '../kernel/index.ts';
import type { ChatServices } from './services.ts';

/** Refuses `muted`: for everything that others would see as said, apart from posts, which are judged as they are stored. */
export async function refuseMuted(
  { restraints }: ChatServices,
  channelId: ChannelId,
  userId: UserId,
  now: Date,
): Promise<void> {
  const mute = await restraints.muted(channelId, userId, now);
  if (mute) throw new Refusal('muted', { detail: { until: mute.until?.getTime() ?? null } });
}

/** Refuses `banned`, whoever would let the person in. */
export async function refuseBanned(
  { acts }: ChatServices,
  channelId: ChannelId,
  userId: UserId,
  now: Date,
): Promise<void> {
  const ban = await acts.ban(channelId, userId, now);
  if (ban) throw new Refusal('banned', { detail: { until: ban.until?.getTime() ?? null } });
}
