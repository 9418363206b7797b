/** Ends mutes and bans when their time is over. They hold nobody after it in any case; this notes it and tells. */
import { z } from 'zod';
import { ActId, UserId, type WorkspaceId } from '../contract/index.ts';
import type { JobServices } from './jobs.ts';
import type { ActRow } from './act-store.ts';
import type { JobStore } from './job-store.ts';
import { subjectTold } from './sanctions.ts';

const About = z.strictObject({ actId: ActId, userId: UserId });

/** Asks for the end of a mute or a ban, where it has one. */
export async function scheduleEnd(jobs: JobStore, act: ActRow, now: Date): Promise<void> {
  const { id, subjectId, until } = act;
  if (until === null) return;
  const delay = until.getTime() - now.getTime();
  await jobs.enqueue('moderation.expire', id, { actId: id, userId: subjectId }, delay);
}

/** Does nothing for an act that ended before, or is over already; comes back for one that is not over yet. */
export async function expire(
  { within, announce, clock }: JobServices,
  workspaceId: WorkspaceId,
  about: unknown,
): Promise<void> {
  const { actId, userId } = About.parse(about);
  const now = clock.now();
  const ended = await within(workspaceId, async ({ acts, channels, restraints, jobs }) => {
    const act = await acts.find(actId);
    if (!act || act.endedAt !== null) return null;
    await channels.lock(act.channelId);
    const over = await acts.expire(actId, now);
    if (!over) await scheduleEnd(jobs, act, now);
    else if (over.kind === 'mute') await restraints.mute(act.channelId, userId, null);
    return over;
  });
  if (!ended) return;
  for (const told of subjectTold(userId, ended.channelId)) announce(told);
}
