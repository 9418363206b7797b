/** Up to where each channel was read on this machine: kept for the channels read last, and written now and then. */
import type { ChannelId } from '../../client/index.ts';
import type { ReadMarks } from '../screen-port.ts';
import type { CallOff, Machine } from '../surroundings.ts';
import { readPrivate, writePrivate } from './private-files.ts';

/** Channels whose marks are kept; the one marked longest ago goes first. */
const CHANNELS = 2_000;
/** From the first change to the file: reading on writes no more often than this. */
const PAUSE_MS = 1_000;

export interface KeptMarks extends ReadMarks {
  /** Writes what is not yet written. */
  flush(): void;
}

/** `failed` hears of a disk that does not take the marks; they go on in memory. */
export function readMarks(
  path: string,
  machine: Pick<Machine, 'uid' | 'later'>,
  failed: (error: unknown) => void,
): KeptMarks {
  const onDisk = () => parsed(readPrivate(path, machine));
  /** In the order in which they were made, the newest last. */
  const marks = attempt(onDisk, failed) ?? new Map<string, number>();
  const changed = new Set<string>();
  let callOff: CallOff | null = null;

  const put = (channel: string, seq: number) => {
    marks.delete(channel);
    marks.set(channel, seq);
    for (const oldest of marks.keys()) {
      if (marks.size <= CHANNELS) break;
      marks.delete(oldest);
      changed.delete(oldest);
    }
  };

  const flush = () => {
    callOff?.();
    callOff = null;
    if (changed.size === 0) return;
    attempt(() => {
      // Another process may have read on meanwhile: the mark that is further counts.
      const merged = onDisk();
      for (const [channel, seq] of marks) {
        if (!changed.has(channel)) continue;
        const further = Math.max(seq, merged.get(channel) ?? 0);
        merged.delete(channel);
        merged.set(channel, further);
      }
      const newest = [...merged].slice(-CHANNELS);
      writePrivate(path, JSON.stringify(Object.fromEntries(newest)));
      changed.clear();
    }, failed);
  };

  return {
    read: (channelId: ChannelId) => marks.get(channelId) ?? 0,
    write(channelId: ChannelId, seq: number) {
      if (!Number.isSafeInteger(seq) || seq <= (marks.get(channelId) ?? 0)) return;
      put(channelId, seq);
      changed.add(channelId);
      callOff ??= machine.later(PAUSE_MS, flush);
    },
    flush,
  };
}

function parsed(text: string | null): Map<string, number> {
  try {
    const entries = Object.entries(JSON.parse(text ?? '{}') as Record<string, unknown>);
    return new Map(
      entries.filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])),
    );
  } catch {
    return new Map(); // a mark that is lost shows a message as new once more
  }
}

function attempt<T>(act: () => T, failed: (error: unknown) => void): T | null {
  try {
    return act();
  } catch (error) {
    failed(error);
    return null;
  }
}
