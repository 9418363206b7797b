/** One command from its words to its exit code: whatever happens, it is said once, and nothing is left behind. */
import { WentAway } from './ask.ts';
import type { Command } from './command.ts';
import { openDesk } from './desk.ts';
import { EXITS, Failure } from './failure.ts';
import { createOutput, jsonLine, type Output } from './output.ts';
import { printable } from './printable.ts';
import { asked, type Asked } from './program.ts';
import type { OpenKeeper } from './keeper-port.ts';
import type { Examine, OpenOperator } from './operator-port.ts';
import type { OpenScreen } from './screen-port.ts';
import type { Surroundings } from './surroundings.ts';

/** How a command ended: with an exit code, or as the signal that ended it does. */
export type Ending = number | NodeJS.Signals;

export interface Parts {
  readonly surroundings: Surroundings;
  readonly version: string;
  readonly openScreen: OpenScreen;
  readonly openOperator: OpenOperator;
  readonly openKeeper: OpenKeeper;
  readonly examine: Examine;
}

/** Never rejects. */
export async function run(parts: Parts): Promise<Ending> {
  const { surroundings, version } = parts;
  const { words } = surroundings;
  const end = words.indexOf('--');
  const json = (end < 0 ? words : words.slice(0, end)).includes('--json');
  const output = createOutput(surroundings, { json });
  try {
    const it = asked(words, version);
    if ('shown' in it) await output.line(it.shown);
    else await perform(it, output, parts);
    return EXITS.ok.code;
  } catch (error) {
    return endingOf(error, output);
  }
}

async function perform(
  { command, given, everywhere }: Extract<Asked, { command: unknown }>,
  output: Output,
  { surroundings, openScreen, openOperator, openKeeper, examine }: Parts,
): Promise<void> {
  const opened = openDesk(everywhere, {
    ...{ surroundings, output, openScreen, openOperator, openKeeper, examine },
  });
  const work = async () => {
    for await (const row of command.run(given, opened.desk))
      await output.line(lineOf(command, row, output));
  };
  try {
    await Promise.race([
      work(),
      rejecting(surroundings.interrupted, (reason) => new Interrupted(reason)),
      rejecting(output.unread, () => new Unread()),
    ]);
  } finally {
    await opened.leave();
  }
}

function lineOf(command: Command, row: object, { json, style }: Output): string {
  return json ? jsonLine(command.json(row)) : command.words(row, style);
}

class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(signal);
    this.signal = signal;
  }
}

class Unread extends Error {}

function rejecting(signal: AbortSignal, why: (reason: NodeJS.Signals) => Error): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(why(signal.reason as NodeJS.Signals));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function endingOf(error: unknown, output: Output): Ending {
  if (error instanceof Interrupted) return error.signal;
  if (error instanceof WentAway) return 'SIGINT';
  if (error instanceof Unread) return EXITS.ok.code; // whoever stopped reading has what they wanted
  const failure = error instanceof Failure ? error : mistake(error);
  output.failure(failure);
  return EXITS[failure.exit].code;
}

/** What the disk refuses is on this machine; anything else that was not expected is a mistake in the program. */
function mistake(error: unknown): Failure {
  const message = printable(error instanceof Error ? error.message : String(error));
  const isOfSystem = error instanceof Error && 'syscall' in error && 'path' in error;
  return isOfSystem
    ? new Failure({ exit: 'local', code: 'state_failed', sentence: message })
    : new Failure({
        exit: 'bug',
        code: 'internal',
        sentence: `This is a mistake in conclave: ${message}`,
      });
}
