/** CPU and memory of processes as the kernel counts them, with all their children, those that ended included. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Ticks a second in /proc: the kernel's USER_HZ, 100 on every architecture that Node runs on (man 5 proc). */
const TICKS = 100;

/** Places after the name in /proc/PID/stat (man 5 proc, counted from the state, which is 0). */
const PARENT = 1;
const TIMES = [11, 12, 13, 14]; // user and system, then those of children that ended and were waited for

interface Process {
  readonly parent: number;
  readonly ticks: number;
}

/** User and system seconds that the process and all that descend from it have used so far. */
export function cpuSeconds(root: number): number {
  const all = processes();
  const of = (pid: number): number => {
    const own = all.get(pid)?.ticks ?? 0;
    const children = [...all].filter(([, { parent }]) => parent === pid);
    return children.reduce((sum, [child]) => sum + of(child), own);
  };
  return of(root) / TICKS;
}

/** The most memory that the process alone has held, in MiB, since its start or since `forgetPeak`. */
export function peakMemory(pid: number): number {
  return statusMiB(pid, 'VmHWM');
}

/** What the process alone holds now, in MiB. */
export function memory(pid: number): number {
  return statusMiB(pid, 'VmRSS');
}

/** From now on the peak is counted anew (man 5 proc, clear_refs: 5). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function statusMiB(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
}

function processes(): Map<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat) found.set(Number(name), stat);
  }
  return found;
}

function statOf(pid: string): Process | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses of its own.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = TIMES.reduce((sum, place) => sum + Number(fields[place]), 0);
    return { parent: Number(fields[PARENT]), ticks };
  } catch {
    return null; // it ended while the folder was read
  }
}
