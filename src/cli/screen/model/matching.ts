/** Finds what is meant by what was typed: by its whole name, its beginning, its parts, or what is nearly spelt so. */

interface Named {
  readonly name: string;
}

/** `many`: more than one is meant. */
export type Match<T> =
  | { readonly is: 'one'; readonly found: T; readonly rest: string }
  | { readonly is: 'none' }
  | { readonly is: 'many'; readonly found: readonly T[] };

const folded = (text: string) => text.normalize('NFC').toLowerCase();

/**
 * What the text begins with, as a whole name before a space or the end: the longest. `rest` is what follows it.
 * Marks before a channel's name (`#`) are the caller's to take off.
 */
export function leading<T extends Named>(text: string, all: readonly T[]): Match<T> {
  const typed = folded(text.trim());
  const begins = all.filter(({ name }) => {
    const whole = folded(name);
    return typed === whole || typed.startsWith(`${whole} `);
  });
  const longest = Math.max(0, ...begins.map(({ name }) => name.length));
  const found = begins.filter(({ name }) => name.length === longest);
  return matchOf(found, text.trim().slice(longest).trim());
}

/** The one that is called so, or the only one whose name begins so. */
export function named<T extends Named>(text: string, all: readonly T[]): Match<T> {
  const typed = folded(text.trim());
  const exactly = all.filter(({ name }) => folded(name) === typed);
  if (exactly.length > 0) return matchOf(exactly, '');
  return matchOf(typed === '' ? [] : all.filter(({ name }) => folded(name).startsWith(typed)), '');
}

/** Those in whose names the letters of the query occur in order, the closest first. */
export function looselyNamed<T extends Named>(query: string, all: readonly T[]): T[] {
  const typed = folded(query.trim());
  const scored = all.flatMap((one) => {
    const score = closeness(typed, folded(one.name));
    return score === null ? [] : [{ one, score }];
  });
  return scored.sort((a, b) => a.score - b.score).map(({ one }) => one);
}

/** The word that is nearest to a misspelt one, if it is near enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | null {
  const measured = words.map((one) => ({ one, away: distance(folded(word), folded(one)) }));
  const [best] = measured.sort((a, b) => a.away - b.away);
  return best && best.away <= Math.max(1, Math.floor(word.length / 3)) ? best.one : null;
}

/** What all of them begin with. */
export function common(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const other of others) {
    length = Math.min(length, other.length);
    while (folded(first.slice(0, length)) !== folded(other.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}

function matchOf<T>(found: readonly T[], rest: string): Match<T> {
  const [first] = found;
  if (!first) return { is: 'none' };
  return found.length === 1 ? { is: 'one', found: first, rest } : { is: 'many', found };
}

/** The letters between those that match; null when they do not occur in order. */
function closeness(query: string, name: string): number | null {
  const whole = name.indexOf(query);
  if (whole >= 0) return whole;
  let at = -1;
  let gaps = 0;
  for (const letter of query) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return null;
    gaps += next - at;
    at = next;
  }
  return 100 + gaps;
}

/** How many letters have to be put in, left out, changed or swapped with the next one (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = one[i - 1] === other[j - 1] ? 0 : 1;
      const above = rows[i - 1] ?? [];
      let least = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + change,
      );
      const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (i > 1 && j > 1 && isSwap) least = Math.min(least, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[one.length]?.[other.length] ?? 0;
}
