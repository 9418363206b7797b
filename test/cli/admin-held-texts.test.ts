/** What a hold kept is opened once, by the operator with the code of an administrator, and nobody else, on record. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelId, HoldId } from '../../src/contract/index.ts';
import { rows as rowsOf } from '../chat/support.ts';
import { administrator, author, writes, type Author } from '../privacy/support.ts';
import { World } from '../support/world.ts';
import { openHere } from './operated.ts';
import { done, failure, Machinery, rows } from './support.ts';

describe('conclave admin held-texts', function () {
  this.timeout(120_000);
  let world: World;
  let home: Machinery;
  let boss: Author;
  let other: Author;
  before(async () => {
    world = await World.create();
    home = new Machinery();
    [boss, other] = [await administrator(world), await administrator(world, 'Other')];
  });
  after(async () => {
    home.end();
    await world.end();
  });

  const place = async (about: object): Promise<HoldId> => {
    const { password } = boss.resident;
    const wish = { ...about, reason: 'case 7', password };
    return (await boss.person.call('hold.place', wish).accepted()).holdId;
  };
  const authorised = async (holdId: HoldId): Promise<string> => {
    const { password } = other.resident;
    const wish = { holdId, reason: 'court order', password };
    return (await other.person.call('hold.authorise-opening', wish).accepted()).code;
  };
  /** As the operator runs it, with the code in a file. */
  const command = (code: string, ...words: string[]) => {
    const file = join(home.home, 'code');
    writeFileSync(file, `${code}\n`, { mode: 0o600 });
    return home.here(
      ['admin', 'held-texts', '--code-file', file, '--reason', 'court order 12', ...words],
      { environment: process.env as Record<string, string>, openOperator: openHere },
    );
  };
  const refused = async (code: string) => (await failure(command(code, '--json')))['code'];

  /** Of Ada, deleted while her texts were held; what Bob deleted beside it was not. */
  async function scene() {
    const [ada, bob] = [await author(world), await author(world, 'Bob')];
    const { id: channelId } = await world.channel(ada.person, [bob.person]);
    const holdId = await place({ userId: ada.person.userId });
    const [first] = await writes(world, ada.person, channelId, ['It was me']);
    const [second] = await writes(world, ada.person, channelId, ['line\u001b[2J']);
    const [beside] = await writes(world, bob.person, channelId, ['of Bob']);
    assert.ok(first && second && beside);
    const edit = { channelId, messageId: first.id, body: 'It was nobody' };
    await ada.person.call('message.edit', edit).accepted();
    for (const [{ id: messageId }, by] of [
      [first, ada],
      [second, ada],
      [beside, bob],
    ] as const)
      await by.person.call('message.delete', { channelId, messageId }).accepted();
    return { ada, channelId, holdId, first, second };
  }
  const opened = (holdId: HoldId) =>
    rowsOf(
      world,
      `SELECT * FROM audit_event WHERE action = 'hold.open' AND resource_id = $1`,
      holdId,
    );
  const kept = async (channelId: ChannelId) =>
    (await rowsOf(world, 'SELECT FROM held_text WHERE channel_id = $1', channelId)).length;

  it('shows every version of what the hold covers, and is on record before, with both of them', async () => {
    const { ada, channelId, holdId, first, second } = await scene();
    const found = await rows(command(await authorised(holdId), '--json'));
    const { userId: authorId } = ada.person;
    assert.deepEqual(
      found.map(({ messageId, version, text }) => [messageId, version, text]),
      [
        [first.id, 1, 'It was me'],
        [first.id, 2, 'It was nobody'],
        [second.id, 1, 'line\u001b[2J'],
      ],
    );
    for (const row of found)
      assert.deepEqual(
        [row['holdId'], row['channelId'], row['authorId']],
        [holdId, channelId, authorId],
      );
    assert.equal(await kept(channelId), 3, 'it stays');
    const [event] = await opened(holdId);
    assert.deepEqual(
      [event?.['actor_id'], event?.['transport'], event?.['details'], event?.['subject_id']],
      [null, 'command', { authorisedBy: other.person.userId, texts: 3 }, authorId],
    );
    const words = await done(command(await authorised(holdId)));
    assert.match(words, /\n {2}It was me\n/);
    assert.ok(!words.includes('\u001b[2J'), 'nothing of it acts on the terminal');
  });

  it('is refused a second time, with another code, and with one that a newer one replaced', async () => {
    const { holdId } = await scene();
    const code = await authorised(holdId);
    const newer = await authorised(holdId);
    assert.equal(await refused(code), 'invalid_code');
    const [last = ''] = newer.slice(-1);
    assert.equal(await refused(`${newer.slice(0, -1)}${last === 'A' ? 'Q' : 'A'}`), 'invalid_code');
    assert.equal(await refused('a code'), 'invalid_code');
    assert.deepEqual(await opened(holdId), []);
    await done(command(newer));
    assert.equal(await refused(newer), 'invalid_code');
    assert.equal((await opened(holdId)).length, 1);
  });

  it('is refused after an hour, for another hold, and once the hold is lifted', async () => {
    const { holdId } = await scene();
    const late = await authorised(holdId);
    const earlier = `UPDATE legal_hold SET opening_until = now() - interval '1 second' WHERE id = $1`;
    await world.database.query(earlier, [holdId]);
    assert.equal(await refused(late), 'invalid_code');
    const another = await scene();
    const code = await authorised(holdId);
    assert.equal(await refused(code.replace(holdId, another.holdId)), 'invalid_code');
    const { password } = other.resident;
    await other.person.call('hold.lift', { holdId, password }).accepted();
    assert.equal(await refused(code), 'invalid_code');
  });

  it('shows of a time and a channel what was posted then and there', async () => {
    const ada = await author(world);
    const { id: channelId } = await world.channel(ada.person);
    const { id: elsewhere } = await world.channel(ada.person);
    const MINUTE = 60_000;
    const at = [];
    for (const text of ['before', 'then', 'after']) {
      at.push(world.clock.now().getTime());
      for (const id of [channelId, elsewhere]) await writes(world, ada.person, id, [text]);
      world.clock.forward(MINUTE);
    }
    await place({ userId: ada.person.userId });
    const [, from, to] = at;
    const holdId = await place({ channelId, from, to });
    await world.database.query(
      'UPDATE message SET body_sealed = NULL, deleted_at = now(), deleted_by = author_id WHERE channel_id = ANY ($1) AND body_sealed IS NOT NULL',
      [[channelId, elsewhere]],
    );
    assert.equal((await kept(channelId)) + (await kept(elsewhere)), 6);
    const found = await rows(command(await authorised(holdId), '--json'));
    assert.deepEqual(
      found.map(({ text }) => text),
      ['then'],
    );
  });

  it('says of a text that was changed in the database that it does not open', async () => {
    const { holdId, second } = await scene();
    const flip = `UPDATE held_text SET body_sealed = set_byte(body_sealed, 30, get_byte(body_sealed, 30) # 1)
      WHERE message_id = $1`;
    await world.database.query(flip, [second.id]);
    const found = await rows(command(await authorised(holdId), '--json'));
    assert.deepEqual(
      found.map(({ text }) => text),
      ['It was me', 'It was nobody', null],
    );
  });
});
