/** What typing may cost a node is bounded for each second, whatever the size of the rooms; without a lease nothing is told. */
import assert from 'node:assert/strict';
import type { ChannelId, UserId } from '../../src/contract/index.ts';
import { typingTold } from '../../src/wiring/ephemeral.ts';
import { HandClock } from '../support/hand-clock.ts';

describe('telling of typing', () => {
  const userId = 'a-user' as UserId;
  const made = (sizes: Record<string, number>) => {
    const clock = new HandClock();
    const told: string[] = [];
    const lease = { held: true };
    const tell = typingTold({
      clock,
      lease: { mayDeliver: () => lease.held } as never,
      rooms: {
        size: (id) => sizes[id] ?? 0,
        typing: (id) => void told.push(id),
      },
    });
    const typing = (id: string) => tell({ effect: 'typing', channelId: id as ChannelId, userId });
    return { clock, told, lease, typing };
  };

  it('stops when a second has had its share, and goes on in the next', () => {
    const { clock, told, typing } = made({ big: 3_000, small: 10 });
    for (const room of ['big', 'big', 'small', 'big']) typing(room);
    assert.deepEqual(told, ['big', 'small']);
    clock.forward(1_000);
    typing('big');
    assert.deepEqual(told, ['big', 'small', 'big']);
  });

  it('leaves out rooms that are larger than that, and those that nobody is in', () => {
    const { told, typing } = made({ huge: 5_001, whole: 5_000 });
    for (const room of ['huge', 'empty', 'whole']) typing(room);
    assert.deepEqual(told, ['whole']);
  });

  it('tells nothing while the node may not deliver', () => {
    const { told, lease, typing } = made({ small: 10 });
    lease.held = false;
    typing('small');
    assert.deepEqual(told, []);
  });
});
