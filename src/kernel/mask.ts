/** What is left of a name or an address of somebody else where only they may see all of it. */

/** Characters kept at either end. */
const ENDS = 3;

/**
 * `alice@example.com` becomes `ali***com`; of what is too short for that, the first character stays. How long it was is
 * not told. Characters are those that people see, so that none is cut in half.
 */
export function masked(text: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const isLong = characters.length > 3 * ENDS;
  const head = characters.slice(0, isLong ? ENDS : 1).join('');
  return `${head}***${isLong ? characters.slice(-ENDS).join('') : ''}`;
}
