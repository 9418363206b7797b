/** A retry of a send, however late and from wherever, finds the first post and never makes a second. */
import assert from 'node:assert/strict';
import { v7 } from 'uuid';
import { CLIENT_ID_AGE_MS, type ChannelId, type ClientId } from '../../../src/contract/index.ts';
import { MINUTE } from '../../support/hand-clock.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { archive, changesNothing, quietChannel, row, rows } from '../support.ts';

describe('message.send with a clientId that was used before', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  const stored = (channelId: ChannelId) =>
    rows(world, 'SELECT * FROM message WHERE channel_id = $1 ORDER BY seq', channelId);

  it('gives the first answer again, and keeps the first text', async () => {
    const { id } = await quietChannel(world, alice);
    const clientId = world.clientId();
    const first = await alice.send(id, 'as it was', clientId).accepted();
    await changesNothing(world, async () => {
      const again = await alice.send(id, 'something else', clientId).accepted();
      assert.deepEqual(again, { ...first, duplicate: true });
    });
  });

  it('posts once when two connections ask twenty times at once', async () => {
    const { id } = await world.channel(alice, [bob]);
    const [one, two] = [await alice.connect(), await alice.connect()];
    const input = { channelId: id, clientId: world.clientId(), body: 'once' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? one : two).call('message.send', input).accepted(),
      ),
    );
    const [first, ...others] = answers.filter(({ duplicate }) => duplicate === undefined);
    assert.ok(first && others.length === 0, 'one of them is the first');
    for (const answer of answers.filter((each) => each !== first))
      assert.deepEqual(answer, { ...first, duplicate: true });
    assert.equal((await stored(id)).length, 1);
    await alice.send(id, 'marker', world.clientId()).accepted();
    await bob.hearsMessage(({ body }) => body === 'marker');
    const heard = bob.connection.events().filter(({ kind }) => kind === 'message');
    assert.equal(heard.length, 2);
  });

  it('finds the message after it was edited, with its first answer, and leaves the edit alone', async () => {
    const { id } = await quietChannel(world, alice);
    const clientId = world.clientId();
    const first = await alice.send(id, 'tyop', clientId).accepted();
    const edit = { channelId: id, messageId: first.id, body: 'typo' };
    await alice.call('message.edit', edit).accepted();
    await changesNothing(world, async () => {
      const again = await alice.send(id, 'tyop', clientId).accepted();
      assert.deepEqual(again, { ...first, duplicate: true });
    });
    const { messages } = await alice.call('message.history', { channelId: id }).accepted();
    assert.deepEqual(
      messages.map(({ body, version }) => [body, version]),
      [['typo', 2]],
    );
  });

  it('never brings back what was deleted, for as long as the clientId is taken and after', async () => {
    const { id } = await quietChannel(world, alice);
    const almostTooOld = world.clock.now().getTime() - CLIENT_ID_AGE_MS + MINUTE;
    const clientId = v7({ msecs: almostTooOld }) as ClientId;
    const first = await alice.send(id, 'regretted', clientId).accepted();
    await alice.call('message.delete', { channelId: id, messageId: first.id }).accepted();
    await changesNothing(world, async () => {
      const again = await alice.send(id, 'regretted', clientId).accepted();
      assert.deepEqual([again.id, again.seq, again.duplicate], [first.id, first.seq, true]);
    });
    const tombstone = await row(world, 'SELECT * FROM message WHERE id = $1', first.id);
    assert.equal(tombstone['body_sealed'], null);
    world.clock.forward(2 * MINUTE);
    await alice.send(id, 'regretted', clientId).refused('stale_client_id');
    assert.equal((await stored(id)).length, 1);
  });

  it('is another message in another channel and by another author', async () => {
    const [here, there] = [
      await quietChannel(world, alice, [bob]),
      await quietChannel(world, alice),
    ];
    const clientId: ClientId = world.clientId();
    const answers = [
      await alice.send(here.id, 'here', clientId).accepted(),
      await alice.send(there.id, 'there', clientId).accepted(),
      await bob.send(here.id, 'mine', clientId).accepted(),
    ];
    assert.equal(new Set(answers.map(({ id }) => id)).size, 3);
    assert.deepEqual(
      answers.map(({ duplicate }) => duplicate),
      [undefined, undefined, undefined],
    );
  });

  it('is answered in a channel that was archived meanwhile: it was stored', async () => {
    const { id } = await quietChannel(world, alice);
    const clientId = world.clientId();
    const first = await alice.send(id, 'in time', clientId).accepted();
    await archive(world, { id });
    const again = await alice.send(id, 'in time', clientId).accepted();
    assert.deepEqual(again, { ...first, duplicate: true });
  });
});
