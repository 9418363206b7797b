/** The interactive chat screen: it takes a terminal over until whoever sits before it leaves, and gives it back as it was. */
import type { OpenScreen, ScreenEnd, ScreenOptions } from '../screen-port.ts';
import { Canvas } from './paint/canvas.ts';
import { themeFor } from './paint/theme.ts';
import { act } from './talk/actions.ts';
import { Chat } from './talk/chat.ts';
import { nextTickOf } from './talk/ticking.ts';
import { Submitting } from './talk/submitting.ts';
import { FrameRate } from './terminal/frame-rate.ts';
import { Painter } from './terminal/painter.ts';
import { Terminal } from './terminal/terminal.ts';

/**
 * Opens the screen on `stdin` and `stdout`, which have to be a terminal. Resolves when it is left, by a command, a
 * key, a signal or the end of the session; rejects for a bug. In any case the terminal is as it was before.
 */
export const openScreen: OpenScreen = (options) => new OpenScreenOn(options).ended;

class OpenScreenOn {
  readonly ended: Promise<ScreenEnd>;
  readonly #terminal: Terminal;
  readonly #painter = new Painter();
  readonly #canvas: Canvas;
  readonly #frames = new FrameRate(() => this.#guarded(() => this.#paint()));
  readonly #chat: Chat;
  readonly #submitting: Submitting;
  #tick: ReturnType<typeof setTimeout> | null = null;
  #isOver = false;
  #resolve: (end: ScreenEnd) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(options: ScreenOptions) {
    const { stdin, stdout, colour } = options;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const frame = () => this.#frames.ask();
    this.#terminal = new Terminal(stdin, stdout, {
      input: (input) => this.#guarded(() => act(input, this.#hands)),
      resized: frame,
      ready: frame,
      gone: () => this.#end({ reason: 'quit' }),
    });
    this.#canvas = new Canvas(stdin, themeFor(colour));
    this.#chat = new Chat(options, {
      changed: frame,
      ended: (end) => this.#end(end),
      failed: (error) => this.#fail(error),
    });
    this.#submitting = new Submitting(this.#chat);
    this.#guarded(() => {
      this.#terminal.open();
      this.#chat.start();
      frame();
    });
  }

  get #hands() {
    return {
      chat: this.#chat,
      submitting: this.#submitting,
      size: this.#terminal.size,
      repaint: () => {
        this.#painter.forget();
        this.#frames.ask();
      },
    };
  }

  #paint(): void {
    if (!this.#terminal.isReady) return; // it asks again as soon as it is
    const frame = this.#chat.draw(this.#terminal.size);
    const rows = this.#canvas.rowsOf(frame);
    const text = this.#painter.paint(rows, frame.cursor, frame.size.columns);
    if (text !== '') this.#terminal.write(text);
    this.#chat.drawn(frame);
    if (this.#tick) clearTimeout(this.#tick);
    const nextTick = nextTickOf(this.#chat);
    this.#tick = nextTick === null ? null : setTimeout(() => this.#frames.ask(), nextTick);
  }

  #end(end: ScreenEnd): void {
    if (this.#close()) this.#resolve(end);
  }

  #fail(error: unknown): void {
    if (this.#close()) this.#reject(error);
  }

  /** False when it was closed before. */
  #close(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    if (this.#tick) clearTimeout(this.#tick);
    this.#frames.stop();
    this.#terminal.close();
    this.#chat.stop();
    this.#canvas.close();
    return true;
  }

  #guarded(task: () => void): void {
    if (this.#isOver) return;
    try {
      task();
    } catch (error) {
      this.#fail(error);
    }
  }
}
