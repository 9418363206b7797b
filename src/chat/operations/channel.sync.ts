/** Brings a client up to date in all its channels at once: subscribed and told what changed, each answered by itself. */
import { z } from 'zod';
import {
  Channel,
  ChannelEvent,
  ChannelId,
  PAGE_ENTRIES,
  Rev,
  SYNC_CHANNELS,
} from '../../contract/index.ts';
import { Refusal, type Effect, type PartlyRefused } from '../../kernel/index.ts';
import { onEachChannel, type Judged } from '../access.ts';
import { operation } from '../declare.ts';
import { canBridge, type Slice } from '../log.ts';
import { readMissed, type Gap } from '../missed.ts';
import type { ChannelRow } from '../rows.ts';
import type { ChatServices } from '../services.ts';

const Asked = z
  .strictObject({
    id: ChannelId,
    /** The last revision the client has, and its epoch; both left out by a client that has nothing yet. */
    rev: Rev.optional(),
    epoch: z.int().positive().optional(),
    /** False: only where the channel stands; nothing is subscribed and no position looked at. */
    follow: z.boolean().default(true),
  })
  .refine(({ rev, epoch }) => (rev === undefined) === (epoch === undefined), {
    message: 'a position is a rev and an epoch',
  });
type Asked = z.output<typeof Asked>;

const Answer = z.discriminatedUnion('answer', [
  /** Nothing changed since the position. */
  z.strictObject({ answer: z.literal('current'), id: ChannelId, channel: Channel }),
  /** What changed in (since, upTo]. With `more` the reply had no room for the rest: resume from `upTo`, or sync again. */
  z.strictObject({
    answer: z.literal('changes'),
    id: ChannelId,
    channel: Channel,
    since: Rev,
    upTo: Rev,
    events: z.array(ChannelEvent),
    more: z.boolean(),
  }),
  /** The position cannot be bridged, or the log is too long to be told from its beginning: read its history. */
  z.strictObject({ answer: z.literal('reset'), id: ChannelId, channel: Channel }),
  z.strictObject({
    answer: z.literal('head'),
    id: ChannelId,
    lastSeq: z.int().nonnegative(),
    lastRev: Rev,
    epoch: z.int().positive(),
  }),
  z.strictObject({
    answer: z.literal('refused'),
    id: ChannelId,
    code: z.enum(['not_found', 'forbidden']),
  }),
]);
type Answer = z.input<typeof Answer>;

export const channelSync = operation({
  name: 'channel.sync',
  summary:
    "Subscribes this connection to many channels and tells what changed in each since the client's position.",
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
    /** In the order of the input. */
    channels: z.array(Answer),
  }),
  access: onEachChannel<Asked>('message.read'),
  limit: 'sync',
  audit: { skip: 'reading channels one is allowed to read' },
  refuses: [],
  async handle({ caller, subject: judged, services }) {
    const { workspaceId, userId } = caller;
    const gaps: Gap[] = [];
    const followed: ChannelRow[] = [];
    const effects: Effect[] = [];
    const refused: PartlyRefused[] = [];
    for (const { asked, verdict } of judged) {
      if (verdict instanceof Refusal)
        refused.push({ refusal: verdict, about: { kind: 'channel', id: asked.id } });
      else if (asked.follow) {
        const { channel } = verdict;
        followed.push(channel);
        const since = positionOf(asked, channel);
        if (since !== null && since < channel.lastRev) gaps.push({ channel, since });
        const covered = { rev: channel.lastRev, epoch: channel.epoch };
        effects.push({ effect: 'subscribe', workspaceId, channelId: channel.id, covered });
      }
    }
    const missed = await readMissed(services, userId, gaps);
    const read = await services.memberships.readUpTo(followed, userId);
    const channels: Answer[] = [];
    for (const one of judged) channels.push(await answer(services, one, { missed, read }));
    return { reply: { channels }, effects, refused };
  },
});

/** The revision from which the client has to be told; null where that cannot be. A short log is told whole. */
function positionOf({ rev, epoch }: Asked, channel: ChannelRow): number | null {
  if (rev !== undefined && epoch !== undefined)
    return canBridge(channel, { rev, epoch }) ? rev : null;
  const isShort = channel.lastRev <= PAGE_ENTRIES;
  return isShort && canBridge(channel, { rev: 0, epoch: channel.epoch }) ? 0 : null;
}

/** What was read for all channels together. */
interface Known {
  readonly missed: ReadonlyMap<ChannelId, Slice>;
  readonly read: ReadonlyMap<ChannelId, number>;
}

async function answer(
  { content, keys }: ChatServices,
  { asked, verdict }: Judged<Asked>,
  { missed, read }: Known,
): Promise<Answer> {
  const { id } = asked;
  if (verdict instanceof Refusal)
    return {
      answer: 'refused',
      id,
      code: verdict.code === 'forbidden' ? 'forbidden' : 'not_found',
    };
  const { lastSeq, lastRev, epoch } = verdict.channel;
  if (!asked.follow) return { answer: 'head', id, lastSeq, lastRev, epoch };
  const { channelRole } = verdict.standing;
  const readSeq = read.get(id) ?? null;
  const channel = await content.channel(keys, verdict.channel, channelRole, readSeq);
  const since = positionOf(asked, verdict.channel);
  if (since === null) return { answer: 'reset', id, channel };
  if (asked.rev === lastRev) return { answer: 'current', id, channel };
  const { upTo, events } = missed.get(id) ?? { upTo: since, events: [] };
  return { answer: 'changes', id, channel, since, upTo, events: [...events], more: upTo < lastRev };
}
