/** Times as people read them, in the time zone of the terminal's machine. */

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const DATE = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** `09:41` */
export function clockOf(at: number): string {
  return CLOCK.format(at);
}

/** `14:32` of this day, `Tomorrow 14:32`, `Monday 3 March 14:32`. */
export function untilOf(at: number, now: number): string {
  return isSameDay(at, now) ? clockOf(at) : `${dayOf(at, now)} ${clockOf(at)}`;
}

export function isSameDay(one: number, other: number): boolean {
  return midnight(one) === midnight(other);
}

/** `Today`, `Yesterday`, `Tomorrow`, `Monday 3 March`, and with the year when it is not this one. */
export function dayOf(at: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(at)) / (24 * HOUR));
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days === -1) return 'Tomorrow';
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? DAY : DATE).format(at);
}

/** A stretch of time in the largest unit that says enough: `8 s`, `3 min`, `2 h`. Never `0 s`: it is not over yet. */
export function stretchOf(milliseconds: number): string {
  if (milliseconds < 2 * MINUTE) return `${Math.max(1, Math.ceil(milliseconds / SECOND))} s`;
  if (milliseconds < 2 * HOUR) return `${Math.ceil(milliseconds / MINUTE)} min`;
  return `${Math.ceil(milliseconds / HOUR)} h`;
}

/** How long ago, in the largest unit that is full: `now`, `5 min`, `3 h`, `12 d`. */
export function ageOf(milliseconds: number): string {
  if (milliseconds < MINUTE) return 'now';
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} min`;
  if (milliseconds < 24 * HOUR) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${Math.floor(milliseconds / (24 * HOUR))} d`;
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
