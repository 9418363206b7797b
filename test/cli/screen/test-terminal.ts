/** A terminal for stories: what a program writes to it is interpreted by a real emulator, and read back as a person reads it. */
import { PassThrough, Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { until } from '../../client/support.ts';
import { Terminal, type Emulator } from './emulator.ts';

/** What stands in the terminal before the screen is opened, and has to be there again afterwards. */
export const PROMPT = '$ conclave chat';

export class TestTerminal {
  readonly emulator: Emulator;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /** Everything that was written to it. */
  written = '';
  /** Whether it hands on every key as it is pressed. */
  isRaw = false;
  /** The program broke: whoever waits to see something waits in vain. */
  fail: (error: unknown) => void = () => undefined;
  readonly #broken: Promise<never>;
  readonly #input = new PassThrough();
  readonly #output: Writable & { columns: number; rows: number };

  constructor(columns = 80, rows = 24) {
    this.#broken = new Promise((_, reject) => (this.fail = reject));
    this.#broken.catch(() => undefined);
    const emulator = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 100 });
    this.emulator = emulator;
    emulator.write(`${PROMPT}\r\n`);
    const setRawMode = (isRaw: boolean) => {
      this.isRaw = isRaw;
      return this.stdin;
    };
    this.stdin = Object.assign(this.#input, {
      isTTY: true,
      isRaw: false,
      setRawMode,
    }) as unknown as ReadStream;
    const output = new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        this.written += bytes.toString();
        emulator.write(bytes, done);
      },
    });
    this.#output = Object.assign(output, { columns, rows, isTTY: true });
    this.stdout = this.#output as unknown as WriteStream;
  }

  /** The lines as they are seen, without the spaces at their ends. */
  get lines(): string[] {
    const { active } = this.emulator.buffer;
    return Array.from({ length: this.emulator.rows }, (_, row) => {
      const line = active.getLine(active.viewportY + row);
      return line?.translateToString(true).trimEnd() ?? '';
    });
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** The line on which the cursor stands, up to it. */
  get beforeCursor(): string {
    const { cursorX, cursorY } = this.emulator.buffer.active;
    return this.lines[cursorY]?.padEnd(cursorX).slice(0, cursorX) ?? '';
  }

  /** Whether the program has the screen for itself. */
  get isFullScreen(): boolean {
    return this.emulator.buffer.active.type === 'alternate';
  }

  get isCursorVisible(): boolean {
    return this.written.lastIndexOf('\x1b[?25h') >= this.written.lastIndexOf('\x1b[?25l');
  }

  /** How often something was painted. */
  get paints(): number {
    return this.written.split('\x1b[?2026h').length - 1;
  }

  /** Presses keys, or sends whatever a terminal would send for them. */
  press(...keys: string[]): void {
    for (const key of keys) this.#input.write(KEYS[key] ?? key);
  }

  paste(text: string): void {
    this.press(`\x1b[200~${text}\x1b[201~`);
  }

  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
    Object.assign(this.#output, { columns, rows });
    this.#output.emit('resize');
  }

  /** Somebody pulls the plug: the terminal is gone. */
  hangUp(): void {
    this.#input.end();
  }

  /** Resolves with the lines when they satisfy `when`, or show that text. */
  shows(when: string | RegExp | ((lines: string[]) => boolean)): Promise<string[]> {
    const isShown = typeof when === 'function' ? when : (lines: string[]) => matches(lines, when);
    const what = typeof when === 'function' ? when.toString() : String(when);
    const seen = until(`see ${what}`, this.#whenWritten, () => {
      const { lines } = this;
      return isShown(lines) ? lines : undefined;
    });
    return Promise.race([seen, this.#broken]).catch((error: unknown) => {
      throw new Error(`${String(error)}; this was seen:\n${this.text}`, { cause: error });
    });
  }

  /** Resolves when what was there before is seen again. */
  async isLeft(): Promise<void> {
    await until('be left', this.#whenWritten, () => (this.isFullScreen ? undefined : true));
  }

  end(): void {
    this.emulator.dispose();
    this.#input.destroy();
  }

  readonly #whenWritten = (look: () => void) => {
    const listener = this.emulator.onWriteParsed(look);
    return () => listener.dispose();
  };
}

function matches(lines: readonly string[], what: string | RegExp): boolean {
  const text = lines.join('\n');
  return typeof what === 'string' ? text.includes(what) : what.test(text);
}

const KEYS: Readonly<Record<string, string>> = {
  Enter: '\r',
  AltEnter: '\x1b\r',
  Escape: '\x1b',
  Tab: '\t',
  Up: '\x1b[A',
  Down: '\x1b[B',
  AltUp: '\x1b[1;3A',
  AltDown: '\x1b[1;3B',
  PageUp: '\x1b[5~',
  PageDown: '\x1b[6~',
  Home: '\x1b[H',
  End: '\x1b[F',
  CtrlC: '\x03',
  CtrlK: '\x0b',
  CtrlR: '\x12',
  CtrlU: '\x15',
  CtrlX: '\x18',
  CtrlY: '\x19',
};
