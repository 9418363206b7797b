/** What a warm send costs: one statement, however many listen, and none to find out who is asking. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { World } from '../support/world.ts';

/** Every statement that this process sends to Postgres while `work` runs. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const { prototype } = pg.Client as unknown as {
    prototype: { query: (...args: unknown[]) => unknown };
  };
  const original = prototype.query;
  prototype.query = function (this: unknown, ...args: unknown[]) {
    const [first] = args;
    texts.push(typeof first === 'string' ? first : String((first as { text?: unknown }).text));
    return original.apply(this, args);
  };
  try {
    await work();
  } finally {
    prototype.query = original;
  }
  return texts;
}

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

  it('would see a look-up: the same count finds the one that a cold session costs', async () => {
    const bob = await world.person('Bob');
    world.clock.forward(6_000); // longer than a session is believed to be live
    const statements = await statementsOf(() => bob.call('role.describe', {}).accepted());
    assert.ok(statements.some((text) => text.includes('look_up_sessions(')));
  });

  it('hashes nothing to authenticate an event', async () => {
    const before = { ...world.app.passwords.done };
    const carol = await world.person('Carol');
    for (let i = 0; i < 5; i += 1) await carol.call('channel.list', {}).accepted();
    assert.deepEqual({ ...world.app.passwords.done }, before);
  });
});
