/** By when people must have an answer about their data, and when those who owe it are reminded. Times in milliseconds. */

export const DAY_MS = 24 * 60 * 60 * 1_000;

/** Art. 12 (3) GDPR: an answer within one month; 30 days is never longer, except of a request made in February. */
export const ANSWER_MS = 30 * DAY_MS;
/** The same: two further months at most, where it is complex, told with the reason within the first. */
export const FURTHER_DAYS = 60;

/** How long before its due date administrators are told of a request that is still open, the earliest first. */
export const REMINDERS_MS = [7 * DAY_MS, DAY_MS] as const;

/** How many of the reminders are due at that time. */
export function remindersDue(dueAt: Date, now: Date): number {
  const left = dueAt.getTime() - now.getTime();
  return REMINDERS_MS.filter((before) => left <= before).length;
}

/** Milliseconds from now until the next reminder; null after the last. */
export function untilReminder(dueAt: Date, now: Date): number | null {
  const before = REMINDERS_MS[remindersDue(dueAt, now)];
  return before === undefined ? null : dueAt.getTime() - before - now.getTime();
}
