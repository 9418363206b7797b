/** Where a profile's time was spent: the functions in which it was on top most often. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CpuProfile } from './inspector.ts';

export interface HotSpot {
  readonly name: string;
  /** Within the project; of a package its name and file; of V8 and Node what they call it. */
  readonly file: string;
  /** Of the time in which it was not idle. */
  readonly share: number;
}

/** V8's name for the time in which there was nothing to do. */
const IDLE = '(idle)';

/** The `count` functions with the most time of their own, of several profiles together; idle time is left out. */
export function hotSpots(
  profiles: readonly CpuProfile[],
  root: string,
  count: number,
): readonly HotSpot[] {
  const times = new Map<string, { name: string; file: string; time: number }>();
  let busy = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    for (const [i, id] of samples.entries()) {
      const frame = frames.get(id);
      const time = timeDeltas[i] ?? 0;
      if (!frame || frame.functionName === IDLE) continue;
      busy += time;
      const name = frame.functionName || '(anonymous)';
      const file = fileOf(frame.url, root);
      const spot = times.get(`${name} ${file}`) ?? { name, file, time: 0 };
      spot.time += time;
      times.set(`${name} ${file}`, spot);
    }
  }
  return [...times.values()]
    .sort((a, b) => b.time - a.time)
    .slice(0, count)
    .map(({ name, file, time }) => ({ name, file, share: time / busy }));
}

function fileOf(url: string, root: string): string {
  if (url === '') return 'V8';
  if (!url.startsWith('file:') && !url.startsWith('/')) return url;
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const [, inPackage] = /^.*\/node_modules\/(.+)$/.exec(path) ?? [];
  return inPackage ?? relative(root, path);
}
