/** What a long run found is written into the page that speaks of it, between two markers, and nothing else there changes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Puts `markdown` between the markers of that command in a page; throws when the page has none. */
export async function record(page: string, command: string, markdown: string): Promise<void> {
  const [begin, end] = ['begin', 'end'].map((at) => `<!-- written by \`${command}\`: ${at} -->`);
  const text = readFileSync(page, 'utf8');
  const [head, tail] = [text.split(begin ?? '')[0], text.split(end ?? '')[1]];
  if (head === undefined || tail === undefined)
    throw new Error(`${page} has no markers of ${command}`);
  const options = { ...(await resolveConfig(page)), parser: 'markdown' };
  writeFileSync(
    page,
    await format([head, begin, '\n\n', markdown, '\n', end, tail].join(''), options),
  );
}
