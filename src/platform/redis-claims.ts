/** Things that one node at a time may do, and then nobody for a while: kept by Redis alone, and lost with it. */
import type { RedisLink } from './redis.ts';

/** Whether each key was free; if so it is taken now, for that many milliseconds. */
const TAKE = `
local taken = {}
for i, key in ipairs(KEYS) do
  taken[i] = redis.call('SET', key, '1', 'PX', ARGV[1], 'NX') and 1 or 0
end
return taken`;

/**
 * Resolves with an answer for each key, in one round trip; keys of one call have the same hash tag. Rejects when Redis
 * is away, slow or refuses: then nobody has got anything.
 */
export type Claim = (keys: readonly string[], milliseconds: number) => Promise<readonly boolean[]>;

export function claims(link: Pick<RedisLink, 'script'>): Claim {
  const take = link.script(TAKE);
  return async (keys, milliseconds) => {
    const taken = await take(keys, [String(milliseconds)]);
    if (!Array.isArray(taken) || taken.length !== keys.length)
      throw new Error('the answer of the store is none');
    return taken.map((one) => one === 1);
  };
}
