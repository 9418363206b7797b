/** Shows what people asked for about their data, what is overdue first of all, and gives one of them more time. */
import type { OutputOf } from '../../../client/index.ts';
import { command, maybeWords, oneOf, text, wholeNumber } from '../../command.ts';
import type { Desk } from '../../desk.ts';
import { misused } from '../../failure.ts';
import { printable } from '../../printable.ts';
import { timeOf, type Style } from '../../style.ts';

/** Those of the contract. */
const STATES = ['open', 'overdue', 'done'] as const;
/** Two months more at the most, as Art. 12 (3) GDPR has it: the server says no to more. */
const MOST_DAYS = 60;

type Page = OutputOf<'privacy.requests'>;
type Row = Page['requests'][number] | { readonly requestId: string; readonly dueAt: number };
type Calls = 'privacy.requests' | 'privacy.extend';

export const adminRequests = command({
  name: 'admin requests',
  summary: 'What people asked for about their data, and by when, as the admin who is signed in.',
  arguments: { what: maybeWords('WHAT', 'list (if left out), or extend and the ID of a request.') },
  options: {
    state: oneOf('--state <STATE>', 'Only those; open and overdue if left out.', STATES),
    days: wholeNumber('--days <N>', 'With extend: how many more.', MOST_DAYS),
    reason: text('--reason <TEXT>', 'With extend: why; whoever asked is told.'),
  },
  calls: ['privacy.requests', 'privacy.extend'],
  async *run({ what: [verb = 'list', ...more], state, days, reason }, desk): AsyncGenerator<Row> {
    if (verb === 'list' && more.length === 0) {
      yield* listed(state, desk);
      return;
    }
    const [requestId] = more;
    if (verb !== 'extend' || requestId === undefined || more.length > 1)
      throw misused('Say list, or extend and the ID of a request.');
    if (days === undefined || reason === undefined)
      throw misused('Say how long and why: --days N --reason TEXT.');
    const { dueAt } = await desk.call('privacy.extend', { requestId, days, reason });
    yield { requestId, dueAt };
  },
  words: (row, style) =>
    'kind' in row ? requestLine(row, style) : `It is due by ${timeOf(row.dueAt)} now.`,
});

/** What is overdue comes first: that is what somebody has to see to. */
async function* listed(
  state: (typeof STATES)[number] | undefined,
  desk: Pick<Desk<Calls>, 'call' | 'output'>,
): AsyncGenerator<Row> {
  const { waiting } = await desk.call('privacy.requests', { limit: 1 });
  desk.output.note(`${waiting.open} open, ${waiting.overdue} overdue`);
  for (const one of state === undefined ? (['overdue', 'open'] as const) : [state])
    for (let after: Page['next'] = null, isFirst = true; isFirst || after !== null;) {
      const from: { after?: NonNullable<typeof after> } = after === null ? {} : { after };
      const page: Page = await desk.call('privacy.requests', { state: one, ...from });
      yield* page.requests;
      [isFirst, after] = [false, page.next];
    }
}

function requestLine(
  {
    requestId,
    kind,
    userId,
    state,
    dueAt,
    answeredAt,
    extendedAt,
    reason,
  }: Page['requests'][number],
  { bold, dim, red }: Style,
): string {
  const due = `due ${timeOf(dueAt)}`;
  const how = state === 'done' ? `done ${timeOf(answeredAt ?? dueAt)}` : due;
  const shown = state === 'overdue' ? red(`OVERDUE, ${due}`) : how;
  const longer = extendedAt === null ? '' : `, extended: ${printable(reason ?? '?')}`;
  return `${bold(kind.padEnd(7))} of ${userId}  ${shown}${longer}  ${dim(requestId)}`;
}
