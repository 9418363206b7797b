/** A Redis of this test alone, which it may kill, pause and empty, and which comes back on the same port. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { eventually } from './bootstrap-clone.ts';
import { unusedPort } from './bootstrap-start.ts';

const PASSWORD = 'the-password-of-this-test';
const EMBEDDED = fileURLToPath(
  new URL('../../scripts/bootstrap/valkey-child.mjs', import.meta.url),
);

export class OwnRedis {
  readonly url: string;
  readonly #port: number;
  #process: ChildProcess | null = null;
  readonly #clients: Redis[] = [];
  #admin: Redis | null = null;

  private constructor(port: number) {
    this.#port = port;
    this.url = `redis://:${PASSWORD}@127.0.0.1:${port}`;
  }

  static async start(): Promise<OwnRedis> {
    const redis = new OwnRedis(await unusedPort());
    await redis.begin();
    return redis;
  }

  async begin(): Promise<void> {
    this.#process = installed() ? this.#spawn(installed()) : this.#fork();
    await eventually('Redis answers', async () => {
      const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => undefined);
      const answer = await client
        .connect()
        .then(() => client.ping())
        .catch(() => '');
      client.disconnect();
      return answer === 'PONG';
    });
  }

  /** As if the machine had gone: nothing is said to anybody. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#process = null;
    const gone = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await gone;
  }

  /** A plain client, as anybody who knows the password could have it. */
  client(options: { readonly commandTimeout?: number } = {}): Redis {
    const client = new Redis(this.url, { ...options, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  /** A connection beside those of the server under test. */
  get admin(): Redis {
    return (this.#admin ??= this.client());
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill();
  }

  #spawn(program: string): ChildProcess {
    const port = String(this.#port);
    const options = ['--port', port, '--requirepass', PASSWORD, '--save', '', '--dir', tmpdir()];
    return spawn(program, ['--bind', '127.0.0.1', ...options], { stdio: 'ignore' });
  }

  #fork(): ChildProcess {
    const child = fork(EMBEDDED, { stdio: 'ignore', execArgv: [] });
    child.send({ port: this.#port, password: PASSWORD, memory: '64mb' });
    return child;
  }
}

function installed(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const programs = ['valkey-server', 'redis-server'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return programs.find((program) => existsSync(program)) ?? '';
}
