/** Checks the configuration of the server and what it runs on; ends with an error when anything is wrong. */
import { command, flag } from '../../command.ts';
import { inTheWay } from '../../failure.ts';
import { printable } from '../../printable.ts';

const WIDTH = 22;

export const adminDoctor = command({
  name: 'admin doctor',
  summary: 'Check the settings of the server and what it runs on.',
  options: {
    production: flag('--production', 'By what production demands, whatever NODE_ENV is.'),
  },
  calls: [],
  async *run({ production }, desk) {
    let count = 0;
    for await (const finding of desk.examine({ production })) {
      if (finding.verdict === 'failed') count += 1;
      yield finding;
    }
    if (count > 0) throw inTheWay('unfit', `${count} ${count === 1 ? 'check' : 'checks'} failed.`);
  },
  words({ check, verdict, found, advice }, { red, green, bold, dim }) {
    const paint = { ok: green, warning: bold, failed: red }[verdict];
    const line = `${paint(verdict.padEnd(8))} ${check.padEnd(WIDTH)} ${printable(found)}`;
    return advice === null ? line : `${line}\n${' '.repeat(9)}${dim(printable(advice))}`;
  },
});
