/** Checks a report of what retention removed with the server's public key alone: no server is asked. */
import { RetentionReport } from '../../contract/index.ts';
import { verifyDocument } from '../../crypto/signed-document.ts';
import { jsonIn, KEYS_OPTION, publicKeysIn } from '../archive/public-keys.ts';
import { command, word } from '../command.ts';
import { inTheWay, misused } from '../failure.ts';
import { reportLines } from '../retention-lines.ts';

const WRONG = {
  unsigned: 'The report bears no signature.',
  'unknown-key': 'The report is signed by a key that is not among those in --keys.',
  forged: 'The report is not what was signed: something in it was changed.',
} as const;

export const verifyReport = command({
  name: 'verify-report',
  summary: 'Check the report of a run of retention, without a server.',
  arguments: { file: word('FILE', 'The report, as retention.runs gave it.') },
  options: { keys: KEYS_OPTION },
  calls: [],
  async *run({ file, keys }) {
    if (keys === undefined) throw misused('Say whom to believe: --keys FILE.');
    const trusted = await publicKeysIn(keys);
    const given = await jsonIn(file);
    const verdict = verifyDocument('retention-report', given, trusted);
    if (verdict !== 'valid') throw inTheWay(`report_${verdict.replace('-', '_')}`, WRONG[verdict]);
    const report = RetentionReport.safeParse(given);
    if (!report.success)
      throw inTheWay('report_unknown', 'The report is signed, and of another version than this.');
    yield report.data;
  },
  words: (report) => ['The signature is right.', ...reportLines(report)].join('\n'),
});
