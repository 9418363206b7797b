/** The start scripts are plain JavaScript, so that they run before anything is installed; here are their types. */
import type { ChildProcess } from 'node:child_process';

type Run = (
  kind: string,
  command: string,
  args: string[],
  options?: object,
) => Promise<{ code: number; output: string }>;
type Say = (line: string) => void;

export interface Identity {
  readonly pid: number;
  readonly started: string;
}

/** The processes that a start is responsible for. */
export interface Children {
  readonly run: Run;
  readonly start: (
    kind: string,
    command: string,
    args: string[],
    options?: object,
  ) => { readonly process: ChildProcess };
  readonly watch: (child: object, describe: () => string) => void;
  readonly stop: () => Promise<void>;
}

/** Undefined: the services run as whoever runs the tests. */
type User = { readonly uid: number; readonly gid: number } | undefined;
interface Folders {
  readonly state: string;
  readonly run: string;
  readonly log: string;
  readonly secrets: string;
}
interface Data {
  readonly home: string;
  readonly binaries: object;
  readonly user: User;
  readonly password: object;
  readonly durable: boolean;
}

interface Bootstrap {
  readonly build: {
    readonly needsBuild: (root: string) => boolean;
    readonly build: (root: string, by: { say: Say }) => Promise<void>;
  };
  readonly children: {
    readonly runPlainly: Run;
    readonly openChildren: (record: string) => Children;
  };
  readonly generate: {
    readonly needsGenerate: (root: string) => boolean;
    readonly generate: (root: string, by: { say: Say; run: Run }) => Promise<void>;
    readonly fingerprint: (root: string) => string;
    readonly stampOf: (root: string) => string;
  };
  readonly hydrate: { readonly hydrate: (packageFolder: string) => void };
  readonly install: {
    readonly needsInstall: (root: string, options?: { dev?: boolean }) => boolean;
    readonly install: (root: string, by: { say: Say; run: Run }) => Promise<void>;
  };
  readonly join: {
    readonly recordHouse: (run: string, of: { env: object; added: object }) => () => void;
  };
  readonly lanes: {
    readonly dealt: (folder: string, without: string, lanes: number) => string[][];
    readonly keepCosts: (folder: string, written: readonly string[]) => void;
  };
  readonly lock: {
    readonly tryLock: (path: string) => { release?: () => void; holder?: Identity };
  };
  readonly paths: {
    readonly sharedFolder: (key: string) => string;
    readonly openState: (stateDir: string) => Folders;
    readonly serviceHome: (of: { root: string; stateDir: string }) => { user: User; home: string };
  };
  readonly postgres: {
    readonly startPostgres: (
      options: Data & {
        earlier: readonly Identity[];
        env: Record<string, string>;
        folders: Folders;
        children: Children;
      },
    ) => Promise<{ readonly url: string }>;
  };
  readonly 'postgres-binaries': {
    readonly postgresBinaries: (of: { root: string; user: User }) => object;
  };
  readonly 'postgres-data': {
    readonly ensureData: (options: Data & { run: Run }) => Promise<void>;
  };
  readonly 'process-identity': { readonly identityOf: (pid: number) => Identity };
  readonly secrets: {
    readonly ensureSecrets: (options: {
      folder: string;
      env: Record<string, string>;
      dataExists?: string;
    }) => Record<string, string>;
    readonly postgresPassword: (folder: string) => object;
  };
  readonly 'test-state': { readonly newTestState: () => string };
}

export async function bootstrap<Name extends keyof Bootstrap>(
  name: Name,
): Promise<Bootstrap[Name]> {
  const url = new URL(`../../scripts/bootstrap/${name}.mjs`, import.meta.url);
  return (await import(url.href)) as Bootstrap[Name];
}
