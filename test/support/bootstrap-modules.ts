/** The start scripts are plain JavaScript, so that they run before anything is installed; here are their types. */
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

interface Bootstrap {
  readonly children: { readonly runPlainly: Run };
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
  readonly lock: {
    readonly tryLock: (path: string) => { release?: () => void; holder?: Identity };
  };
  readonly paths: { readonly sharedFolder: (key: string) => string };
  readonly 'process-identity': { readonly identityOf: (pid: number) => Identity };
  readonly secrets: {
    readonly ensureSecrets: (options: {
      folder: string;
      env: Record<string, string>;
      dataExists?: string;
    }) => Record<string, string>;
  };
}

export async function bootstrap<Name extends keyof Bootstrap>(
  name: Name,
): Promise<Bootstrap[Name]> {
  const url = new URL(`../../scripts/bootstrap/${name}.mjs`, import.meta.url);
  return (await import(url.href)) as Bootstrap[Name];
}
