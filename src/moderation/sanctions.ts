/** What mutes and bans share: whom one may hold, for how long, and how the person learns of it. */
import { z } from 'zod';
import { mayRestrict, type Standing } from '../access/index.ts';
import { plainText, type InChannel } from '../chat/index.ts';
import {
  ChannelId,
  LONGEST_SANCTION_MS,
  REASON_CHARACTERS,
  SHORTEST_SANCTION_MS,
  Timestamp,
  UserId,
  type ModerationAct,
} from '../contract/index.ts';
import { Refusal, type Told } from '../kernel/index.ts';
import type { ModerationServices } from './services.ts';

const person = { channelId: ChannelId, userId: UserId };

/** For good, unless it says until when or for how long. */
export const Imposition = z.strictObject({
  ...person,
  durationMs: z.int().min(SHORTEST_SANCTION_MS).max(LONGEST_SANCTION_MS).optional(),
  until: Timestamp.optional(),
  reason: plainText(REASON_CHARACTERS),
});

export const Lifting = z.strictObject({
  ...person,
  reason: plainText(REASON_CHARACTERS).optional(),
});

/** The standing of whom it is done to. Refuses `not_found` without an active account, `forbidden` for who is out of reach. */
export async function restrictable(
  { standings }: ModerationServices,
  { channel, standing }: InChannel,
  callerId: UserId,
  userId: UserId,
): Promise<Standing> {
  const other = await standings.inChannel(userId, channel.id);
  if (!other) throw new Refusal('not_found');
  if (userId === callerId || !mayRestrict(standing, other)) throw new Refusal('forbidden');
  return other;
}

/** When it ends; null for never. Refuses `invalid_input` for an end that is past, too far off, or said twice. */
export function endOf(
  { durationMs, until }: Pick<z.output<typeof Imposition>, 'durationMs' | 'until'>,
  now: Date,
): Date | null {
  const at = now.getTime();
  const isSaidTwice = durationMs !== undefined && until !== undefined;
  const isOff = until !== undefined && (until <= at || until > at + LONGEST_SANCTION_MS);
  if (isSaidTwice || isOff)
    throw new Refusal('invalid_input', {
      detail: [{ path: 'until', problem: isSaidTwice ? 'said_twice' : 'out_of_range' }],
    });
  if (durationMs !== undefined) return new Date(at + durationMs);
  return until === undefined ? null : new Date(until);
}

/** The person hears of it on all their connections: what they may do in the channel is different, and why can be asked. */
export function subjectTold(userId: UserId, channelId: ChannelId): readonly Told[] {
  const payload = { channelId };
  const told = (event: 'access.changed' | 'moderation.acted'): Told => ({
    ...{ effect: 'tell', userId, event, payload },
  });
  return [told('access.changed'), told('moderation.acted')];
}

/** What the trail says of an act. */
export function factsOf({ channelId, userId, id, until }: ModerationAct, reason?: string) {
  return {
    resource: { kind: 'channel', id: channelId },
    subjectId: userId,
    details: { actId: id, until },
    ...(reason !== undefined && { reason }),
  };
}
