/**
 * Writes to people who consented when they are mentioned and do not read it: no word of what was said, once an hour at
 * most, and only if consent and rights stand when the mail is asked for and again when it leaves.
 */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { Consented } from '../kernel/index.ts';
import { idAt, type JobRows, type Jobs } from './jobs.ts';
import type { MentionWatch } from './mention-watch-store.ts';

/** How long a mention waits for its reader, in milliseconds. The text of the purpose says so, and of the next. */
export const UNREAD_MS = 15 * 60 * 1_000;
/** Between two mails to the same person, in milliseconds. */
export const BETWEEN_MS = 60 * 60 * 1_000;
/** How often mentions are looked through, in milliseconds. */
const LOOK_MS = 60 * 1_000;
/** Where a mail could not be asked for, it is tried again after so many milliseconds. */
const AGAIN_MS = 5 * 60 * 1_000;
/** People who are looked up at a time; each is dealt with in a transaction of their own. */
const PIECE = 100;

/** What is made from then on is told of, and nothing that was made before they consented. */
export function newWatch({ since }: Consented<'mention-mail'>): MentionWatch {
  const now = idAt(since.getTime());
  return { toldFrom: now, toldTo: now, nextAt: since };
}

/** The job: asks for a mail for everybody who is due, and for itself as long as anybody is watched for. */
export async function lookForMentions(
  { clock, within }: Jobs,
  workspaceId: WorkspaceId,
): Promise<void> {
  const now = clock.now();
  const before = idAt(now.getTime() - UNREAD_MS);
  const latest = new Date(now.getTime() + BETWEEN_MS);
  for (let after: UserId | null = null, isMore = true; isMore;) {
    const page = { now, present: idAt(now.getTime()), latest, before, after, limit: PIECE };
    const due: readonly UserId[] = await within(workspaceId, ({ watches }) => watches.due(page));
    for (const userId of due)
      await within(workspaceId, (rows) => askFor(rows, userId, { now, latest, before }));
    after = due.at(-1) ?? null;
    isMore = due.length === PIECE;
  }
  await within(workspaceId, async ({ watches }) => {
    if (await watches.isAnyone()) await watches.look(LOOK_MS);
  });
}

async function askFor(
  { consents, watches, unread, ask }: JobRows,
  userId: UserId,
  { now, latest, before }: { now: Date; latest: Date; before: string },
): Promise<void> {
  // The account first, as a withdrawal does: whoever comes second of the two sees what the other did.
  const consented = await consents.of('mention-mail', userId);
  const watch = await watches.hold(userId);
  if (!watch) return;
  if (watch.nextAt > now && watch.nextAt <= latest) return; // another node was quicker
  const made = { from: watch.toldTo, before };
  if (!consented || (await unread(userId, made, now)) === 0)
    await watches.move(userId, { toldTo: before });
  else if (await ask(consented))
    await watches.move(userId, {
      ...{ toldFrom: watch.toldTo, toldTo: before },
      nextAt: new Date(now.getTime() + BETWEEN_MS),
    });
  else await watches.move(userId, { nextAt: new Date(now.getTime() + AGAIN_MS) });
}

/**
 * How many mentions the mail that is about to leave tells of; 0: it is not sent. Its reader may have withdrawn, read
 * them, left the channels or been shut out since it was asked for.
 */
export async function mentionsToTell(
  { consents, watches, unread }: JobRows,
  userId: UserId,
  now: Date,
): Promise<number> {
  const consented = await consents.of('mention-mail', userId);
  const watch = consented && (await watches.hold(userId));
  if (!watch) return 0;
  const made = { from: watch.toldFrom, before: watch.toldTo };
  const count = await unread(consented.userId, made, now);
  // The hour is counted from when it leaves: one that waited for its server is not followed by the next at once.
  if (count > 0) await watches.move(userId, { nextAt: new Date(now.getTime() + BETWEEN_MS) });
  return count;
}
