/** Who is present on which node: a hash for each node and workspace that is gone a while after the node has gone. */
import type { RedisLink } from './redis.ts';

/** By the clock of Redis: until when this node counts. KEYS: the nodes, this one's people. ARGV: node, milliseconds. */
const STAY = `
local function stay()
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
`;

const BEAT = `${STAY}
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
stay()
return 1`;

/** ARGV from the third on: a person, and their state or nothing. The empty field is there while the node is. */
const PUT = `${STAY}
redis.call('HSET', KEYS[2], '', '1')
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i])
  else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
stay()
return 1`;

/** ARGV: what the keys of people begin with, then people. The most present of all nodes is the lowest number. */
const READ = `
if redis.call('EXISTS', KEYS[2]) == 0 then return {} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local people = {}
for i = 2, #ARGV do people[i - 1] = ARGV[i] end
local best = {}
for i = 1, #people do best[i] = '' end
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  local states = redis.call('HMGET', ARGV[1] .. node, unpack(people))
  for i, state in ipairs(states) do
    if state and (best[i] == '' or state < best[i]) then best[i] = state end
  end
end
return best`;

const DROP = `
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return 1`;

/** States are numbers, the most present the lowest; people and workspaces are keyed digests. All reject when Redis is away. */
interface PresenceRows {
  /** Keeps what this node has said for another while; false when it is gone, and has to be said again. */
  beat(workspace: string): Promise<boolean>;
  /** Says, or with null takes back, how present people of this node are; at most a few hundred at a time. */
  put(workspace: string, people: ReadonlyMap<string, number | null>): Promise<void>;
  /** How present they are, null for who is nowhere; null for the whole when what was said is gone. */
  read(workspace: string, people: readonly string[]): Promise<readonly (number | null)[] | null>;
  /** This node has nobody there any more. */
  drop(workspace: string): Promise<void>;
}

/** `node` is this start of this node and no other; what it says is gone `keptMs` after it was last heard of. */
export function presenceRows(
  link: Pick<RedisLink, 'script'>,
  { node, keptMs }: { readonly node: string; readonly keptMs: number },
): PresenceRows {
  const scripts = {
    beat: link.script(BEAT),
    put: link.script(PUT),
    read: link.script(READ),
    drop: link.script(DROP),
  };
  // One hash tag: what a script touches is in one place, also in a cluster.
  const people = (workspace: string) => `presence:{${workspace}}:on:`;
  const keys = (workspace: string) => [
    `presence:{${workspace}}:nodes`,
    `${people(workspace)}${node}`,
  ];
  return {
    beat: async (workspace) => (await scripts.beat(keys(workspace), [node, String(keptMs)])) === 1,
    async put(workspace, changes) {
      const fields = [...changes].flatMap(([person, state]) => [person, String(state ?? '')]);
      await scripts.put(keys(workspace), [node, String(keptMs), ...fields]);
    },
    async read(workspace, asked) {
      const states = await scripts.read(keys(workspace), [people(workspace), ...asked]);
      if (!Array.isArray(states)) throw new Error('the answer of the store is none');
      if (states.length !== asked.length) return null;
      return states.map((state) => (state === '' ? null : Number(state)));
    },
    async drop(workspace) {
      await scripts.drop(keys(workspace), [node]);
    },
  };
}
