/** How far a long command is, as a bar on standard error: only for people, and only at a terminal. */
import type { Desk } from './desk.ts';

export interface Bar {
  readonly show: (done: number, of: number) => void;
  /** Leaves the line clean. */
  readonly end: () => void;
}

const NONE: Bar = { show: () => undefined, end: () => undefined };

export async function barOn({ output, surroundings }: Desk): Promise<Bar> {
  const { stderr } = surroundings;
  if (output.json || !stderr.isTTY) return NONE;
  const { default: progress } = await import('cli-progress');
  const format = '{bar} {percentage}% of {size} MB';
  const bar = new progress.SingleBar({ stream: stderr, format, clearOnComplete: true, fps: 5 });
  bar.start(1, 0, { size: '…' });
  return {
    show(done, of) {
      bar.setTotal(Math.max(of, done, 1)); // how much there is, is known about only
      bar.update(done, { size: (of / 1e6).toFixed(1) });
    },
    end: () => bar.stop(),
  };
}
