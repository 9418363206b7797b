/** Shows and sets how long what is kept, shows what would go, and has it removed: as the admin who is signed in. */
import { RETENTION_MOST_DAYS, type RetentionReport } from '../../../contract/index.ts';
import type { InputOf, OutputOf } from '../../../client/index.ts';
import { command, flag, maybeWords, oneOf, text, wholeNumber } from '../../command.ts';
import { passwordFrom } from '../../credentials.ts';
import type { Desk } from '../../desk.ts';
import { misused } from '../../failure.ts';
import { allChannels, findChannel } from '../../find-channel.ts';
import {
  candidateLine,
  policyLine,
  portionLine,
  reportLines,
  together,
} from '../../retention-lines.ts';
import { ranRetention } from '../../retention-run.ts';
import { ENTERING } from '../entrance-options.ts';

/** Those of the contract, in the order in which they are shown. */
const KINDS = ['messages', 'access-logs', 'analytics'] as const;
const VERBS = ['show', 'preview', 'set', 'run'] as const;

type Policy = OutputOf<'retention.read'>['workspace'][number];
type Preview = OutputOf<'retention.preview'>;
type Portion = Preview['counts'][number];
type Row =
  | { readonly policy: Policy; readonly channel: string | null; readonly lagMs: number | null }
  | { readonly portion: Portion; readonly channel: string | null }
  | { readonly candidate: Preview['candidates'][number]; readonly channel: string | null }
  | { readonly set: InputOf<'retention.set'>['days']; readonly before: number | null }
  | { readonly report: RetentionReport };
type Calls =
  | 'retention.read'
  | 'retention.preview'
  | 'retention.set'
  | 'retention.run'
  | 'retention.runs'
  | 'channel.list';

interface Given {
  readonly kind: (typeof KINDS)[number] | undefined;
  readonly channel: string | undefined;
  readonly days: number | undefined;
  readonly forEver: boolean;
  readonly usual: boolean;
  readonly candidates: boolean;
  readonly reason: string | undefined;
  readonly passwordStdin: boolean;
  readonly passwordFile: string | undefined;
}

export const adminRetention = command({
  name: 'admin retention',
  summary: 'How long what is kept, as the admin who is signed in: show, preview, set or run.',
  arguments: {
    what: maybeWords('WHAT', 'show (if left out), preview, set, or run: remove it now.'),
  },
  options: {
    kind: oneOf('--kind <KIND>', 'Of what; messages if left out.', KINDS),
    channel: text('--channel <CHANNEL>', 'With set: of messages in this channel.'),
    days: wholeNumber('--days <N>', 'How many are kept; with preview: as if.', RETENTION_MOST_DAYS),
    forEver: flag('--for-ever', 'With set: remove nothing.'),
    usual: flag('--usual', 'With set: as if nobody had said anything.'),
    candidates: flag('--candidates', 'With preview: one by one, and not only how many.'),
    reason: text('--reason <TEXT>', 'With set and run: why, for the audit trail.'),
    passwordStdin: ENTERING.passwordStdin,
    passwordFile: ENTERING.passwordFile,
  },
  calls: [
    ...(['retention.read', 'retention.preview', 'retention.set'] as const),
    ...(['retention.run', 'retention.runs', 'channel.list'] as const),
  ],
  async *run({ what: [verb = 'show', ...more], ...given }, desk): AsyncGenerator<Row> {
    const known = VERBS.find((one) => one === verb);
    if (!known || more.length > 0) throw misused('Say show, preview, set or run.');
    if (known === 'show') yield* shown(desk);
    if (known === 'preview') yield* previewed(given, desk);
    if (known === 'set') yield await set(given, desk);
    if (known === 'run') {
      const by = await confirmed(given, desk);
      yield { report: await ranRetention(desk, by) };
    }
  },
  words(row, style) {
    if ('policy' in row) return policyLine(row.policy, row, style);
    if ('portion' in row) return portionLine(row.portion, row, style);
    if ('candidate' in row) return candidateLine(row.candidate, row, style);
    if ('report' in row) return reportLines(row.report).join('\n');
    return row.set === row.before ? 'It was so already.' : 'Set. It counts from the next run on.';
  },
});

/** Why, and who: what both of those who change something are asked for. */
async function confirmed(given: Given, { surroundings, ask }: Pick<Desk, 'surroundings' | 'ask'>) {
  const { reason } = given;
  if (reason === undefined) throw misused('Say why: --reason TEXT.');
  const { stdin } = surroundings;
  return { reason, password: await passwordFrom(given, { ask, stdin }, { isNew: false }) };
}

async function* shown(desk: Desk<Calls>): AsyncGenerator<Row> {
  const names = await namesOf(desk);
  let isFirst = true;
  for (let after: OutputOf<'retention.read'>['next'] = null; isFirst || after !== null;) {
    const page: OutputOf<'retention.read'> = await desk.call(
      'retention.read',
      after === null ? {} : { after },
    );
    const lags = new Map(page.lag?.kinds.map(({ kind, lagMs }) => [kind, lagMs]));
    if (isFirst)
      for (const policy of page.workspace)
        yield { policy, channel: null, lagMs: lags.get(policy.kind) ?? null };
    for (const policy of page.channels)
      yield { policy, channel: names(policy.channelId), lagMs: null };
    [isFirst, after] = [false, page.next];
  }
}

async function* previewed(given: Given, desk: Desk<Calls>): AsyncGenerator<Row> {
  const { kind = 'messages', days, candidates } = given;
  if (given.channel !== undefined) throw misused('A preview is of all channels.');
  const names = await namesOf(desk);
  const show = candidates ? ('candidates' as const) : ('counts' as const);
  const input = { kind, show, ...(days !== undefined && { days }) };
  const shownPortion = (portion: Portion) => ({ portion, channel: names(portion.channelId) });
  let counted = null as Portion | null;
  let isFirst = true;
  for (let after: string | null = null; isFirst || after !== null;) {
    const page: Preview = await desk.call('retention.preview', {
      ...input,
      ...(after !== null && { after }),
    });
    for (const portion of page.counts) {
      const isSame: boolean = counted?.channelId === portion.channelId;
      if (counted && !isSame) yield shownPortion(counted);
      counted = counted && isSame ? together(counted, portion) : portion;
    }
    for (const one of page.candidates) yield { candidate: one, channel: names(one.channelId) };
    [isFirst, after] = [false, page.next];
  }
  if (counted) yield shownPortion(counted);
}

async function set(given: Given, desk: Desk<Calls>): Promise<Row> {
  const { kind = 'messages', channel, days, forEver, usual } = given;
  const said = [days !== undefined, forEver, usual].filter(Boolean).length;
  if (said !== 1) throw misused('Say --days N, --for-ever or --usual.');
  const by = await confirmed(given, desk);
  const place = channel === undefined ? {} : { channelId: (await findChannel(channel, desk)).id };
  const wanted = forEver ? 0 : (days ?? null);
  const { before } = await desk.call('retention.set', { kind, ...place, days: wanted, ...by });
  return { set: wanted, before };
}

/** What channels are called that the admin sees; others by their ids. */
async function namesOf(desk: Pick<Desk<'channel.list'>, 'call'>) {
  const names = new Map<string, string>();
  for (const { id, name } of await allChannels(desk)) names.set(id, name);
  return (id: string | null) => (id === null ? null : (names.get(id) ?? id));
}
