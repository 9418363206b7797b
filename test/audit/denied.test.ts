/** Whoever is denied something is recorded with what they asked for, existing or not, and learns nothing by it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { quietChannel, rows } from '../chat/support.ts';
import type { Person } from '../support/person.ts';
import type { Result } from '../support/result.ts';
import { World } from '../support/world.ts';

describe('the trail of what was denied', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    alice = await world.person('Alice');
  });
  beforeEach(async () => {
    bob = await world.person('Bob');
  });
  after(() => world.end());

  /** What Bob was refused, oldest first: operation, code, and what it was about. */
  const denied = async () => {
    await world.app.audit.refusals.drained();
    const events = await rows(
      world,
      `SELECT action, outcome, resource_kind, resource_id FROM audit_event
       WHERE actor_id = $1 AND outcome <> 'ok' ORDER BY xmin::text::bigint, ctid`,
      bob.userId,
    );
    return events.map((event) => Object.values(event));
  };
  const answer = async (call: Result<unknown>) => {
    const { traceId, ...rest } = await call.refused('not_found');
    assert.ok(traceId);
    return rest;
  };

  it('has the channel, whether it is hidden or there is none, while the answers are alike', async () => {
    const { id: hidden } = await quietChannel(world, alice);
    const absent = randomUUID();
    const answers = [];
    for (const channelId of [hidden, absent])
      answers.push(await answer(bob.connection.raw('channel.read', { channelId })));
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(await denied(), [
      ['channel.read', 'not_found', 'channel', hidden],
      ['channel.read', 'not_found', 'channel', absent],
    ]);
  });

  it('has the message that somebody may see and not touch, and one that they may not see', async () => {
    const { id: channelId, posts } = await quietChannel(world, alice, [bob], { sayings: ['mine'] });
    const { id: other, posts: hidden } = await quietChannel(world, alice, [], { sayings: ['too'] });
    const [mine, theirs] = [posts[0]?.id, hidden[0]?.id];
    await bob.connection.raw('message.delete', { channelId, messageId: mine }).refused('forbidden');
    const unseen = { channelId: other, messageId: theirs };
    await bob.connection.raw('message.delete', unseen).refused('not_found');
    assert.deepEqual(await denied(), [
      ['message.delete', 'forbidden', 'message', mine],
      ['message.delete', 'not_found', 'message', theirs],
    ]);
  });

  it('has the channel of a send, which is decided with others, and of a question about a role', async () => {
    const { id: channelId } = await quietChannel(world, alice);
    await bob.send(channelId, 'let me in', world.clientId()).refused('not_found');
    await bob.call('role.describe', { channelId }).refused('not_found');
    assert.deepEqual(await denied(), [
      ['message.send', 'not_found', 'channel', channelId],
      ['role.describe', 'not_found', 'channel', channelId],
    ]);
  });

  it('has ids as the database spells them, and nothing of a call that has no shape', async () => {
    const absent = randomUUID();
    await bob.connection
      .raw('channel.read', { channelId: absent.toUpperCase() })
      .refused('not_found');
    await bob.connection.raw('channel.read', { channelId: 'canary' }).refused('invalid_input');
    assert.deepEqual(await denied(), [['channel.read', 'not_found', 'channel', absent]]);
  });
});
