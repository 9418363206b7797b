/** What a warm send costs: one statement, however many listen, and none to find out who is asking. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { statementsOf } from '../support/statements.ts';
import { World } from '../support/world.ts';

describe('the hot path', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('sends with one statement each, and delivers to everybody without any', async () => {
    const alice = await world.person('Alice');
    const others = await Promise.all(
      Array.from({ length: 10 }, (_, i) => world.person(`Listener ${i}`)),
    );
    const { id } = await world.channel(alice, others);
    await alice.send(id, 'warm up', world.clientId()).accepted();

    const sends = 50;
    const statements = await statementsOf(async () => {
      for (let i = 0; i < sends; i += 1)
        await alice.send(id, `message ${i}`, world.clientId()).accepted();
      for (const person of others)
        await person.hearsMessage(({ body }) => body === `message ${sends - 1}`);
    });

    const appends = statements.filter((text) => text.includes('append_messages('));
    assert.equal(appends.length, sends);
    const rest = statements.filter((text) => !text.includes('append_messages('));
    const reading = rest.filter((text) =>
      /"?(sessions?|account|message|membership|data_key)"?\b/.test(text),
    );
    assert.deepEqual(reading, [], 'nobody is looked up again, and no message is read back');
  });

  it('looks nobody up who is on a token while others of the session are revoked', async () => {
    const alice = await world.person('Alice');
    const { sessionId } = alice;
    for (let i = 0; i < 3; i += 1)
      await alice.call('session.revoke-token', { sessionId, jti: randomUUID() }).accepted();
    await world.app.lease.read(); // what was remembered is dropped once more
    await alice.call('channel.list', {}).accepted();
    const statements = await statementsOf(async () => {
      for (let i = 0; i < 20; i += 1) await alice.call('channel.list', {}).accepted();
    });
    const looks = statements.filter((text) => /look_up_sessions|revoked_token/.test(text));
    assert.deepEqual(looks, []);
  });

  it('would see a look-up: the same count finds the one that a cold session costs', async () => {
    const bob = await world.person('Bob');
    world.clock.forward(6_000); // longer than a session is believed to be live
    const statements = await statementsOf(() => bob.call('role.describe', {}).accepted());
    assert.ok(statements.some((text) => text.includes('look_up_sessions(')));
  });

  it('names a page of people with one statement, however many they are and though none was seen before', async () => {
    const dora = await world.person('Dora');
    const costs: string[][] = [];
    for (const others of [1, 20]) {
      const { id: channelId } = await world.channel(dora);
      for (let i = 0; i < others; i += 1) {
        const { userId } = await world.app.auth.mintSession(world.workspaceId);
        await dora.call('member.add', { channelId, userId }).accepted();
      }
      const statements = await statementsOf(async () => {
        const { members } = await dora.call('member.list', { channelId }).accepted();
        assert.ok(members.every(({ displayName }) => displayName !== null));
        assert.equal(members.length, others + 1);
      });
      costs.push(statements.filter((text) => /account|membership|_key\b/.test(text)));
    }
    const [few, many] = costs;
    assert.deepEqual(many, few);
    assert.equal(many?.filter((text) => text.includes('subject_key')).length, 1);
  });

  it('hashes nothing to authenticate an event', async () => {
    const before = { ...world.app.passwords.done };
    const carol = await world.person('Carol');
    for (let i = 0; i < 5; i += 1) await carol.call('channel.list', {}).accepted();
    assert.deepEqual({ ...world.app.passwords.done }, before);
  });
});
