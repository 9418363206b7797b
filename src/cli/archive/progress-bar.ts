/** Shows how far an export is where somebody looks: a bar on a terminal, nothing for programs. */
import { Presets, SingleBar } from 'cli-progress';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';

export interface ProgressBar {
  show(told: {
    readonly percent: number;
    readonly rows: number;
    readonly file: string | null;
  }): void;
  /** May be called more than once. */
  end(): void;
}

export function progressBar({ json }: Output, stderr: NodeJS.WriteStream): ProgressBar {
  if (json || !stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const format = '{bar} {percentage}%  {rows} entries  {file}';
  const bar = new SingleBar(
    { format, stream: stderr, hideCursor: true, barsize: 30 },
    Presets.shades_grey,
  );
  let isShown = false;
  return {
    show({ percent, rows, file }) {
      const payload = { rows, file: printable(file ?? '') };
      if (isShown) bar.update(percent, payload);
      else bar.start(100, percent, payload);
      isShown = true;
    },
    end() {
      if (isShown) bar.stop();
      isShown = false;
    },
  };
}
