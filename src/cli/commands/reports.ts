/** Lists the reports that wait for a moderator, or one's own, or counts those of a period. */
import { STATISTICS_DAYS } from '../../contract/index.ts';
import { command, flag, oneOf, wholeNumber } from '../command.ts';
import { allChannels } from '../find-channel.ts';
import { listed } from '../find-report.ts';
import { misused } from '../failure.ts';
import { Names } from '../names.ts';
import { reportLine, statisticsLines, type Report, type Statistics } from '../report-lines.ts';
import type { Whereabouts } from '../report-lines.ts';

const STATES = ['open', 'claimed', 'resolved', 'dismissed'] as const;

type Row = { readonly statistics: Statistics } | (Whereabouts & { readonly report: Report });

export const reports = command({
  name: 'reports',
  summary: 'List the reports that wait in the channels you look after, or count them.',
  options: {
    mine: flag('--mine', 'Those that you made, and what became of them.'),
    state: oneOf('--state <STATE>', 'Only those; what is not decided if left out.', STATES),
    statistics: flag('--statistics', 'How many, of what, and how long they took.'),
    days: wholeNumber(
      '--days <N>',
      'With --statistics: of how many days; 30 if left out.',
      STATISTICS_DAYS,
    ),
  },
  calls: ['report.list', 'report.statistics', 'channel.list', 'member.list'],
  async *run({ mine, state, statistics, days }, desk): AsyncGenerator<Row> {
    if (days !== undefined && !statistics) throw misused('--days goes with --statistics.');
    if (statistics && (mine || state)) throw misused('--statistics counts all of them.');
    if (statistics) {
      const input = days === undefined ? {} : { days };
      yield { statistics: await desk.call('report.statistics', input) };
      return;
    }
    const channels = new Map((await allChannels(desk)).map((one) => [one.id, one]));
    const names = new Map<string, Names>();
    const undecided = mine ? [undefined] : (['open', 'claimed'] as const);
    for (const one of state ? [state] : undecided)
      for await (const report of listed(desk, {
        of: mine ? 'mine' : 'queue',
        ...(one && { state: one }),
      })) {
        const { channelId, message } = report;
        const channel = channels.get(channelId);
        let author: string | null = null;
        if (message && channel && channel.role !== null) {
          const known = names.get(channelId) ?? new Names(desk, channelId);
          names.set(channelId, known);
          await known.learn([message.authorId]);
          author = known.shown(message.authorId);
        }
        yield { report, channel: channel?.name ?? null, author };
      }
  },
  words: (row, style) =>
    'statistics' in row
      ? statisticsLines(row.statistics, style)
      : reportLine(row.report, row, style),
  json: (row) =>
    'statistics' in row
      ? row.statistics
      : { ...row.report, channel: row.channel, author: row.author },
});
