/** Lays frames out with Ink and gives back their rows: Ink itself never writes to the terminal. */
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { render, type Instance } from 'ink';
import { createElement } from 'react';
import type { Frame } from '../layout/frame.ts';
import { Screen } from './Screen.tsx';
import type { Theme } from './theme.ts';

/**
 * What Ink takes for a terminal. In its debug mode it writes each frame as a whole, and nothing else; left to itself
 * it would clear the terminal with everything above it as soon as a frame is as high as the window, and would write
 * nothing at all where it believes to be in continuous integration.
 */
class Sheet extends Writable {
  columns = 80;
  rows = 24;
  last = '';

  override _write(frame: Buffer | string, _encoding: string, done: () => void): void {
    this.last = frame.toString();
    done();
  }
}

export class Canvas {
  readonly #sheet = new Sheet({ decodeStrings: false });
  readonly #stdin: ReadStream;
  readonly #theme: Theme;
  #ink: Instance | null = null;

  /** `stdin` is not read here: Ink wants to know one. */
  constructor(stdin: ReadStream, theme: Theme) {
    this.#stdin = stdin;
    this.#theme = theme;
  }

  /** The rows of a frame, as many as the window has. */
  rowsOf(frame: Frame): string[] {
    const { columns, rows } = frame.size;
    this.#sheet.columns = columns;
    this.#sheet.rows = rows;
    const screen = createElement(Screen, { frame, theme: this.#theme });
    if (this.#ink) this.#ink.rerender(screen);
    else
      this.#ink = render(screen, {
        stdout: this.#sheet as unknown as WriteStream,
        stdin: this.#stdin,
        debug: true,
        exitOnCtrlC: false,
        patchConsole: false,
      });
    performance.clearMeasures(); // React in development leaves several for every frame, and nobody reads them
    return this.#sheet.last.split('\n').slice(0, rows);
  }

  close(): void {
    this.#ink?.unmount();
  }
}
