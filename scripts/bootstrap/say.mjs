/** Everything a person reads from these scripts is a plain line, and every failure one or two sentences. */

/** A failure that was foreseen: its message is already written for the person who reads it. */
export class StartError extends Error {}

/** The person asked to stop before the start was complete; there is nothing to explain. */
export class Interrupted extends Error {}

export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

export function complain(error) {
  if (!(error instanceof Interrupted)) process.stderr.write(`${explain(error)}\n`);
}

export function diskFull(what) {
  return new StartError(
    `The disk is full: ${what} could not be written. Free some space and start again; nothing was damaged.`,
  );
}

export function explain(error) {
  if (error instanceof StartError) return error.message;
  const path = error.path ?? 'a file';
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path).message;
    case 'EROFS':
      return `${path} is on a read-only file system. Set CONCLAVE_STATE_DIR to a folder that can be written.`;
    case 'EACCES':
    case 'EPERM':
      return `No permission for ${path}. Start as the user it belongs to, or set CONCLAVE_STATE_DIR to a folder of your own.`;
    default:
      return `Conclave could not start: ${error.message ?? error}`;
  }
}

// A closed pipe (`npm start | head`) or terminal must not take the services down half-stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
