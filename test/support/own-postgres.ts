/** A Postgres of this test alone, durable as in production, which it may stop in any way and which comes back with its data. */
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bootstrap, type Children } from './bootstrap-modules.ts';
import { project } from './bootstrap-clone.ts';
import { unusedPort } from './bootstrap-start.ts';

/** How Postgres is ended: politely, without a checkpoint, or as when the machine fails. */
export type PostgresEnd = 'fast' | 'immediate' | 'kill';
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;

const ATTEMPTS = 40;
const AGAIN_MS = 250;

export class OwnPostgres {
  readonly port: number;
  readonly #stateDir: string;
  #url = '';
  #children: Children | null = null;
  #process: ChildProcess | null = null;
  #begin: () => Promise<void> = () => Promise.resolve();
  #release: () => void = () => undefined;
  #outside: string | null = null;

  private constructor(port: number, stateDir: string) {
    this.port = port;
    this.#stateDir = stateDir;
  }

  /** A new, empty database with fsync on; its folder is removed at the end, or by the next test run. */
  static async start(): Promise<OwnPostgres> {
    const { newTestState } = await bootstrap('test-state');
    const postgres = new OwnPostgres(await unusedPort(), newTestState());
    await postgres.#prepare();
    await postgres.begin();
    return postgres;
  }

  /** As the owner of its tables, who may migrate. */
  get url(): string {
    return this.#url;
  }

  /** After a crash the old processes may still hold the data for a moment: it is tried until they are gone. */
  async begin(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#begin();
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await pause(AGAIN_MS);
      }
    }
  }

  async stop(how: PostgresEnd): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#process = null;
    const gone = new Promise((resolve) => process.once('exit', resolve));
    process.kill(SIGNALS[how]);
    await gone;
  }

  async end(): Promise<void> {
    await this.stop('immediate');
    await this.#children?.stop();
    this.#release();
    for (const folder of [this.#stateDir, this.#outside])
      if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #prepare(): Promise<void> {
    const stateDir = this.#stateDir;
    const { openState, serviceHome } = await bootstrap('paths');
    const { tryLock } = await bootstrap('lock');
    const { openChildren } = await bootstrap('children');
    const { postgresBinaries } = await bootstrap('postgres-binaries');
    const { ensureData } = await bootstrap('postgres-data');
    const { postgresPassword } = await bootstrap('secrets');
    const { startPostgres } = await bootstrap('postgres');
    const folders = openState(stateDir);
    this.#release = tryLock(join(folders.run, 'start.json')).release ?? this.#release;
    const children = openChildren(join(folders.run, 'services.json'));
    this.#children = children;
    const { user, home } = serviceHome({ root: project, stateDir });
    if (home !== stateDir) this.#outside = home;
    const binaries = postgresBinaries({ root: project, user });
    const password = postgresPassword(folders.secrets);
    const durable = true;
    await ensureData({ home, binaries, user, password, durable, run: children.run });
    this.#begin = async () => {
      const { url } = await startPostgres({
        home,
        binaries,
        user,
        password,
        durable,
        earlier: [],
        env: { CONCLAVE_POSTGRES_PORT: String(this.port) },
        folders,
        children: {
          ...children,
          start: (...command) => {
            const child = children.start(...command);
            this.#process = child.process;
            return child;
          },
          watch: () => undefined, // its end is what the test is about
        },
      });
      this.#url = url;
    };
  }
}
