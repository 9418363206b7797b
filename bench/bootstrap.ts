/** The start scripts are plain JavaScript, so that they run before anything is installed; here are their types. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';

export type Environment = Record<string, string>;

export interface Identity {
  readonly kind: string;
  readonly pid: number;
  readonly started: string;
}

export interface Child {
  readonly process: ChildProcess;
  readonly identity: Identity;
  readonly exited: Promise<{ code?: number | null; cause?: string | null; error?: Error }>;
}

export interface Children {
  /** `log` is a file that takes what a stream named 'log' in `stdio` says. */
  start(
    kind: 'server' | 'load',
    command: string,
    args: readonly string[],
    options?: Omit<SpawnOptions, 'stdio'> & { log?: string; stdio?: readonly string[] },
  ): Child;
}

export interface House {
  readonly env: Environment;
  readonly services: {
    readonly postgres?: { readonly version: string; readonly data: string };
    readonly redis?: { readonly program: string };
  };
  readonly children: Children;
  /** Resolves with what went wrong when a service ends by itself. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

interface Bootstrap {
  readonly 'bring-up': {
    readonly bringUp: (options: {
      root: string;
      env: Environment;
      say: (line: string) => void;
      stateDir: string;
      signal: AbortSignal;
    }) => Promise<House>;
  };
  readonly children: {
    readonly end: (identity: Identity) => Promise<void>;
    readonly readRecord: (file: string) => readonly Identity[];
  };
  readonly endings: {
    readonly aborted: (signal: AbortSignal) => Promise<void>;
    readonly endOnSignals: (by: { say: (line: string) => void }) => AbortSignal;
  };
  readonly build: {
    readonly build: (root: string, by: { say: (line: string) => void }) => Promise<void>;
    readonly needsBuild: (root: string) => boolean;
  };
  readonly generate: { readonly needsGenerate: (root: string) => boolean };
  readonly install: { readonly needsInstall: (root: string) => boolean };
  readonly ports: { readonly freePort: () => Promise<number> };
  readonly say: {
    readonly complain: (error: unknown) => void;
    readonly Interrupted: new () => Error;
    readonly StartError: new (message: string) => Error;
  };
  readonly server: {
    readonly migrate: (by: { root: string; house: House; quiet: boolean }) => Promise<void>;
  };
  readonly 'test-state': {
    readonly newTestState: () => string;
    readonly removeAbandonedStates: () => Promise<void>;
  };
}

/** One of scripts/bootstrap, by its name. */
export async function bootstrap<Name extends keyof Bootstrap>(
  name: Name,
): Promise<Bootstrap[Name]> {
  const url = new URL(`../scripts/bootstrap/${name}.mjs`, import.meta.url);
  return (await import(url.href)) as Bootstrap[Name];
}
