/** A process is known by its id together with its start time, so a reused id is never mistaken for it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Undefined when no such process runs; a process that ended and waits for its parent counts as gone. */
export function startTime(pid) {
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

export function identityOf(pid) {
  return { pid, started: startTime(pid) };
}

export function isRunning({ pid, started }) {
  return started !== undefined && startTime(pid) === started;
}

/** Linux only; elsewhere undefined. */
export function describe(pid) {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return { name, parent: Number(procStat(pid).fields[1]) };
  } catch {
    return undefined;
  }
}

function startTimeFromProc(pid) {
  try {
    const { state, fields } = procStat(pid);
    // Ticks count from boot, so two boots can repeat them; the boot's own id keeps them apart.
    return 'ZX'.includes(state) ? undefined : `${bootId()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function procStat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces and parentheses of its own.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], fields };
}

let boot;
function bootId() {
  if (boot !== undefined) return boot;
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    boot = 'boot';
  }
  return boot;
}

function startTimeFromPs(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  });
  const line = (stdout ?? '').trim();
  if (line === '' || line.startsWith('Z')) return undefined;
  return line.replace(/^\S+\s+/, '');
}
