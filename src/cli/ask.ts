/** Questions to a person at a terminal: on standard error, so that results can go elsewhere, and never without one. */
import type { Surroundings } from './surroundings.ts';

export interface Ask {
  /** Whether there is a terminal to ask on. */
  readonly possible: boolean;
  text(question: string, options?: { readonly usual?: string }): Promise<string>;
  /** Not shown while it is typed, not even its length. */
  secret(question: string): Promise<string>;
  choose<T extends string>(question: string, choices: Readonly<Record<T, string>>): Promise<T>;
  /** Says something between two questions. */
  tell(text: string): void;
}

/** The person went away: Ctrl-C, or Ctrl-D on an empty line. */
export class WentAway extends Error {}

export function createAsk({ stdin, stderr, interrupted }: Surroundings): Ask {
  type Context = { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream };
  const asked = async (
    question: (context: Context & { readonly signal: AbortSignal }) => Promise<string>,
  ): Promise<string> => {
    const over = new AbortController();
    // At the end of its input the reader of lines closes, and a prompt would wait for ever.
    const ended = () => setImmediate(() => over.abort());
    stdin.once('pause', ended);
    const signal = AbortSignal.any([over.signal, interrupted]);
    try {
      return await question({ input: stdin, output: stderr, signal });
    } catch (error) {
      const names = ['ExitPromptError', 'AbortPromptError', 'CancelPromptError'];
      if (error instanceof Error && names.includes(error.name)) throw new WentAway();
      throw error;
    } finally {
      stdin.off('pause', ended);
    }
  };
  const given = (text: string) => text.trim() !== '' || 'Please write something.';

  return {
    possible: stdin.isTTY && stderr.isTTY,
    async text(message, { usual } = {}) {
      const { input } = await import('@inquirer/prompts');
      const options = { message, validate: given, ...(usual !== undefined && { default: usual }) };
      return (await asked((context) => input(options, context))).trim();
    },
    async secret(message) {
      const { password } = await import('@inquirer/prompts');
      const validate = (text: string) => text !== '' || 'Please write something.';
      // Ctrl-T would show what was typed.
      return asked((context) => password({ message, toggleMask: false, validate }, context));
    },
    async choose<T extends string>(message: string, choices: Readonly<Record<T, string>>) {
      const { select } = await import('@inquirer/prompts');
      const list = Object.entries<string>(choices).map(([value, name]) => ({ value, name }));
      return (await asked((context) => select({ message, choices: list }, context))) as T;
    },
    tell: (text) => void stderr.write(`${text}\n`),
  };
}
