/** Reports what a filter flagged, once it is stored; what was never stored is forgotten. */
import { z } from 'zod';
import { ChannelId, MessageId, type ReportId, type WorkspaceId } from '../contract/index.ts';
import type { JobServices } from './jobs.ts';
import { queueTold } from './queue.ts';
import type { ModerationServices } from './services.ts';

/** What is flagged is stored by then, or was refused, or waits yet. */
const FLAG_MS = 1_000;
/** Each after twice the time of the one before: the last comes long after a write that waits was given up. */
const LOOKS = 5;

const About = z.strictObject({
  channelId: ChannelId,
  messageId: MessageId,
  /** Of the message as it was before what is flagged; 0 where it was not there. */
  version: z.int().nonnegative(),
  looks: z.int().nonnegative(),
});
type About = z.infer<typeof About>;

/** Looks for what was flagged after a moment, in which it is stored or refused. */
export function flagLater(
  { jobs }: Pick<ModerationServices, 'jobs'>,
  { looks = 0, ...about }: Omit<About, 'looks'> & { looks?: number },
): Promise<void> {
  const key = `${about.messageId}:${about.version}`;
  return jobs.enqueue('moderation.flag', key, { ...about, looks }, FLAG_MS * 2 ** looks);
}

export async function flag(
  { announce, clock, within }: JobServices,
  workspaceId: WorkspaceId,
  given: unknown,
): Promise<void> {
  const about = About.parse(given);
  const { channelId, messageId, version, looks } = about;
  const told = await within(workspaceId, async (services) => {
    const { reports, messages, entropy, jobs } = services;
    const message = await messages.find(channelId, messageId);
    if (!message || message.version <= version) {
      if (message?.deletedAt == null && looks + 1 < LOOKS)
        await flagLater({ jobs }, { ...about, looks: looks + 1 });
      return [];
    }
    if (message.deletedAt !== null) return [];
    const id = entropy.id() as ReportId;
    const by = { reporterId: null, category: 'filter', textSealed: null } as const;
    const isNew = await reports.add({ id, channelId, messageId, ...by, createdAt: clock.now() });
    return isNew ? queueTold(services, { id, channelId, state: 'open' }) : [];
  });
  for (const effect of told) announce(effect);
}
