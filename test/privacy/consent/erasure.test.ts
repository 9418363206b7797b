/** Of who was erased it stays provable what they agreed to, not from where; and nothing is done for them any more. */
import assert from 'node:assert/strict';
import { row, rows } from '../../chat/support.ts';
import { gives } from '../../consented/support.ts';
import { readConfig } from '../../../src/config.ts';
import { Postgres } from '../../../src/platform/postgres/index.ts';
import { consentsOf } from '../../../src/privacy/index.ts';
import { World } from '../../support/world.ts';
import { author, becomes } from '../support.ts';

describe('an erasure of who consented', () => {
  let world: World;
  before(async () => {
    world = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
  });
  after(() => world.end());

  it('ends what is done for them, and leaves what they said without whence', async () => {
    const { person, resident } = await author(world);
    await gives(person, 'mention-mail');
    await gives(person, 'analytics');
    const mail = `INSERT INTO mail (workspace_id, kind, email_digests, user_id, due_at)
      VALUES ($1, 'mentions', '{}', $2, now() + interval '1 hour')`;
    await rows(world, mail, world.workspaceId, person.userId);
    const { erasureId } = await person
      .call('erasure.request', { password: resident.password })
      .accepted();
    await becomes(world, erasureId, 'done');
    const left = await row(
      world,
      `SELECT (SELECT count(*) FROM mention_watch WHERE user_id = $1)::int AS watches,
        (SELECT count(*) FROM mail WHERE user_id = $1)::int AS mails,
        (SELECT count(*) FROM consent WHERE user_id = $1)::int AS consents,
        (SELECT count(*) FROM subject_key WHERE subject_id = $1)::int AS keys`,
      person.userId,
    );
    // The addresses are sealed under a key that there is not any more.
    assert.deepEqual(left, { watches: 0, mails: 0, consents: 2, keys: 0 });
    const postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
    const asked = await postgres.transaction(world.workspaceId, 'own', (tx) =>
      consentsOf(tx, world.workspaceId).all('analytics'),
    );
    await postgres.close();
    assert.deepEqual(asked, []);
  });
});
