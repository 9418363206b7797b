/** Whether the machine is fit: the version of Node, the room on the disk, and clocks that agree with those of the services. */
import { statfs } from 'node:fs/promises';
import { failed, ok, warning, type Finding } from './finding.ts';

export interface Room {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

const GIB = 2 ** 30;
/** Below these the log of a busy day may fill the disk; Postgres stops at the last byte. */
const ROOM = { warning: 5 * GIB, failed: 0.5 * GIB };
/**
 * Packets between nodes open within 30 seconds of their time, and tokens are believed to the second: two seconds off
 * is a clock that nobody keeps, half a minute is one by which nodes do not hear each other.
 */
const SKEW_MS = { warning: 2_000, failed: 30_000 };

export async function roomAt(path: string): Promise<Room> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

export function judgeRoom(path: string, { freeBytes, totalBytes }: Room): Finding {
  const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
  const found = `${gib(freeBytes)} of ${gib(totalBytes)} free at ${path}`;
  const advice = 'Make room, or move what is kept there to a larger disk.';
  if (freeBytes < ROOM.failed) return failed('disk', found, advice);
  return freeBytes < ROOM.warning ? warning('disk', found, advice) : ok('disk', found);
}

/** `engines` is the range of package.json: `>=20.20`. */
export function judgeNode(version: string, engines: string): Finding {
  const numbers = (text: string) => text.split('.').map((part) => Number(/\d+/.exec(part)?.[0]));
  const [major = 0, minor = 0] = numbers(version);
  const [leastMajor = 0, leastMinor = 0] = numbers(engines);
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (isEnough) return ok('node', `Node ${version}`);
  return failed('node', `Node ${version}`, `Install a Node that is ${engines}.`);
}

/** `offMs` is how far the service is ahead of this machine; `roundMs` how long it took to ask. */
export function judgeSkew(check: string, offMs: number, roundMs: number): Finding {
  const off = Math.max(0, Math.abs(offMs) - roundMs / 2);
  const found = `${Math.round(off)} ms between its clock and the one here`;
  const advice = 'Let both machines keep their time by NTP.';
  if (off >= SKEW_MS.failed) return failed(check, found, advice);
  return off >= SKEW_MS.warning ? warning(check, found, advice) : ok(check, found);
}
