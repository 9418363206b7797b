/** Takes a terminal over for a full screen, and gives it back as it was on every way out. */
import type { ReadStream, WriteStream } from 'node:tty';
import { KeyReader, type Input } from './keys.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalEvents {
  input(input: Input): void;
  resized(): void;
  /** It takes text again after `write` said no. */
  ready(): void;
  /** There is nobody at it any more, or the process is asked to end. */
  gone(): void;
}

/** The alternate buffer, cleared; no wrapping at the edge; pastes are marked as such. */
const ENTER = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?7l\x1b[?2004h';
const LEAVE = '\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';

/** How long an escape waits for what would make it another key: less than anybody notices. */
const ESCAPE_MS = 40;

const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

export class Terminal {
  readonly #stdin: ReadStream;
  readonly #stdout: WriteStream;
  readonly #events: TerminalEvents;
  readonly #keys = new KeyReader();
  readonly #decoder = new TextDecoder();
  #escape: ReturnType<typeof setTimeout> | undefined;
  #isOpen = false;
  #wasRaw = false;
  #isReady = true;

  constructor(stdin: ReadStream, stdout: WriteStream, events: TerminalEvents) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#events = events;
  }

  get size(): Size {
    return { columns: this.#stdout.columns || 80, rows: this.#stdout.rows || 24 };
  }

  /** Whether it takes text as fast as it is given. */
  get isReady(): boolean {
    return this.#isReady;
  }

  open(): void {
    this.#isOpen = true;
    this.#wasRaw = this.#stdin.isRaw;
    this.#stdin.setRawMode(true);
    this.#stdin.on('data', this.#data).on('end', this.#gone).on('error', this.#gone).resume();
    this.#stdout.on('resize', this.#resized).on('drain', this.#drained).on('error', this.#gone);
    for (const signal of SIGNALS) process.on(signal, this.#gone);
    // Whatever else ends the process: what is told about it must not be lost with the alternate buffer.
    process.on('exit', this.#restore).on('uncaughtExceptionMonitor', this.#restore);
    this.write(ENTER);
  }

  write(text: string): void {
    this.#isReady = this.#stdout.write(text);
  }

  close(): void {
    clearTimeout(this.#escape);
    this.#restore();
    this.#stdin.off('data', this.#data).off('end', this.#gone).off('error', this.#gone).pause();
    this.#stdout.off('resize', this.#resized).off('drain', this.#drained).off('error', this.#gone);
    // Not yet while a signal is being told of: whoever is told next must see that somebody has taken care of it.
    setImmediate(() => {
      for (const signal of SIGNALS) process.off(signal, this.#gone);
    });
    process.off('exit', this.#restore).off('uncaughtExceptionMonitor', this.#restore);
  }

  readonly #restore = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (!this.#stdin.destroyed) this.#stdin.setRawMode(this.#wasRaw);
    if (!this.#stdout.destroyed) this.#stdout.write(LEAVE);
  };

  readonly #data = (bytes: Buffer | string): void => {
    clearTimeout(this.#escape);
    const text = typeof bytes === 'string' ? bytes : this.#decoder.decode(bytes, { stream: true });
    this.#heard(this.#keys.read(text));
    if (this.#isOpen && this.#keys.isWaiting)
      this.#escape = setTimeout(() => this.#heard(this.#keys.flush()), ESCAPE_MS);
  };

  #heard(inputs: readonly Input[]): void {
    for (const input of inputs) if (this.#isOpen) this.#events.input(input);
  }

  readonly #resized = (): void => this.#events.resized();

  readonly #drained = (): void => {
    this.#isReady = true;
    this.#events.ready();
  };

  readonly #gone = (): void => this.#events.gone();
}
