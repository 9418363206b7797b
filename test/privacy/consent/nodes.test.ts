/** What is said on one node holds on all of them, with Redis away as well: the table is asked, and nothing is remembered. */
import assert from 'node:assert/strict';
import pg from 'pg';
import { v7 } from 'uuid';
import type { WorkspaceId } from '../../../src/contract/index.ts';
import { Person } from '../../support/person.ts';
import { startNode, type Node } from '../../support/two-nodes.ts';

/** Nobody listens there. */
const NO_REDIS = { REDIS_URL: 'redis://127.0.0.1:1/' };

describe('consents on two nodes without Redis', () => {
  let nodes: readonly [Node, Node];
  let owner: pg.Pool;
  let workspaceId: WorkspaceId;
  let here: Person;
  let there: Person;
  before(async () => {
    nodes = [await startNode(NO_REDIS), await startNode(NO_REDIS)];
    owner = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 1 });
    const slug = `n${v7().replaceAll('-', '').slice(0, 24)}`;
    workspaceId = await nodes[0].app.auth.createWorkspace({ slug, name: 'Two nodes' });
  });
  beforeEach(async () => {
    const minted = await nodes[0].app.auth.mintSession(workspaceId, { displayName: 'Ada' });
    [here, there] = [
      new Person(nodes[0].url, 'Ada', minted),
      new Person(nodes[1].url, 'Ada', minted),
    ];
    await Promise.all([here.connect(), there.connect()]);
  });
  afterEach(() => {
    here.leave();
    there.leave();
  });
  after(async () => {
    await Promise.all(nodes.map(({ app }) => app.stop()));
    await owner.end();
  });

  const purpose = 'analytics';
  const give = (on: Person) => on.call('consent.give', { purpose, version: 1 }).accepted();
  const withdraw = (on: Person) => on.call('consent.withdraw', { purpose }).accepted();
  const isConsented = async (on: Person) => {
    const { consents } = await on.call('consent.list', {}).accepted();
    return consents.find((one) => one.purpose === purpose)?.consented;
  };
  const decisions = async () => {
    const text = 'SELECT seq, decision FROM consent WHERE user_id = $1 ORDER BY seq';
    const { rows } = await owner.query<{ seq: number; decision: string }>(text, [here.userId]);
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      rows.map((_, i) => i + 1),
    );
    return rows.map(({ decision }) => decision);
  };

  it('hold on the other one from the answer on, given or taken back', async () => {
    await give(here);
    assert.equal(await isConsented(there), true);
    await withdraw(there);
    assert.equal(await isConsented(here), false);
  });

  it('are one row when both give at once, over and over', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => give(i % 2 === 0 ? here : there)),
    );
    assert.equal(answers.filter(({ changed }) => changed).length, 1);
    assert.deepEqual(await decisions(), ['granted']);
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, i) => withdraw(i % 2 === 0 ? here : there)),
    );
    assert.equal(taken.filter(({ changed }) => changed).length, 1);
    assert.deepEqual(await decisions(), ['granted', 'withdrawn']);
  });

  it('come in an order when one gives and the other takes back: never the same twice, and the last counts', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 3 === 0 ? withdraw : give)(i % 2 === 0 ? here : there),
      ),
    );
    const said = await decisions();
    for (const [i, decision] of said.entries()) assert.notEqual(decision, said[i - 1]);
    const isGranted = said.at(-1) === 'granted';
    assert.deepEqual([await isConsented(here), await isConsented(there)], [isGranted, isGranted]);
  });
});
