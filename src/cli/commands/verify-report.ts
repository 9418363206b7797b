/** Checks a report of what retention removed with the server's public key alone: no server is asked. */
import { RetentionReport } from '../../contract/index.ts';
import { KEYS_OPTION } from '../archive/public-keys.ts';
import { verifiedIn } from '../archive/verified.ts';
import { command, word } from '../command.ts';
import { reportLines } from '../retention-lines.ts';

export const verifyReport = command({
  name: 'verify-report',
  summary: 'Check the report of a run of retention, without a server.',
  arguments: { file: word('FILE', 'The report, as retention.runs gave it.') },
  options: { keys: KEYS_OPTION },
  calls: [],
  async *run(given) {
    yield await verifiedIn(
      { kind: 'retention-report', noun: 'report', shape: RetentionReport },
      given,
    );
  },
  words: (report) => ['The signature is right.', ...reportLines(report)].join('\n'),
});
