/** A Redis of a test's own, to be killed, paused and flushed without anybody else noticing. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { eventually } from './bootstrap-clone.ts';
import { unusedPort } from './bootstrap-start.ts';

const PROGRAMS = ['valkey-server', 'redis-server'];

/** The server program of this machine; without one there is nothing that could be killed. */
export const redisProgram = PROGRAMS.find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

export class OwnRedis {
  readonly port: number;
  #child: ChildProcess | null = null;
  #admin: Redis | null = null;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<OwnRedis> {
    const redis = new OwnRedis(await unusedPort());
    await redis.revive();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** A connection beside those of the server under test. */
  get admin(): Redis {
    return (this.#admin ??= new Redis(this.url, { maxRetriesPerRequest: 2 }).on(
      'error',
      () => undefined, // it is killed on purpose
    ));
  }

  /** Starts it, empty, on the port it always had. */
  async revive(): Promise<void> {
    if (redisProgram === undefined) throw new Error('there is no Redis on this machine');
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', ''];
    this.#child = spawn(redisProgram, options, { stdio: 'ignore', cwd: '/' });
    await eventually('Redis answers', () => this.#accepts());
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async end(): Promise<void> {
    this.#admin?.disconnect();
    await this.kill();
  }

  #accepts(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  }
}
