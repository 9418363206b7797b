/** A command in a pseudo terminal, as a person has it: what is typed, and everything that can be seen. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';

const PATIENCE_MS = 60_000;

const PYTHON = `
import os, pty, sys
code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:]))
sys.exit(128 - code if code < 0 else code)
`;

/** How to run a command in a terminal here; null where neither util-linux nor Python is. */
function inTerminal(command: readonly string[]): readonly [string, ...string[]] | null {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  if (typeof stdout === 'string' && stdout.includes('util-linux')) {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    return ['script', '--quiet', '--flush', '--return', '--command', quoted, '/dev/null'];
  }
  const { status } = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']);
  return status === 0 ? ['python3', '-c', PYTHON, ...command] : null;
}

export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #seen = '';
  #place = 0;
  readonly #waiting = new Set<() => void>();
  /** With the exit code, as a shell tells it: 128 and its number for a signal. */
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes: Buffer) => {
      this.#seen += bytes.toString();
      for (const look of [...this.#waiting]) look();
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => resolve(code));
    });
  }

  /** Null where there are no pseudo terminals to be had. */
  static run(command: readonly string[], env: NodeJS.ProcessEnv): Terminal | null {
    const words = inTerminal(command);
    if (!words) return null;
    const [program, ...rest] = words;
    return new Terminal(spawn(program, rest, { env: { TERM: 'xterm', ...env } }));
  }

  /** Everything that was shown, control sequences included. */
  get seen(): string {
    return this.#seen;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Resolves when the text is shown, after whatever was waited for before. */
  shows(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = () => {
        const found = this.#seen.indexOf(text, this.#place);
        if (found < 0) return;
        this.#place = found + text.length;
        finish(resolve);
      };
      const late = () =>
        finish(() => reject(new Error(`“${text}” was not shown, but: ${this.#seen}`)));
      const timer = setTimeout(late, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
