/** What a long run found is written into the page that speaks of it, between two markers, and nothing else there changes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** The page with `markdown` between the markers of what that command writes. Throws when it has none. */
export function between(page: string, command: string, markdown: string): string {
  const begin = `<!-- written by \`${command}\`: begin -->`;
  const end = `<!-- written by \`${command}\`: end -->`;
  const [head, rest] = page.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined)
    throw new Error(`the page has no place for what \`${command}\` writes`);
  return [head, begin, '\n\n', markdown, '\n', end, tail].join('');
}

/** Does so in the file, formatted as all pages are. */
export async function record(file: string, command: string, markdown: string): Promise<void> {
  const page = between(readFileSync(file, 'utf8'), command, markdown);
  const options = { ...(await resolveConfig(file)), parser: 'markdown' };
  writeFileSync(file, await format(page, options));
}
