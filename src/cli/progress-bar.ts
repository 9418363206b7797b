/** How far a long command is, as a bar on standard error: only for people, and only at a terminal. */
import type { Desk } from './desk.ts';

export interface Bar {
  readonly show: (done: number, of: number) => void;
  /** Leaves the line clean. */
  readonly end: () => void;
}

const NONE: Bar = { show: () => undefined, end: () => undefined };

/** What is counted, as it is shown beside the bar. */
export interface Unit {
  readonly name: string;
  readonly of: (count: number) => string;
}

const MEGABYTES: Unit = { name: 'MB', of: (bytes) => (bytes / 1e6).toFixed(1) };

export async function barOn(
  { output, surroundings }: Pick<Desk, 'output' | 'surroundings'>,
  unit = MEGABYTES,
): Promise<Bar> {
  const { stderr } = surroundings;
  if (output.json || !stderr.isTTY) return NONE;
  const { default: progress } = await import('cli-progress');
  const format = `{bar} {percentage}% of {size} ${unit.name}`;
  const bar = new progress.SingleBar({ stream: stderr, format, clearOnComplete: true, fps: 5 });
  bar.start(1, 0, { size: '…' });
  return {
    show(done, of) {
      bar.setTotal(Math.max(of, done, 1)); // how much there is, is known about only
      bar.update(done, { size: unit.of(of) });
    },
    end: () => bar.stop(),
  };
}
