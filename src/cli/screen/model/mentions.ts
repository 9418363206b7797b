/** Whom a text mentions: everybody whose name follows an @ in it, the longest name that fits. */
import type { UserId } from '../../../client/index.ts';
import { MENTIONS } from '../../../contract/index.ts';

interface Named {
  readonly userId: UserId;
  readonly name: string;
}

/** Each once, in the order in which they are named; of several people of one name all are meant. */
export function mentionsIn(text: string, people: readonly Named[]): UserId[] {
  const said = text.toLowerCase();
  const names = people
    .filter(({ name }) => name !== '')
    .map(({ userId, name }) => ({ userId, name: name.toLowerCase() }));
  const found = new Set<UserId>();
  for (let at = said.indexOf('@'); at >= 0; at = said.indexOf('@', at + 1)) {
    if (/[\p{L}\p{N}]$/u.test(said.slice(0, at))) continue; // an address, not a name
    const rest = said.slice(at + 1);
    const fitting = names.filter(({ name }) => rest.startsWith(name) && endsAt(rest, name.length));
    const longest = Math.max(0, ...fitting.map(({ name }) => name.length));
    for (const { userId, name } of fitting) if (name.length === longest) found.add(userId);
  }
  return [...found].slice(0, MENTIONS);
}

/** Whether a word ends there. */
function endsAt(text: string, place: number): boolean {
  return !/^[\p{L}\p{N}]/u.test(text.slice(place));
}
