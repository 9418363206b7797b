/** Counts each day that is over, once and over those who consent to it by then; a handful of people is no statistic. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import { idAt, type Jobs } from './jobs.ts';
import type { Day } from './usage-store.ts';

/**
 * Of fewer people who wrote, neither number is kept: what one of them did would show. The threshold is that of common
 * disclosure rules for tables of counts (at least 3 to 5 contributors; Hundepool et al., Statistical Disclosure Control).
 */
export const FEWEST_PEOPLE = 5;
/** Days that are kept at most; the text of the purpose says so, whatever the workspace's retention. */
export const KEPT_DAYS = 730;
/** Days before today that are counted if they were not: what a server that stood still for a week has missed. */
const DAYS_BACK = 7;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** After midnight: what was on its way then is stored. In milliseconds. */
const AFTER_MIDNIGHT_MS = 60 * 1_000;
/** Whose messages of a day are read in one transaction. */
const CHANNELS = 500;

/**
 * The job: counts what was not counted, removes what is too old, and asks for itself for the next day as long as anybody
 * consents or anything is kept.
 */
export async function countDays(jobs: Jobs, workspaceId: WorkspaceId): Promise<void> {
  const { clock, within } = jobs;
  const now = clock.now();
  const today = midnightOf(now.getTime());
  const oldest = nameOf(today - KEPT_DAYS * DAY_MS);
  const isKept = await within(workspaceId, ({ usage }) => usage.keepFrom(oldest));
  const consenting = await within(workspaceId, ({ consents }) => consents.all('analytics'));
  if (consenting.length === 0 && !isKept) return;
  const first = consenting.reduce((earliest, { since }) => {
    return Math.min(earliest, midnightOf(since.getTime()));
  }, today);
  const from = Math.max(first, today - DAYS_BACK * DAY_MS);
  const days = Array.from({ length: Math.max(0, (today - from) / DAY_MS) }, (_, i) => {
    return from + i * DAY_MS;
  });
  const counted = await within(workspaceId, ({ usage }) => usage.counted(days.map(nameOf)));
  for (const day of days) if (!counted.has(nameOf(day))) await countDay(jobs, workspaceId, day);
  const next = today + DAY_MS + AFTER_MIDNIGHT_MS;
  await within(workspaceId, ({ usage }) => usage.count(next - now.getTime()));
}

/** What was gathered of somebody who withdraws meanwhile is dropped: they are asked after with each piece, and last. */
async function countDay(
  { clock, within }: Jobs,
  workspaceId: WorkspaceId,
  day: number,
): Promise<void> {
  const made = { from: idAt(day), before: idAt(day + DAY_MS) };
  const written = new Map<UserId, number>();
  for (let after: ChannelId | null = null, isMore = true; isMore;) {
    const { messages, next }: { messages: ReadonlyMap<UserId, number>; next: ChannelId | null } =
      await within(workspaceId, async ({ consents, usage }) =>
        usage.tally(await consents.all('analytics'), made, after, CHANNELS),
      );
    for (const [id, count] of messages) written.set(id, (written.get(id) ?? 0) + count);
    after = next;
    isMore = next !== null;
  }
  await within(workspaceId, async ({ consents, usage }) => {
    const consenting = await consents.all('analytics');
    const counts = consenting.flatMap(({ userId }) => written.get(userId) ?? []);
    const isEnough = counts.length >= FEWEST_PEOPLE;
    const messages = counts.reduce((sum, count) => sum + count, 0);
    const numbers = isEnough
      ? { people: counts.length, messages }
      : { people: null, messages: null };
    await usage.add({ day: nameOf(day), ...numbers }, clock.now());
  });
}

const midnightOf = (milliseconds: number): number => milliseconds - (milliseconds % DAY_MS);
const nameOf = (milliseconds: number): Day => new Date(milliseconds).toISOString().slice(0, 10);
