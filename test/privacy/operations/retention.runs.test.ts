/** Every run is on a list, with a report that anybody can check with the public key alone. */
import assert from 'node:assert/strict';
import { RetentionReport } from '../../../src/contract/index.ts';
import { verifyDocument } from '../../../src/crypto/signed-document.ts';
import type { OutputOf } from '../../support/connection.ts';
import { quietChannel } from '../../chat/support.ts';
import { asked } from '../../support/asked.ts';
import { AgeingWorld } from '../retention/ageing-world.ts';
import type { Author } from '../support.ts';

describe('retention.runs', () => {
  let at: AgeingWorld;
  /** Comes back whenever a day has passed. */
  let boss: Author;
  before(async () => {
    at = await AgeingWorld.create();
    ({ boss } = at);
  });
  after(() => at.end());

  it('gives pages, the newest first, each run once', async () => {
    const made = [];
    for (let n = 0; n < 3; n += 1) {
      await at.ageing.node().schedule();
      const [newest] = (await boss.person.call('retention.runs', { limit: 1 }).accepted()).runs;
      assert.ok(newest);
      await at.ageing.node().run(newest.runId);
      made.unshift(newest.runId);
      at.world.clock.forward(24 * 60 * 60_000);
      boss = { ...boss, person: await boss.resident.arrives() };
      await boss.person.connect();
    }
    const first = await boss.person.call('retention.runs', { limit: 2 }).accepted();
    assert.ok(first.next);
    const second = await boss.person
      .call('retention.runs', { before: first.next, limit: 2 })
      .accepted();
    const ids = [...first.runs, ...second.runs].map(({ runId }) => runId);
    assert.deepEqual([ids, second.next], [made, null]);
    assert.ok(
      first.runs.every(({ state, requestedBy }) => state === 'done' && requestedBy === null),
    );
  });

  it('gives a report that says what was removed, and no other by one changed byte', async () => {
    const { id } = await quietChannel(at.world, boss.person, [], { sayings: ['1', '2'] });
    await at.ageing.ages(id, 400);
    const runId = await at.ageing.asked();
    await at.ageing.node().run(runId);
    const { runs } = await boss.person.call('retention.runs', {}).accepted();
    const report = runs.find((run) => run.runId === runId)?.report;
    assert.ok(report);
    assert.deepEqual(report.rows, [
      { table: 'data_key', rows: 1 },
      { table: 'message', rows: 2 },
    ]);
    assert.deepEqual(
      report.kinds.map(({ kind, days, removed, held }) => [kind, days, removed, held]),
      [
        ['messages', 365, 2, 0],
        ['access-logs', 90, 0, 0],
        ['analytics', 730, 0, 0],
      ],
    );
    const path = `/v1/receipt-keys?workspace=${at.world.slug}`;
    const keys = await asked<OutputOf<'receipt.keys'>>(at.world.url, 'GET', path).accepted();
    assert.equal(verifyDocument('retention-report', report, keys), 'valid');
    assert.equal(verifyDocument('erasure-receipt', report, keys), 'forged', 'it is no receipt');
    const text = JSON.stringify(report);
    let tried = 0;
    // Each digit of it in turn is another one.
    for (const { index } of text.matchAll(/(?<="[a-zA-Z]+":\d*)\d/g)) {
      const other = text[index] === '9' ? 8 : Number(text[index]) + 1;
      const changed: unknown = JSON.parse(
        `${text.slice(0, index)}${other}${text.slice(index + 1)}`,
      );
      assert.ok(RetentionReport.safeParse(changed).success || tried === 0);
      assert.equal(
        verifyDocument('retention-report', changed, keys),
        'forged',
        text.slice(0, index),
      );
      tried += 1;
    }
    assert.ok(tried > 40, `${tried} bytes`);
  });

  it('is refused to who may not look at the trail', async () => {
    const user = await at.world.person('User');
    await user.call('retention.runs', {}).refused('forbidden');
  });
});
