/** Checks the configuration of the server and what it runs on; ends with an error when anything is wrong. */
import { command, flag } from '../../command.ts';
import { inTheWay } from '../../failure.ts';
import type { Finding } from '../../operator-port.ts';
import { printable } from '../../printable.ts';
import type { Style } from '../../style.ts';

const WIDTH = 22;

export const adminDoctor = command({
  name: 'admin doctor',
  summary: 'Check the settings of the server and what it runs on.',
  options: {
    production: flag('--production', 'By what production demands, whatever NODE_ENV is.'),
  },
  calls: [],
  async *run({ production }, desk) {
    yield* throughout(desk.examine({ production }));
  },
  words: findingLine,
});

/** One line of what was found, and one of what to do. */
export function findingLine(
  { check, verdict, found, advice }: Finding,
  { red, green, bold, dim }: Style,
): string {
  const paint = { ok: green, warning: bold, failed: red }[verdict];
  const line = `${paint(verdict.padEnd(8))} ${check.padEnd(WIDTH)} ${printable(found)}`;
  return advice === null ? line : `${line}\n${' '.repeat(9)}${dim(printable(advice))}`;
}

/** Ends with a failure when any of the findings is one. */
export async function* throughout(findings: AsyncIterable<Finding>): AsyncGenerator<Finding> {
  let count = 0;
  for await (const finding of findings) {
    if (finding.verdict === 'failed') count += 1;
    yield finding;
  }
  if (count > 0) throw inTheWay('unfit', `${count} ${count === 1 ? 'check' : 'checks'} failed.`);
}
