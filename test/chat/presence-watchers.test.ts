/** Who is told of whom: what a connection watches and what a turn tells are bounded, and nothing is told without asking again. */
import assert from 'node:assert/strict';
import type { Pair, PresenceAudience } from '../../src/chat/presence-ports.ts';
import { PresenceWatchers, WATCHED } from '../../src/chat/presence-watchers.ts';
import type { ShownPresence, UserId, WorkspaceId } from '../../src/contract/index.ts';

const workspaceId = 'a-workspace' as WorkspaceId;
const id = (n: number | string) => `person-${n}` as UserId;
const people = (count: number) => Array.from({ length: count }, (_, n) => id(n));
const shownAs = (ids: readonly UserId[], state: ShownPresence) =>
  new Map(ids.map((userId) => [userId, state]));

function made({ shares = () => true }: { shares?: (pair: Pair) => boolean } = {}) {
  const watchers = new PresenceWatchers();
  const told: string[] = [];
  const busy = new Set<string>();
  const audience: PresenceAudience = {
    has: () => true,
    tellPresence(connectionId, { userId, state }) {
      if (busy.has(connectionId)) return false;
      told.push(`${connectionId} ${userId} ${state}`);
      return true;
    },
  };
  const look = (state: ShownPresence) =>
    watchers.look(
      (_, ids) => Promise.resolve(shownAs(ids, state)),
      (_, pairs) => Promise.resolve(pairs.map(shares)),
      audience,
    );
  const watch = (connectionId: string, ids: readonly UserId[], reader = 'reader') =>
    watchers.watch(connectionId, { workspaceId, userId: id(reader) }, shownAs(ids, 'offline'));
  return { watchers, told, busy, look, watch };
}

describe('the watchers of presence', () => {
  it('are told what is different from what they were told, and that once', async () => {
    const { watchers, told, look, watch } = made();
    watch('c1', [id(1), id(2)]);
    watch('c2', [id(1)]);
    watchers.stir(workspaceId, [id(1)]);
    await look('online');
    assert.deepEqual(told, ['c1 person-1 online', 'c2 person-1 online']);
    watchers.stirAll();
    await look('online');
    assert.deepEqual(told.slice(2), ['c1 person-2 online']);
  });

  it('are not told of who shares nothing with them any more, and do not watch them any more', async () => {
    const { watchers, told, look, watch } = made({ shares: ({ reader }) => reader === id('b') });
    watch('c1', [id(1)], 'a');
    watch('c2', [id(1)], 'b');
    watchers.stir(workspaceId, [id(1)]);
    await look('online');
    assert.deepEqual([told, watchers.size], [['c2 person-1 online'], 1]);
  });

  it('are kept up to date about so many people, of whom the ones asked about first go first', async () => {
    const { watchers, told, look, watch } = made();
    for (const userId of people(WATCHED)) watch('c1', [userId]);
    watch('c1', [id(0)]); // asked about again: the newest
    watch('c1', [id('new')]);
    assert.equal(watchers.size, WATCHED);
    watchers.stir(workspaceId, [id(0), id(1), id('new')]);
    await look('away');
    assert.deepEqual(told, ['c1 person-0 away', 'c1 person-new away']);
    watchers.gone('c1');
    assert.equal(watchers.size, 0);
    assert.equal(watchers.stir(workspaceId, people(WATCHED)), false);
  });

  it('are told a bounded number in one turn, and the rest in the next ones', async () => {
    const { watchers, told, look, watch } = made();
    for (let n = 0; n < 25; n += 1) watch(`c${n}`, people(100));
    watchers.stirAll();
    assert.equal(await look('online'), true);
    assert.equal(told.length, 1_000);
    assert.equal(await look('online'), true);
    assert.equal(await look('online'), false);
    assert.equal(new Set(told).size, 2_500);
  });

  it('hear later when they have too much to take, and nothing of what nobody knows', async () => {
    const { watchers, told, busy, look, watch } = made();
    watch('c1', [id(1)]);
    busy.add('c1');
    watchers.stirAll();
    await look('online');
    busy.clear();
    watchers.stirAll();
    await look('unknown');
    assert.deepEqual(told, []);
    watchers.stirAll();
    await look('online');
    assert.deepEqual(told, ['c1 person-1 online']);
  });
});
