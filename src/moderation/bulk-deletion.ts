/** Deletes many messages in short steps with pauses between them, each message once, wherever a step was cut off. */
import { z } from 'zod';
import { messagesChanged, shown, type MessageRow } from '../chat/index.ts';
import { DeletionId, type WorkspaceId } from '../contract/index.ts';
import type { Told } from '../kernel/index.ts';
import type { DeletionRow } from './deletion-store.ts';
import type { Announced, JobServices } from './jobs.ts';
import { Pace } from './pace.ts';

/** Messages that a step deletes at least and at most, if there are so many: how long the last one took decides. */
const STEP_MESSAGES = { least: 50, most: 150 } as const;
/** Tombstones in one notice between nodes: they fit into one packet. */
const NOTICE_MESSAGES = 50;
/** Reactions that go with them at most, one message excepted: what the database deletes in a fraction of a second. */
const STEP_REACTIONS = 10_000;
/** Places that a step looks at at most, while it holds the channel. */
const STEP_PLACES = 2_000;
/** Then it makes room for other jobs, and for a node that is to stop. */
const STEPS = 20;

const About = z.strictObject({ deletionId: DeletionId });

/** Goes on with a deletion; a finished one is left as it is. */
export async function deleteMany(
  services: JobServices,
  workspaceId: WorkspaceId,
  about: unknown,
): Promise<void> {
  const { deletionId } = About.parse(about);
  const pace = new Pace(STEP_MESSAGES.least, STEP_MESSAGES.most);
  for (let n = 1; n <= STEPS; n += 1) {
    const began = services.clock.monotonic();
    const step = await takeStep(services, workspaceId, {
      deletionId,
      most: pace.size,
      isLast: n === STEPS,
    });
    if (!step) return;
    const pauseMs = pace.took(services.clock.monotonic() - began);
    for (const effect of step.effects) services.announce(effect);
    if (step.deletion.finishedAt) return;
    await new Promise<void>((resolve) => services.later(pauseMs, resolve));
  }
}

/** One transaction. The last of a run asks for the next run in it, so that there is one however this one ends. */
function takeStep(
  { clock, within }: JobServices,
  workspaceId: WorkspaceId,
  { deletionId, most, isLast }: { deletionId: DeletionId; most: number; isLast: boolean },
): Promise<{ deletion: DeletionRow; effects: readonly Announced[] } | null> {
  return within(workspaceId, async ({ deletions, channels, tombstones, jobs }) => {
    const named = await deletions.find(deletionId);
    const channel = named && (await channels.lock(named.channelId));
    // Under the lock of the channel: what another run of the same job did is seen.
    const before = channel && (await deletions.find(deletionId));
    if (!before || before.finishedAt) return null;
    const now = clock.now();
    const upTo = Math.min(before.afterSeq + STEP_PLACES, before.upToSeq);
    const { authorId, fromAt, toAt, afterSeq } = before;
    const next = await tombstones.undeleted({
      channelId: channel.id,
      authorId,
      after: afterSeq,
      upTo,
      from: fromAt,
      to: toAt,
      limit: most,
    });
    const found = withFewReactions(next);
    const last = await channels.advanceBy(channel, found.length);
    const first = last - found.length + 1;
    const gone = await tombstones.put(found, { by: before.askedBy, rev: first, at: now });
    const isFull = next.length === most || found.length < next.length;
    const reached = isFull ? (found.at(-1)?.seq ?? upTo) : upTo;
    const deletion = await deletions.progress(before, {
      afterSeq: reached,
      deleted: before.deleted + found.length,
      finishedAt: reached >= before.upToSeq ? now : null,
    });
    if (isLast && !deletion.finishedAt)
      await jobs.enqueue('moderation.delete-many', deletionId, { deletionId });
    return { deletion, effects: effectsOf(workspaceId, deletion, gone) };
  });
}

/** The first of them, one at least. */
function withFewReactions(messages: readonly MessageRow[]): readonly MessageRow[] {
  let reactions = 0;
  const end = messages.findIndex((message, i) => {
    for (const { count } of message.reactions ?? []) reactions += count;
    return i > 0 && reactions > STEP_REACTIONS;
  });
  return end === -1 ? messages : messages.slice(0, end);
}

function effectsOf(
  workspaceId: WorkspaceId,
  deletion: DeletionRow,
  gone: readonly MessageRow[],
): readonly Announced[] {
  const { id: deletionId, askedBy: userId, channelId, deleted, finishedAt } = deletion;
  const payload = { deletionId, channelId, deleted, finished: finishedAt !== null };
  const told: Told = { effect: 'tell', userId, event: 'moderation.progress', payload };
  const tombstones = gone.map((row) => shown(row, 'deleted', null));
  const notices: Announced[] = [];
  for (let from = 0; from < tombstones.length; from += NOTICE_MESSAGES) {
    const some = tombstones.slice(from, from + NOTICE_MESSAGES);
    notices.push(messagesChanged(workspaceId, channelId, some));
  }
  return [...notices, told];
}
