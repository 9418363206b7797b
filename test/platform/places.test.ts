/** A crowd before the database waits in line, is told of the crowd in time, and does not keep the hot statements waiting. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { Refusal, Secret } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { Places } from '../../src/platform/postgres/places.ts';

const A = '0a000000-0000-7000-8000-00000000000a' as WorkspaceId;
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Work that is under way until it is told to end, in the order in which it began. */
function scene(connections: number) {
  const places = new Places(connections);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const come = (kind: 'hot' | 'transaction', name: string) =>
    places.during(kind, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await settled();
  };
  return { begun, come, end };
}

describe('the places before the database', () => {
  it('are as many as there are connections, and free ones go to who came first', async () => {
    const { begun, come, end } = scene(2);
    for (const name of ['a', 'b', 'c', 'd']) void come('transaction', name);
    assert.deepEqual(begun, ['a', 'b']);
    await end('b');
    assert.deepEqual(begun, ['a', 'b', 'c']);
    await end('a');
    await end('c');
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    await end('d');
    void come('hot', 'e');
    void come('hot', 'f');
    void come('hot', 'g');
    assert.deepEqual(begun.slice(4), ['e', 'f']);
  });

  it('leave two to the hot statements, which go before the others', async () => {
    const { begun, come, end } = scene(4);
    for (const name of ['a', 'b', 'c']) void come('transaction', name);
    assert.deepEqual(begun, ['a', 'b']);
    for (const name of ['h1', 'h2', 'h3']) void come('hot', name);
    assert.deepEqual(begun, ['a', 'b', 'h1', 'h2']);
    await end('a');
    assert.deepEqual(begun.slice(4), ['h3']);
    await end('h1');
    await end('h2');
    assert.deepEqual(begun.slice(5), []);
    await end('h3');
    assert.deepEqual(begun.slice(5), ['c']);
  });

  it('are given back by work that fails', async () => {
    const places = new Places(1);
    const fails = places.during('transaction', () => Promise.reject(new Error('no')));
    await assert.rejects(fails, /no/);
    assert.equal(await places.during('transaction', () => Promise.resolve('yes')), 'yes');
  });

  it('say overloaded, and when to come again, before a database that is only busy is called away', async () => {
    const url = readConfig(process.env).database.url;
    const postgres = new Postgres({
      url: new Secret(url.reveal()),
      connections: 4,
      statementTimeoutMs: 10_000,
    });
    let open = (): void => undefined;
    const held = new Promise<void>((resolve) => (open = resolve));
    try {
      const holders = [1, 2].map(() => postgres.transaction(A, 'own', () => held));
      const never = () => assert.fail('it was begun');
      const crowd = Array.from({ length: 20 }, () => postgres.transaction(A, 'own', never));
      const refused = Promise.all(
        crowd.map((each) =>
          assert.rejects(each, (error) => {
            assert.ok(error instanceof Refusal, String(error));
            assert.deepEqual([error.code, error.retryAfterMs], ['overloaded', 1_000]);
            return true;
          }),
        ),
      );
      assert.deepEqual(await postgres.statements.run('one', 'SELECT 1 AS one', []), [{ one: 1 }]);
      await refused;
      open();
      await Promise.all(holders);
      assert.equal(await postgres.transaction(A, 'own', () => Promise.resolve('in')), 'in');
    } finally {
      open();
      await postgres.close();
    }
  });
});
