/** Everything that the command knows of the process it runs in; only src/cli/edge.ts makes it from `process`. */

export type CallOff = () => void;

/** The machine and the process, as far as files and timers need them. */
export interface Machine {
  readonly pid: number;
  readonly host: string;
  /** Who runs the process; null where files have no such owners (Windows). */
  readonly uid: number | null;
  readonly isRunning: (pid: number) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly later: (milliseconds: number, task: () => void) => CallOff;
}

export interface Surroundings {
  /** The words after the name of the command. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The home of the person, where nothing else is told. */
  readonly home: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly machine: Machine;
  /** Aborted when the process is told to end; the reason is the name of the signal. */
  readonly interrupted: AbortSignal;
}
