/** A Lua script on one connection: whoever asks while others are on their way goes with the next, all in one write. */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { later } from './system.ts';

interface Run {
  readonly keys: readonly string[];
  readonly args: readonly string[];
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** As ioredis gives the answers of a pipeline. */
type Answer = readonly [error: Error | null, answer?: unknown];

/**
 * Of the last 16 runs, so many that did not have the connection to themselves are a crowd. Somebody who asks one thing
 * after the other, however fast, is none. In a crowd the first of a write waits for others, two milliseconds: a run
 * among many costs this process and Redis a quarter of what it costs alone (docs/performance.md).
 */
const CROWD = 4;
const LAST = 16;
const LINGER_MS = 2;
/** Runs in one write; more wait for the next. Redis answers so many small scripts in some milliseconds. */
const TOGETHER = 128;

/**
 * Each run is a command and an answer of its own. What is gathered are writes and reads, on both sides, which cost
 * more than the script: alone a run leaves at once, in a crowd it waits for the answer to those before, and a moment
 * for others. When all of them fail, what waits fails too, rather than one timeout after the other.
 */
export class ScriptRuns {
  readonly #client: Redis;
  readonly #lua: string;
  /** How Redis names a script. */
  readonly #sha: string;
  #waiting: Run[] = [];
  #underway = false;
  /** Whether each of the last runs met others; the newest first, a bit each. */
  #met = 0;

  constructor(client: Redis, lua: string) {
    this.#client = client;
    this.#lua = lua;
    this.#sha = createHash('sha1').update(lua).digest('hex');
  }

  /** The script's answer. Rejects when Redis is away, slow or refuses; then it may still have run. */
  run(keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#met = ((this.#met << 1) | Number(this.#underway)) & (2 ** LAST - 1);
      this.#waiting.push({ keys, args, resolve, reject });
      if (this.#underway) return;
      this.#underway = true;
      if (ones(this.#met) < CROWD) void this.#send();
      else later(LINGER_MS, () => void this.#send());
    });
  }

  /** Never throws. */
  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const failures = await this.#together(this.#waiting.splice(0, TOGETHER));
      const [first] = failures;
      if (first && !failures.includes(null))
        for (const { reject } of this.#waiting.splice(0)) reject(first);
    }
    this.#underway = false;
  }

  /** Settles each run; gives why each failed, or null. */
  async #together(runs: readonly Run[]): Promise<readonly (Error | null)[]> {
    const answers = await this.#answers(runs);
    return Promise.all(
      runs.map(async (run, i) => {
        const [error, answer] = answers[i] ?? [new Error('Redis gave no answer')];
        try {
          run.resolve(error ? await this.#again(run, error) : answer);
          return null;
        } catch (failure) {
          run.reject(asError(failure));
          return asError(failure);
        }
      }),
    );
  }

  /** Never rejects. */
  async #answers(runs: readonly Run[]): Promise<readonly Answer[]> {
    const [only] = runs;
    if (only && runs.length === 1) {
      const { keys, args } = only;
      const answer = this.#client.evalsha(this.#sha, keys.length, ...keys, ...args);
      return [
        await answer.then(
          (value): Answer => [null, value],
          (error: unknown): Answer => [asError(error)],
        ),
      ];
    }
    const pipeline = this.#client.pipeline();
    for (const { keys, args } of runs) pipeline.evalsha(this.#sha, keys.length, ...keys, ...args);
    const answers = await pipeline.exec().catch(asError);
    return Array.isArray(answers) ? answers : runs.map(() => [answers]);
  }

  /** A Redis that does not have the script yet is sent its text; any other error stays one. */
  #again({ keys, args }: Run, error: Error): Promise<unknown> {
    if (!error.message.startsWith('NOSCRIPT')) return Promise.reject(error);
    return this.#client.eval(this.#lua, keys.length, ...keys, ...args);
  }
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('Redis failed', { cause: error });
}
