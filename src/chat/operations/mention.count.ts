/** Counts in many channels at once how often the caller was mentioned since the place up to which they have read. */
import { z } from 'zod';
import { ChannelId, SYNC_CHANNELS } from '../../contract/index.ts';
import { Refusal, type PartlyRefused } from '../../kernel/index.ts';
import { onEachChannel, type Judged } from '../access.ts';
import { operation } from '../declare.ts';

const Asked = z.strictObject({
  id: ChannelId,
  /** The place up to which the caller has read. */
  after: z.int().nonnegative(),
});
type Asked = z.output<typeof Asked>;

export const mentionCount = operation({
  name: 'mention.count',
  summary: 'How often the caller is mentioned after a place in each channel.',
  on: { socket: true },
  commit: 'read',
  input: z.strictObject({
    channels: z
      .array(Asked)
      .min(1)
      .max(SYNC_CHANNELS)
      .refine((channels) => new Set(channels.map(({ id }) => id)).size === channels.length, {
        message: 'each channel once',
      }),
  }),
  output: z.strictObject({
    /** In the order of the input; 0 also where there is no such channel, or the caller may not read it. */
    channels: z.array(z.strictObject({ id: ChannelId, count: z.int().nonnegative() })),
  }),
  access: onEachChannel<Asked>('message.read'),
  limit: 'read',
  audit: { skip: 'reading channels one is allowed to read' },
  refuses: [],
  async handle({ caller: { userId }, subject: judged, services }) {
    const refused: PartlyRefused[] = [];
    const asked: (Judged<Asked> & { verdict: Exclude<Judged<Asked>['verdict'], Refusal> })[] = [];
    for (const { asked: one, verdict } of judged)
      if (verdict instanceof Refusal)
        refused.push({ refusal: verdict, about: { kind: 'channel', id: one.id } });
      else asked.push({ asked: one, verdict });
    const channels = asked.map(({ verdict }) => verdict.channel);
    const readable = await services.memberships.readableIn(channels, userId);
    const within = asked.map(({ asked: { id, after } }) => {
      return { channelId: id, after, readable: readable.get(id) ?? [] };
    });
    const counts = await services.mentions.counts(userId, within);
    const answer = judged.map(({ asked: { id } }) => ({ id, count: counts.get(id) ?? 0 }));
    return { reply: { channels: answer }, effects: [], refused };
  },
});
