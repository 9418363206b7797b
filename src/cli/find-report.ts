/** Reports of the queue as people name them: by the end of their id, as the list prints it. */
import type { Desk } from './desk.ts';
import { Failure, misused } from './failure.ts';
import { printable } from './printable.ts';
import { shortReport, type Report } from './report-lines.ts';

type Lists = Pick<Desk<'report.list'>, 'call'>;

const PAGE = 200;
/** Pages of one list at most. */
const PAGES = 50;
/** Fewer characters of an id could mean another one tomorrow. */
const LEAST = 6;

/** Every report of a list, the oldest first. Throws Failure. */
export async function* listed(
  { call }: Lists,
  wanted: { readonly of?: 'mine' | 'queue'; readonly state?: Report['state'] },
): AsyncGenerator<Report> {
  let after: Report['id'] | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const from = { ...wanted, limit: PAGE, ...(after !== undefined && { after }) };
    const { reports, more }: { reports: Report[]; more: boolean } = await call('report.list', from);
    yield* reports;
    after = reports.at(-1)?.id;
    if (!more) return;
  }
}

/** The undecided report whose id ends so. Throws Failure `not_found` or `ambiguous_report`. */
export async function findReport(named: string, desk: Lists): Promise<Report> {
  const end = named.toLowerCase();
  if (end.length < LEAST) throw misused(`Write at least ${LEAST} characters of the report’s id.`);
  const found: Report[] = [];
  for (const state of ['open', 'claimed'] as const)
    for await (const report of listed(desk, { state }))
      if (report.id.endsWith(end)) found.push(report);
  const [first, second] = found;
  if (first && !second) return first;
  if (second)
    throw misused(
      `“${printable(named)}” could be ${found.map(({ id }) => id).join(', ')}.`,
      'ambiguous_report',
    );
  throw new Failure({
    exit: 'refused',
    code: 'not_found',
    sentence: `No report that waits is called ${printable(named)}. conclave reports lists them.`,
  });
}

/** For a sentence about what became of it. */
export const reportCalled = ({ id }: Report): string => `Report ${shortReport(id)}`;
