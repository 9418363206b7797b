/** Links to messages: the message for who may read it, and for everybody else the answer that nothing is there. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MessageId } from '../../../src/contract/index.ts';
import type { Person } from '../../support/person.ts';
import { statementsOf } from '../../support/statements.ts';
import { World } from '../../support/world.ts';
import { hiddenChannels, misshapen, quietChannel } from '../support.ts';

describe('message.read', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  });
  after(() => world.end());

  it('gives the message as the history does, over HTTP too', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [bob], {
      sayings: ['hello'],
    });
    const messageId = posts[0]?.id as MessageId;
    await bob.call('message.react', { channelId, messageId, emoji: '👍' }).accepted();
    const read = await bob.call('message.read', { channelId, messageId }).accepted();
    const { messages } = await bob.call('message.history', { channelId }).accepted();
    assert.deepEqual([read], messages);
    assert.equal(read.body, 'hello');
    const path = `/v1/channels/${channelId}/messages/${messageId}`;
    assert.deepEqual(await bob.http('GET', path).accepted(), read);
  });

  it('answers alike, to the byte and with the same queries, whatever an id names that one may not read', async () => {
    const { ofOthers, elsewhere, absent } = await hiddenChannels(world);
    const settings = { historyPolicy: 'since-join', sayings: ['early'] } as const;
    const here = await quietChannel(world, alice, [], settings);
    await alice.call('member.add', { channelId: here.id, userId: bob.userId }).accepted();
    const open = await quietChannel(world, alice, [bob], { sayings: ['open'] });
    const theirs = await quietChannel(world, alice, [], { sayings: ['private'] });
    const foreigner = await world.person('Foreigner', {
      workspaceId: await world.anotherWorkspace(),
    });
    const foreign = await quietChannel(world, foreigner, [], {
      sayings: ['foreign'],
      kind: 'public',
    });
    const id = ({ posts }: typeof here) => posts[0]?.id ?? '';
    const targets: Record<string, [string, string]> = {
      'an id that was never given': [open.id, randomUUID()],
      'a message of another channel': [open.id, id(theirs)],
      'a message of another workspace': [open.id, id(foreign)],
      'a message from before one came': [here.id, id(here)],
      'a message in a channel of others': [theirs.id, id(theirs)],
      'another channel of others': [ofOthers, id(open)],
      'a channel of another workspace': [foreign.id, id(foreign)],
      'its empty channel': [elsewhere, id(foreign)],
      'a channel that never was': [absent, id(open)],
    };
    await bob.call('message.read', { channelId: open.id, messageId: id(open) }).accepted();
    const answers = new Map<string, string>();
    for (const [what, [channelId, messageId]] of Object.entries(targets)) {
      let answer = '';
      const statements = await statementsOf(async () => {
        const { traceId, ...error } = await bob
          .call('message.read', { channelId, messageId })
          .refused('not_found');
        assert.ok(traceId.length > 0);
        answer = JSON.stringify(error);
      });
      // The refusals are recorded in batches of their own, whatever they are about.
      const asked = statements.filter((text) => /\b"?(channel|message|membership)"?\b/.test(text));
      assert.ok(asked.length >= 4, `${what}: ${asked.join('\n')}`);
      answers.set(what, JSON.stringify({ answer, asked }));
      await world.app.audit.refusals.drained();
    }
    const [first] = answers.values();
    for (const [what, answer] of answers) assert.equal(answer, first, what);
  });

  it('is forbidden where history is for members, whatever message it may be', async () => {
    const settings = { kind: 'public', historyPolicy: 'since-join', sayings: ['early'] } as const;
    const { id: channelId, posts } = await quietChannel(world, alice, [], settings);
    for (const messageId of [posts[0]?.id ?? '', randomUUID()])
      await bob.call('message.read', { channelId, messageId }).refused('forbidden');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [], { sayings: ['hello'] });
    const good = { channelId, messageId: posts[0]?.id };
    await misshapen(world, alice, 'message.read', good, { 'no id': { messageId: 'first' } });
  });
});
