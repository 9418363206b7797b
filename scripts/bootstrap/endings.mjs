/** Every way a person or the system can end us becomes the same single, orderly stop. */
import { describe, identityOf, isRunning } from './process-identity.mjs';

const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'busybox']);

/** Gives an AbortSignal; the signals after the first change nothing, so an impatient Ctrl-C damages nothing. */
export function endOnSignals({ say }) {
  const ending = new AbortController();
  const stop = (line) => {
    if (ending.signal.aborted) return;
    if (line) say(line);
    ending.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop('Stopping …'));
  if (process.env.npm_lifecycle_event) watchNpm(() => stop());
  return ending.signal;
}

export function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** When npm is killed nobody can press Ctrl-C any more. */
function watchNpm(onGone) {
  const parent = process.ppid;
  if (parent <= 1) return;
  const watched = betweenUsAndNpm(parent).map(identityOf);
  const timer = setInterval(() => {
    if (process.ppid === parent && watched.every(isRunning)) return;
    clearInterval(timer);
    onGone();
  }, 500);
  timer.unref();
}

/** Some shells stay between npm and us, and would hide its end. */
function betweenUsAndNpm(parent) {
  const shell = describe(parent);
  return SHELLS.has(shell?.name) && shell.parent > 1 ? [parent, shell.parent] : [parent];
}
