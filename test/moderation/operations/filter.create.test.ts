/** Filters in force: refused, reported or counted, in a channel or in all, for posts and edits, and never quoted. */
import assert from 'node:assert/strict';
import type { FilterAction } from '../../../src/contract/index.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { World } from '../../support/world.ts';
import {
  assertSealed,
  audited,
  changesNothing,
  hiddenChannels,
  misshapen,
  row,
  rows,
} from '../../chat/support.ts';
import { fresh, scene, type Scene } from '../support.ts';

const EDIT_WINDOW_MS = 5 * 60_000;

describe('filter.create', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create({ environment: { EDIT_WINDOW_MINUTES: '5' } });
  });
  beforeEach(async () => {
    s = await scene(world);
  });
  after(() => world.end());

  const filter = (action: FilterAction, text: string, more: object = {}) => {
    const input = { channelId: s.channelId, kind: 'word', action, text, ...more } as const;
    return s.keeper.call('filter.create', input);
  };
  const says = (text: string) => s.bob.send(s.channelId, text, world.clientId());

  it('refuses posts and edits, stores nothing, and does not say what it found', async () => {
    await filter('refuse', 'canary').accepted();
    fresh(world);
    const { channelId, messageId, bob } = s;
    await changesNothing(world, async () => {
      const no = await says('a CANARY, here').refused('filtered');
      assert.equal(no.detail, undefined);
      const edit = { channelId, messageId, body: 'canary' };
      await bob.call('message.edit', edit).refused('filtered');
    });
    await says('canaries').accepted();
  });

  it('is sealed, audited without its text, and counts what it found', async () => {
    const made = await filter('count', 'canary').accepted();
    fresh(world);
    await says('a canary').accepted();
    const text =
      'SELECT f.*, f::text AS whole, text_sealed AS personal_sealed FROM content_filter f WHERE id = $1';
    assertSealed(await row(world, text, made.id), 'canary');
    const [event] = await audited(world, 'filter.create', made.id);
    assert.ok(!String(event?.['whole']).includes('canary'));
    const { channelId, keeper } = s;
    for (let hits = 0; hits === 0;) {
      const { filters } = await keeper.call('filter.list', { channelId }).accepted();
      hits = filters[0]?.hits ?? 0;
    }
  });

  it('that flags lets through and reports, once, as nobody', async () => {
    await filter('flag', 'canary').accepted();
    fresh(world);
    const sent = await says('a canary').accepted();
    const { channelId, keeper } = s;
    for (let found = 0; found === 0;) {
      const { reports } = await keeper.call('report.list', { channelId }).accepted();
      found = reports.length;
      for (const report of reports)
        assert.deepEqual(
          [report.messageId, report.category, report.reporterId, report.message?.body],
          [sent.id, 'filter', null, 'a canary'],
        );
    }
  });

  /** Until the first look for a flagged message found it not, or not changed. */
  const looked = async (messageId?: string) => {
    const text = `SELECT FROM graphile_worker._private_jobs
      WHERE payload -> 'about' ->> 'channelId' = $1 AND (payload -> 'about' ->> 'looks')::int = 1
        AND ($2::text IS NULL OR payload -> 'about' ->> 'messageId' = $2)`;
    while ((await rows(world, text, s.channelId, messageId ?? null)).length === 0);
  };

  it('that flags reports what is stored only later', async () => {
    await filter('flag', 'canary').accepted();
    fresh(world);
    const { channelId, keeper } = s;
    const hold = await world.database.connect();
    try {
      await hold.query('BEGIN');
      await hold.query('SELECT 1 FROM channel WHERE id = $1 FOR UPDATE', [channelId]);
      const sending = says('a canary').accepted();
      await looked();
      await hold.query('COMMIT');
      const { id } = await sending;
      const text = 'SELECT message_id FROM report WHERE channel_id = $1';
      let found: readonly Record<string, unknown>[] = [];
      while (found.length === 0) found = await rows(world, text, channelId);
      assert.deepEqual(found, [{ message_id: id }]);
    } finally {
      hold.release();
    }
    assert.equal((await keeper.call('report.list', { channelId }).accepted()).reports.length, 1);
  });

  it('that flags reports no text for the change of it that was refused', async () => {
    await filter('flag', 'canary').accepted();
    const { channelId, messageId, bob, keeper } = s;
    world.clock.forward(EDIT_WINDOW_MS + 1);
    const edit = { channelId, messageId, body: 'a canary' };
    await bob.call('message.edit', edit).refused('edit_window_closed');
    await looked(messageId);
    assert.equal((await keeper.call('report.list', { channelId }).accepted()).reports.length, 0);
  });

  it('for all channels is for admins, and holds in every channel', async () => {
    const admin = await world.person('Admin', { role: 'admin' });
    const input = { kind: 'link', action: 'refuse', text: 'bad.example' } as const;
    await s.keeper.call('filter.create', input).refused('forbidden');
    await s.staff.call('filter.create', input).refused('forbidden');
    const made = await admin.call('filter.create', input).accepted();
    assert.equal(made.channelId, null);
    fresh(world);
    await says('look at https://www.bad.example/').refused('filtered');
    await admin.http('DELETE', `/v1/filters/${made.id}`).accepted();
    fresh(world);
    await says('look at https://www.bad.example/').accepted();
  });

  it('tells strangers nothing, and leaves the answer to what was sent before', async () => {
    const { channelId, bob } = s;
    const clientId = world.clientId();
    const sent = await bob.send(channelId, 'canary', clientId).accepted();
    await filter('refuse', 'canary').accepted();
    fresh(world);
    assert.equal((await bob.send(channelId, 'canary', clientId).accepted()).id, sent.id);
    const stranger = await world.person('Stranger');
    await stranger.send(channelId, 'canary', world.clientId()).refused('not_found');
    await s.alice.call('member.remove', { channelId, userId: bob.userId }).accepted();
    await bob.send(channelId, 'canary', world.clientId()).refused('not_found');
  });

  it('judges the edits of those who may edit, though they may not post', async () => {
    const { channelId, messageId, alice, bob } = s;
    await filter('refuse', 'canary').accepted();
    fresh(world);
    const deny = { channelId, userId: bob.userId, effect: 'deny' } as const;
    await alice.call('override.set', { ...deny, permission: 'message.send' }).accepted();
    const edit = { channelId, messageId, body: 'a canary' };
    await changesNothing(world, () => bob.call('message.edit', edit).refused('filtered'));
    await bob.call('message.edit', { ...edit, body: 'a sparrow' }).accepted();
    await alice.call('override.set', { ...deny, permission: 'message.edit.own' }).accepted();
    await bob.call('message.edit', edit).refused('forbidden');
  });

  it('lets through nothing that it did not judge: not what overtakes its author on the way in', async () => {
    const { alice, bob } = s;
    const { id: channelId } = await world.channel(alice, [bob], { kind: 'public' });
    await bob.send(channelId, 'goodbye', world.clientId()).accepted();
    await bob.call('member.leave', { channelId }).accepted();
    const input = { channelId, kind: 'word', action: 'refuse', text: 'canary' } as const;
    await alice.call('filter.create', input).accepted();
    fresh(world);
    const holder = await world.database.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM channel WHERE id = $1 FOR NO KEY UPDATE', [channelId]);
      const joining = bob.http('POST', `/v1/channels/${channelId}/join`, {});
      await eventually('the join waits for the channel', async () => {
        const { rowCount } = await world.database.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        );
        return (rowCount ?? 0) > 0;
      });
      await bob.send(channelId, 'a canary', world.clientId()).refused('forbidden');
      await holder.query('COMMIT');
      await joining.accepted();
    } finally {
      holder.release();
    }
    await bob.send(channelId, 'a canary', world.clientId()).refused('filtered');
  });

  it('is refused as too_many_filters where a message would cost too much', async () => {
    const input = { kind: 'pattern' } as const;
    await filter('count', 'a{1,80}', input).accepted();
    await filter('count', 'b{1,80}', input).refused('too_many_filters');
    await filter('count', 'b+', input).accepted();
    for (const text of ['(a|a){500}', '\\pL{1000}'.repeat(20)])
      await filter('count', text, input).refused('too_many_filters');
    await filter('count', '(((a{0,9}){0,9}){0,9}){0,9}', input).refused('invalid_input');
  });

  it('answers the longest message at once that a backtracking engine would never be done with', async () => {
    await filter('refuse', '(a+)+$', { kind: 'pattern' }).accepted();
    fresh(world);
    await says(`${'a'.repeat(3_999)}!`).accepted();
    await says('a'.repeat(4_000)).refused('filtered');
  });

  it('is forbidden to members, not_found where the channel is not seen, and takes no nonsense', async () => {
    const input = { channelId: s.channelId, kind: 'word', action: 'count', text: 'x' } as const;
    await s.carol.call('filter.create', input).refused('forbidden');
    await s.staff.call('filter.create', input).refused('not_found');
    for (const channelId of Object.values(await hiddenChannels(world)))
      await s.keeper.call('filter.create', { ...input, channelId }).refused('not_found');
    await misshapen(world, s.keeper, 'filter.create', input, {
      'two words': { text: 'two words' },
      'a pattern that is none': { kind: 'pattern', text: '(' },
      'a pattern of 201 characters': { kind: 'pattern', text: 'x'.repeat(201) },
      'an address for a domain': { kind: 'link', text: 'https://bad.example' },
    });
  });
});
