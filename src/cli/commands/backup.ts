/** Takes a backup of the server while it runs; in a terminal with a bar, for programs one line per table. */
import { command, text } from '../command.ts';
import { misused } from '../failure.ts';
import { barOn } from '../progress-bar.ts';

export const backup = command({
  name: 'backup',
  summary: 'Back the server up while it runs; its keys apart, of which the newest two are kept.',
  options: {
    to: text('--to <DIR>', 'The folder for the backups of this server, and of no other.'),
    keysTo: text('--keys-to <DIR>', 'Where the keys go; another place than the rows is better.'),
  },
  calls: [],
  async *run({ to, keysTo }, desk) {
    if (to === undefined) throw misused('Say where to: conclave backup --to DIR.');
    const keeper = await desk.keeper();
    const bar = await barOn(desk);
    try {
      for await (const step of keeper.take({ to, keysTo, progress: bar.show }))
        if (desk.output.json || step.is === 'taken') yield step;
    } finally {
      bar.end();
    }
  },
  words(step, { bold }) {
    if (step.is === 'copied') return `${step.name}: ${step.rows} rows`;
    const seconds = Math.max(step.milliseconds, 1) / 1_000;
    const megabytes = step.bytes / 1e6;
    return [
      `Backed up as of ${step.takenAt}: ${step.rows} rows, ${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s (${(megabytes / seconds).toFixed(1)} MB/s, ${Math.round(step.rows / seconds)} rows/s).`,
      `  rows ${bold(step.path)}`,
      `  keys ${bold(step.keys)}`,
      'Keep both, the root keys and, where there is one, the erasure ledger: a restore needs all of them.',
    ].join('\n');
  },
});
