/** What asks the ledger is answered by its rows, and holds off a withdrawal for as long as it acts on the answer. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../src/config.ts';
import { Postgres } from '../../../src/platform/postgres/index.ts';
import { consentsOf, PURPOSES } from '../../../src/privacy/index.ts';
import { rows } from '../../chat/support.ts';
import { gives, ledgerOf, withdraws } from '../../consented/support.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { until } from '../exporting.ts';

describe('the guard of what takes consent', () => {
  let world: World;
  let postgres: Postgres;
  let ada: Person;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 2 });
  });
  beforeEach(async () => {
    ada = await world.person('Ada');
  });
  after(async () => {
    await postgres.close();
    await world.end();
  });

  const asked = (purposes = PURPOSES) =>
    postgres.transaction(world.workspaceId, 'own', async (tx) => {
      const consents = consentsOf(tx, world.workspaceId, purposes);
      const one = await consents.of('analytics', ada.userId);
      const all = await consents.all('analytics');
      assert.equal(
        all.some(({ userId }) => userId === ada.userId),
        one !== null,
      );
      return one?.since.getTime() ?? null;
    });

  it('says no until it is given, no again once it is taken back, and nothing about another purpose', async () => {
    assert.equal(await asked(), null);
    await gives(ada, 'mention-mail');
    assert.equal(await asked(), null);
    await gives(ada, 'analytics');
    assert.equal(await asked(), world.clock.now().getTime());
    await withdraws(ada, 'analytics');
    assert.equal(await asked(), null);
  });

  it('does not count what was given to an older text, until it is given to the new one', async () => {
    await gives(ada, 'analytics');
    const rewritten = { ...PURPOSES, analytics: { ...PURPOSES.analytics, version: 2 } };
    assert.equal(await asked(rewritten), null);
    await rows(
      world,
      `INSERT INTO consent SELECT workspace_id, user_id, 2, purpose, 2, decision, at, source
       FROM consent WHERE user_id = $1`,
      ada.userId,
    );
    assert.equal(await asked(rewritten), world.clock.now().getTime());
    const { consents } = await ada.call('consent.list', {}).accepted();
    const shown = consents.find(({ purpose }) => purpose === 'analytics');
    assert.deepEqual([shown?.consented, shown?.latest?.version], [false, 2]);
    await gives(ada, 'analytics');
    assert.deepEqual(
      (await ledgerOf(world, ada)).map(({ version }) => version),
      [1, 2, 1],
    );
  });

  it('says no for who is not active', async () => {
    await gives(ada, 'analytics');
    await rows(world, `UPDATE account SET status = 'locked' WHERE id = $1`, ada.userId);
    assert.equal(await asked(), null);
  });

  for (const how of ['of', 'all'] as const)
    it(`holds off a withdrawal until what asked (${how}) has done what it asked for`, async () => {
      await gives(ada, 'analytics');
      let isWithdrawn = false;
      let withdrawal: Promise<unknown> = Promise.resolve();
      await postgres.transaction(world.workspaceId, 'own', async (tx) => {
        const consents = consentsOf(tx, world.workspaceId);
        if (how === 'of') assert.ok(await consents.of('analytics', ada.userId));
        else assert.ok((await consents.all('analytics')).length > 0);
        withdrawal = withdraws(ada, 'analytics').then(() => (isWithdrawn = true));
        const waits = `SELECT FROM pg_stat_activity
          WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE%' AND datname = current_database()`;
        await until(async () => (await rows(world, waits)).length > 0);
        assert.equal(isWithdrawn, false);
      });
      await withdrawal;
      assert.equal(await asked(), null);
    });

  it('is the one place in which a proof of consent is made', () => {
    const root = join(import.meta.dirname, '..', '..', '..', 'src');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.includes('generated'),
    );
    const made = files.filter((file) =>
      /\b(?:as|satisfies) (?:unknown as )?Consented\b|as never as Consented/.test(
        readFileSync(join(root, file), 'utf8'),
      ),
    );
    assert.deepEqual(made, [join('privacy', 'consent', 'consents.ts')]);
  });
});
