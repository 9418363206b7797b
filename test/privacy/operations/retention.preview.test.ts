/** A preview counts and names what would go, a page at a time, and changes nothing. */
import assert from 'node:assert/strict';
import { COUNTED } from '../../../src/chat/retention-store.ts';
import type { InputOf } from '../../support/connection.ts';
import { quietChannel, rows } from '../../chat/support.ts';
import { AgeingWorld } from '../retention/ageing-world.ts';

describe('retention.preview', () => {
  let at: AgeingWorld;
  before(async () => {
    at = await AgeingWorld.create();
  });
  after(() => at.end());

  type Input = InputOf<'retention.preview'>;
  const preview = (input: Partial<Input> = {}) =>
    at.boss.person.call('retention.preview', { kind: 'messages', ...input });
  const pages = async (input: Partial<Input>) => {
    const all = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await preview({ ...input, ...(after && { after }) }).accepted();
      all.push(page);
      after = page.next;
      assert.ok(all.length < 50, 'it ends');
    }
    return all;
  };

  it('names each candidate once, however many pages it takes, without a word of it', async () => {
    const { id: channelId, posts } = await quietChannel(at.world, at.boss.person, [], {
      sayings: ['canary 1', 'canary 2'],
    });
    await at.ageing.ages(channelId, 400);
    const more = `INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id, body_sealed, key_epoch, at)
      SELECT workspace_id, channel_id, seq + n, gen_random_uuid(), rev + n, rev + n, author_id, gen_random_uuid(), body_sealed, 1, at
      FROM message, generate_series(1, 700) n WHERE channel_id = $1 AND seq = 2`;
    await at.world.database.query(more, [channelId]);
    const found = await pages({ show: 'candidates' });
    const all = found.flatMap(({ candidates }) => candidates);
    assert.equal(new Set(all.map(({ id }) => id)).size, 702);
    assert.ok(found.length > 3 && found.every(({ candidates }) => candidates.length <= 200));
    assert.equal(all[0]?.id, posts[0]?.id);
    assert.ok(!JSON.stringify(found).includes('canary'));
    const [{ counts } = { counts: [] }] = await pages({});
    assert.deepEqual(
      counts.map(({ due, held }) => [due, held]),
      [[702, 0]],
    );
  });

  it('counts a channel of many posts a portion at a time, and knows in each what a hold keeps in place', async () => {
    const sayings = ['first', 'second'];
    const { id: channelId } = await quietChannel(at.world, at.bob, [at.boss.person], { sayings });
    await at.boss.person.send(channelId, 'that of the boss', at.world.clientId()).accepted();
    await at.ageing.ages(channelId, 400);
    const more = COUNTED + 1_000;
    const text = `INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id, key_epoch, at, deleted_at)
      SELECT workspace_id, channel_id, seq + n, gen_random_uuid(), rev + n, rev + n, author_id, gen_random_uuid(), 1, at, now()
      FROM message, generate_series(1, $2) n WHERE channel_id = $1 AND seq = 3`;
    await at.world.database.query(text, [channelId, more]);
    const counted = async () => {
      const portions = (await pages({})).flatMap(({ counts }) => counts);
      const own = portions.filter((portion) => portion.channelId === channelId);
      assert.ok(own.every(({ due, held }) => due + held <= COUNTED));
      const sum = (of: 'due' | 'held') => own.reduce((all, portion) => all + portion[of], 0);
      return [sum('due'), sum('held')];
    };
    assert.deepEqual(await counted(), [3 + more, 0]);
    const { password } = at.boss.resident;
    const hold = { userId: at.bob.userId, reason: 'case 7', password };
    await at.boss.person.call('hold.place', hold).accepted();
    // Behind what is kept, what is gone already keeps its place: nothing of the second portion is due.
    assert.deepEqual(await counted(), [1, 2]);
  });

  it('says what another policy would remove, and leaves the one there is', async () => {
    const { id: channelId } = await quietChannel(at.world, at.boss.person, [], { sayings: ['1'] });
    await at.ageing.ages(channelId, 50);
    const dueThere = async (input: Partial<Input>) => {
      const found = (await pages(input)).flatMap(({ counts }) => counts);
      return found.find((portion) => portion.channelId === channelId)?.due ?? 0;
    };
    const dues = [await dueThere({}), await dueThere({ days: 30 }), await dueThere({ days: 0 })];
    assert.deepEqual(dues, [0, 1, 0]);
    const { workspace } = await at.boss.person.call('retention.read', {}).accepted();
    assert.deepEqual([await at.ageing.seqs(channelId), workspace[0]?.setBy], [[1], null]);
    const { before } = await preview({ days: 0 }).accepted();
    assert.equal(before, null);
  });

  it('is on the record, and refused with a place that it never gave', async () => {
    await preview({ days: 123 }).accepted();
    const text = `SELECT details FROM audit_event WHERE action = 'retention.preview' AND actor_id = $1
      ORDER BY id DESC LIMIT 1`;
    const [event] = await rows(at.world, text, at.boss.person.userId);
    assert.equal((event?.['details'] as { days: number }).days, 123);
    const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = [made({ name: 'chat.messages', cursor: { after: `' OR 1=1` } }), made(7), 'AAAA'];
    for (const after of bad) await preview({ after }).refused('invalid_input');
    const nobody = made({ name: 'nobody.knows', cursor: null });
    assert.deepEqual((await preview({ after: nobody }).accepted()).counts, []);
  });

  it('is refused to who may not set it', async () => {
    for (const role of ['user', 'moderator', 'auditor'] as const) {
      const who = await at.world.person(role, { role });
      await who.call('retention.preview', { kind: 'messages' }).refused('forbidden');
    }
  });
});
