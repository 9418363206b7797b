/** A bulk deletion whose processes are killed with SIGKILL, again and again: it goes on, each message goes once, and is told once. */
import assert from 'node:assert/strict';
import pg from 'pg';
import type { DeletionId } from '../../../src/contract/index.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { NodeProcess } from '../../support/node-process.ts';
import { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';

const KILLER = new URL('../support/kill-at-commit.ts', import.meta.url).href;
const SIGN = 'UPDATE "public"."bulk_deletion"';
/** Two or three steps at least, and as many of a neighbour's, which stay. */
const POSTS = 240;
/** A job of who died is given back after seconds, and a busy machine takes its time. */
const PATIENCE_MS = 120_000;
/** Both servers are one: their tokens name the same issuer. */
const PUBLIC_URL = 'http://chat.example.org';

describe('a bulk deletion under SIGKILL', function () {
  this.timeout(600_000);

  it('goes on in the next process, whichever commit the last one died at', async () => {
    const world = await World.create({ environment: { PUBLIC_URL } });
    const mint = (displayName: string) =>
      world.app.auth.mintSession(world.workspaceId, { displayName });
    const [keeps, writes, minds] = [await mint('Keeper'), await mint('Bob'), await mint('Carol')];
    const [keeper, bob, carol] = [keeps, writes, minds].map(
      (minted) => new Person(world.url, 'Somebody', minted),
    ) as [Person, Person, Person];
    for (const person of [keeper, bob, carol]) await person.connect();
    const { id: channelId } = await world.channel(keeper, [bob, carol]);
    for (let sent = 0; sent < POSTS; sent += 40)
      await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          (i % 2 === 0 ? bob : carol).send(channelId, 'a post', world.clientId()).accepted(),
        ),
      );
    for (const person of [keeper, bob, carol]) person.leave();
    await world.end();
    const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] ?? '' });
    await client.connect();
    try {
      const head = async () => {
        const text = 'SELECT last_rev::int FROM channel WHERE id = $1';
        const { rows } = await client.query<{ last_rev: number }>(text, [channelId]);
        return rows[0]?.last_rev ?? 0;
      };
      const before = await head();
      const environment = { PUBLIC_URL, KILL_IN: SIGN };
      const first = await NodeProcess.start({ ...environment, KILL_AT: '2:before' }, [KILLER]);
      const asks = new Person(first.url, 'Keeper', keeps);
      await asks.connect();
      const input = { channelId, authorId: writes.userId, reason: 'spam' };
      const { deletionId } = await asks.call('message.delete-many', input).accepted();
      await eventually('the first process is gone', () => !first.alive, PATIENCE_MS);
      asks.leave();
      let kills = 1;
      const deletion = async () => {
        const text =
          'SELECT deleted, finished_at IS NOT NULL AS finished FROM bulk_deletion WHERE id = $1';
        const { rows } = await client.query<{ deleted: number; finished: boolean }>(text, [
          deletionId satisfies DeletionId,
        ]);
        assert.ok(rows[0]);
        return rows[0];
      };
      for (; !(await deletion()).finished; kills += 1) {
        assert.ok(kills < 20, 'it goes on');
        const when = kills % 2 === 0 ? 'before' : 'after';
        const settings = { ...environment, KILL_AT: `1:${when}` };
        const node = await NodeProcess.start(settings, [KILLER]).catch(unlessKilled);
        if (node)
          await eventually('the process is gone', () => !node.alive, PATIENCE_MS).finally(
            () => node.alive && node.stop(),
          );
        const { deleted } = await deletion();
        console.log(`      killed ${when} a commit: ${deleted} of ${POSTS / 2} deleted`);
      }
      assert.ok(kills >= 3, `${kills} kills`);
      assert.equal((await deletion()).deleted, POSTS / 2);
      // Each took one revision, and none was taken for nothing.
      assert.equal((await head()) - before, POSTS / 2);
      const text = `SELECT
          count(*) FILTER (WHERE author_id = $2 AND deleted_at IS NOT NULL)::int AS gone,
          count(DISTINCT rev) FILTER (WHERE author_id = $2)::int AS revisions,
          count(*) FILTER (WHERE author_id = $3 AND deleted_at IS NULL)::int AS kept,
          (SELECT count(*)::int FROM moderation_act WHERE channel_id = $1) AS acts,
          (SELECT count(*)::int FROM audit_event
            WHERE action = 'message.delete-many' AND resource_id = $1) AS audited
        FROM message WHERE channel_id = $1`;
      const { rows } = await client.query<object>(text, [channelId, writes.userId, minds.userId]);
      const half = POSTS / 2;
      assert.deepEqual(rows, [{ gone: half, revisions: half, kept: half, acts: 1, audited: 1 }]);
      console.log(`      ${kills} kills; ${half} messages deleted once each, one line of audit`);
    } finally {
      await client.end();
    }
  });
});

function unlessKilled(error: Error): null {
  if (error.message.startsWith('the node ended with null')) return null;
  throw error;
}
