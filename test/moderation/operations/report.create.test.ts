/** Reporting: by whoever may read the message, once, by reference; for all others the message does not exist. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId, MessageId } from '../../../src/contract/index.ts';
import { World } from '../../support/world.ts';
import {
  allRefused,
  assertSealed,
  audited,
  hiddenChannels,
  misshapen,
  row,
  rows,
  UNACCEPTABLE_TEXT,
} from '../../chat/support.ts';
import { scene, type Scene } from '../support.ts';

describe('report.create', () => {
  let world: World;
  let s: Scene;
  before(async () => {
    world = await World.create();
    s = await scene(world, 'canary: words of Bob');
  });
  after(() => world.end());

  it('names the message and holds no copy of it, what was added is sealed', async () => {
    const { channelId, messageId, carol } = s;
    const input = { channelId, messageId, category: 'harassment', text: 'canary: he is' } as const;
    const report = await carol.call('report.create', input).accepted();
    assert.deepEqual(
      [report.state, report.reporterId, report.text, report.message, report.category],
      ['open', carol.userId, 'canary: he is', null, 'harassment'],
    );
    const stored = await row(
      world,
      'SELECT r.*, r::text AS whole, r.text_sealed AS personal_sealed FROM report r WHERE id = $1',
      report.id,
    );
    assertSealed(stored, 'canary', 'words of Bob');
    assert.equal(stored['message_id'], messageId);
    const [event] = await audited(world, 'report.create', report.id);
    assert.deepEqual(
      [event?.['actor_id'], event?.['subject_id'], event?.['details']],
      [carol.userId, s.bob.userId, { channelId, messageId, category: 'harassment' }],
    );
  });

  it('is answered alike while the report is open, however many calls come at once', async () => {
    const { channelId, messageId, alice } = s;
    const call = () => alice.call('report.create', { channelId, messageId, category: 'spam' });
    const all = await Promise.all(Array.from({ length: 8 }, () => call().accepted()));
    for (const one of all) assert.deepEqual(one, all[0]);
    const stored = await rows(
      world,
      'SELECT 1 FROM report WHERE message_id = $1 AND reporter_id = $2',
      messageId,
      alice.userId,
    );
    assert.equal(stored.length, 1);
    await s.keeper
      .call('report.dismiss', { reportId: all[0]?.id as never, reason: 'no' })
      .accepted();
    assert.notEqual((await call().accepted()).id, all[0]?.id);
  });

  it('is open to guests, who read as well, and over HTTP', async () => {
    const { channelId, messageId, alice } = s;
    const guest = await world.person('Guest', { role: 'guest' });
    const { userId } = guest;
    await alice.call('member.add', { channelId, userId, role: 'guest' }).accepted();
    const path = `/v1/channels/${channelId}/messages/${messageId}/reports`;
    await guest.http('POST', path, { category: 'other' }).accepted();
  });

  it('is refused as not_found, all alike, by whoever may not read the message', async () => {
    const { channelId, messageId, staff } = s;
    const { ofOthers, elsewhere, absent } = await hiddenChannels(world);
    const stranger = await world.person('Stranger');
    const auditor = await world.person('Auditor', { role: 'auditor' });
    const late = await world.person('Late');
    const closed = await world.channel(s.alice, [], { historyPolicy: 'since-join' });
    const early = await s.alice.send(closed.id, 'before', world.clientId()).accepted();
    await s.alice.call('member.add', { channelId: closed.id, userId: late.userId }).accepted();
    const report = (person: typeof stranger, channel: unknown, message: unknown) =>
      person.call('report.create', {
        channelId: channel as ChannelId,
        messageId: message as MessageId,
        category: 'spam',
      });
    await allRefused('not_found', [
      report(stranger, channelId, messageId),
      report(staff, channelId, messageId),
      report(auditor, channelId, messageId),
      report(s.carol, channelId, randomUUID()),
      report(s.carol, absent, messageId),
      report(s.carol, ofOthers, messageId),
      report(s.carol, elsewhere, messageId),
      report(late, closed.id, early.id),
    ]);
  });

  it('of a tombstone is refused as message_deleted', async () => {
    const { channelId, bob, carol } = s;
    const sent = await bob.send(channelId, 'gone', world.clientId()).accepted();
    await bob.call('message.delete', { channelId, messageId: sent.id }).accepted();
    await carol
      .call('report.create', { channelId, messageId: sent.id, category: 'spam' })
      .refused('message_deleted');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { channelId, messageId, carol } = s;
    const texts = Object.fromEntries(
      Object.entries(UNACCEPTABLE_TEXT).map(([what, text]) => [what, { text }]),
    );
    await misshapen(
      world,
      carol,
      'report.create',
      { channelId, messageId, category: 'spam' },
      {
        ...texts,
        'a text of 1,001 characters': { text: 'x'.repeat(1_001) },
        'a category that there is not': { category: 'filter' },
      },
    );
  });
});
