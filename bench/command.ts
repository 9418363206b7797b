/** A bench as a command: its words are read before anything starts, and the services that it starts end with it. */
import { bootstrap } from './bootstrap.ts';
import { startServices, type Services } from './services.ts';

const { aborted, endOnSignals } = await bootstrap('endings');
const { Interrupted, StartError } = await bootstrap('say');

export interface Command<Options> {
  readonly usage: string;
  /** Throws an Error whose message is for the person. */
  readonly read: (words: readonly string[]) => Options;
  /** Gives the exit code. */
  readonly run: (on: Services, options: Options) => Promise<number>;
}

/** Ends the process: with 2 for words that it does not know, 1 for what went wrong, else as `run` says. */
export async function command<Options>({ usage, read, run }: Command<Options>): Promise<never> {
  const options = optionsOrUsage(read, usage);
  const signal = endOnSignals({ say: complain });
  let services: Services | undefined;
  let code = 1;
  try {
    services = await startServices(signal);
    const stopped = aborted(signal).then(() => {
      throw new Interrupted();
    });
    const failed = services.failed.then((error) => {
      throw error;
    });
    code = await Promise.race([run(services, options), stopped, failed]);
  } catch (error) {
    explain(error);
  }
  try {
    await services?.stop();
  } catch (error) {
    explain(error);
    code = 1;
  }
  process.exit(code);
}

function optionsOrUsage<Options>(read: Command<Options>['read'], usage: string): Options {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

function explain(error: unknown): void {
  if (error instanceof Interrupted) return;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  complain(error instanceof StartError ? message : `The bench ended: ${stack ?? message}`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
