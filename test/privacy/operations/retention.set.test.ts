/** How long something is kept is set with a password and a reason, within bounds, and counts from the next run on. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId } from '../../../src/contract/index.ts';
import { assertSealed, audited, misshapen, quietChannel } from '../../chat/support.ts';
import { AgeingWorld } from '../retention/ageing-world.ts';
import { authorAs } from '../support.ts';

describe('retention.set', () => {
  let at: AgeingWorld;
  before(async () => {
    at = await AgeingWorld.create();
  });
  after(() => at.end());

  const set = (more: object) =>
    at.boss.person.call('retention.set', {
      ...{ kind: 'messages', days: 30, reason: 'canary: a rule' },
      ...{ password: at.boss.resident.password, ...more },
    });
  /** Five posts, fifty days old. */
  const old = async (): Promise<ChannelId> => {
    const { id } = await quietChannel(at.world, at.bob, [], { sayings: ['1', '2', '3', '4', '5'] });
    await at.ageing.ages(id, 50);
    return id;
  };
  const left = async (...channels: readonly ChannelId[]) => {
    await at.ageing.node().run(await at.ageing.asked());
    return Promise.all(channels.map(async (id) => (await at.ageing.seqs(id)).length));
  };

  it('in a channel holds there and nowhere else, until it is taken back', async () => {
    const [one, two] = [await old(), await old()];
    assert.deepEqual(await set({ channelId: one }).accepted(), { before: null });
    const [event] = await audited(at.world, 'retention.set', one);
    assert.deepEqual(event?.['details'], { kind: 'messages', days: 30, before: null });
    assertSealed(event, 'canary');
    assert.deepEqual(await left(one, two), [0, 5]);
    assert.deepEqual(await set({ channelId: one, days: null }).accepted(), { before: 30 });
    const { channels } = await at.boss.person.call('retention.read', {}).accepted();
    assert.deepEqual(channels, []);
  });

  it('for ever, in a channel, holds against the workspace', async () => {
    const [kept, gone] = [await old(), await old()];
    await set({ channelId: kept, days: 0 }).accepted();
    await set({ days: 20 }).accepted();
    assert.deepEqual(await left(kept, gone), [5, 0]);
    await set({ days: null }).accepted();
  });

  it('is within bounds, of a channel only for messages, and with a reason', async () => {
    const good = {
      kind: 'messages',
      days: 30,
      reason: 'a rule',
      password: at.boss.resident.password,
    };
    await misshapen(at.world, at.boss.person, 'retention.set', good, {
      'less than a message may be repeated': { days: 7 },
      'less than nothing': { days: -1 },
      'more than a hundred years': { days: 36_501 },
      'a channel of sessions': { kind: 'access-logs', channelId: randomUUID() },
      'no reason': { reason: '' },
      'an unheard kind': { kind: 'files' },
    });
  });

  it('is refused as invalid_credentials without the password, and as forbidden to others', async () => {
    await set({ password: 'Wrong-1234' }).refused('invalid_credentials');
    await set({ channelId: randomUUID() }).refused('not_found');
    for (const role of ['user', 'moderator', 'auditor'] as const) {
      const { person, resident } = await authorAs(at.world, role);
      const { password } = resident;
      const input = { kind: 'messages', days: 30, reason: 'x', password } as const;
      await person.call('retention.set', input).refused('forbidden');
    }
  });
});
