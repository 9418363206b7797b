/** Hits in fixed windows that all nodes share: the store of rate-limit-redis on a connection that fails fast. */
import { createHash } from 'node:crypto';
import { RedisStore, type RedisReply, type SendCommandFn } from 'rate-limit-redis';
import type { Hits, HitStore } from '../kernel/index.ts';
import type { RedisLink } from './redis.ts';

type Scripts = Pick<RedisLink, 'script'>;

/**
 * A key's window begins with its first hit and lasts `windowMs` by the clock of Redis, whatever follows. A hit is one
 * command, given up after the command timeout of the connection; a second one only where Redis has lost the script.
 * Rejects when Redis is away, slow, refuses, or answers what cannot be read: never a yes.
 */
export function sharedHits(link: Scripts, windowMs: number): HitStore {
  const store = new RedisStore({ sendCommand: commandsOn(link), prefix: '' });
  void store.init({ windowMs } as Parameters<RedisStore['init']>[0]); // asks Redis nothing: see below
  return {
    async hit(key): Promise<Hits> {
      const { totalHits: hits, resetTime } = await store.increment(key);
      const resetMs = Math.max(1, Number(resetTime) - Date.now()); // the library took it from the same clock
      if (!Number.isSafeInteger(hits) || hits < 1 || !Number.isFinite(resetMs))
        throw new Error('the answer of the store is none');
      return { hits, resetMs };
    },
  };
}

/**
 * The commands of the library. It loads its scripts once, when it is made, and keeps what came of that: a Redis that
 * was away in that moment would stay away for ever. So loading is answered here, as a script's name is the SHA-1 of
 * its text, and running it sends the text as well to a Redis that does not have it.
 */
function commandsOn(link: Scripts): SendCommandFn {
  const scripts = new Map<string, ReturnType<RedisLink['script']>>();
  return async (...command) => {
    const [name, first = '', second = '', ...rest] = command;
    if (name === 'SCRIPT' && first === 'LOAD') {
      const sha = createHash('sha1').update(second).digest('hex');
      scripts.set(sha, link.script(second));
      return sha;
    }
    const run = scripts.get(first);
    if (name !== 'EVALSHA' || !run) throw new Error(`${name} is no command that counts hits`);
    const keys = Number(second);
    return (await run(rest.slice(0, keys), rest.slice(keys))) as RedisReply;
  };
}
