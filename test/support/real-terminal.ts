/** A shell in a real pseudo terminal, typed into and read as a person would; util-linux's `script` provides the terminal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { TestTerminal } from '../cli/screen/test-terminal.ts';
import { eventually } from './bootstrap-clone.ts';

const USUAL = { columns: 150, rows: 30 };

export class RealTerminal {
  readonly #screen: TestTerminal;
  readonly #script: ChildProcess;

  constructor(folder: string, environment: NodeJS.ProcessEnv, { columns, rows } = USUAL) {
    this.#screen = new TestTerminal(columns, rows);
    const shell = `stty cols ${columns} rows ${rows}; exec sh`;
    this.#script = spawn('script', ['-qfc', shell, '/dev/null'], {
      cwd: folder,
      env: { ...environment, SHELL: '/bin/sh', TERM: 'xterm-256color', PS1: '$ ' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const { stdin, stdout } = this.#script;
    if (!stdin || !stdout) throw new Error('script has no streams');
    stdin.on('error', () => undefined); // the shell may be gone while something is typed
    stdout.pipe(this.#screen.stdout);
    this.#screen.stdin.pipe(stdin);
  }

  get text(): string {
    return this.#screen.text;
  }

  /** Types the line and presses Enter. */
  type(line: string): void {
    this.#screen.press(line, 'Enter');
  }

  press(...keys: string[]): void {
    this.#screen.press(...keys);
  }

  /** Resolves when the text can be seen; `patience` in milliseconds. */
  async shows(what: string | RegExp, patience = 60_000): Promise<void> {
    const isSeen = () =>
      typeof what === 'string' ? this.text.includes(what) : what.test(this.text);
    await eventually(`the terminal shows ${String(what)}`, isSeen, patience).catch(
      (error: unknown) => {
        throw new Error(`${String(error)} It shows:\n${this.text}`);
      },
    );
  }

  /** Ends whatever runs in it, and the shell. */
  async end(): Promise<void> {
    const over = once(this.#script, 'exit');
    if (this.#script.exitCode === null) {
      this.type('exit');
      const late = setTimeout(() => this.#script.kill('SIGKILL'), 10_000);
      await over;
      clearTimeout(late);
    }
    this.#screen.end();
  }
}
