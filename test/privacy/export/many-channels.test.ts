/** Who is in very many channels gets all of them: a page looks at a bounded number, however many there are. */
import assert from 'node:assert/strict';
import { nextPieces } from '../../../src/chat/exports-store.ts';
import { readConfig } from '../../../src/config.ts';
import type { ChannelId } from '../../../src/contract/index.ts';
import type { ExportCursor } from '../../../src/kernel/index.ts';
import { Postgres } from '../../../src/platform/postgres/index.ts';
import { archiveOf, ExportWorld, type Holder } from '../exporting.ts';

/** Beside the one that is made; what holds for more than three pages holds for five hundred. */
const CHANNELS = 700;
const OF_A_PAGE = 200;

describe('an export of somebody who is in very many channels', () => {
  let at: ExportWorld;
  let ada: Holder;
  before(async () => {
    at = await ExportWorld.create();
    ada = await at.holder('Ada');
    const { id } = await at.world.channel(ada.person);
    await ada.person.send(id, 'once', at.world.clientId()).accepted();
    const { rows } = await at.world.database.query<{ id: ChannelId }>(
      `INSERT INTO channel SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid()))).*
       FROM channel c, generate_series(1, $2) WHERE c.id = $1 RETURNING id`,
      [id, CHANNELS],
    );
    await at.world.database.query(
      `INSERT INTO membership SELECT (jsonb_populate_record(m, jsonb_build_object('channel_id', n.id))).*
       FROM membership m, unnest($2::uuid[]) AS n (id) WHERE m.channel_id = $1`,
      [id, rows.map((row) => row.id)],
    );
  });
  after(() => at.end());

  it('looks at 200 of them with a page, and at each of them once', async () => {
    const { workspaceId } = at.world;
    const subject = { workspaceId, userId: ada.person.userId };
    const postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
    try {
      const pages: ChannelId[][] = [];
      for (let cursor: ExportCursor | null = null, isFirst = true; isFirst || cursor !== null;) {
        const from: ExportCursor | null = cursor;
        const page: Awaited<ReturnType<typeof nextPieces>> = await postgres.transaction(
          workspaceId,
          'read',
          (tx) => nextPieces(tx, subject, from),
        );
        pages.push(page.pieces.map(({ channelId }) => channelId));
        [isFirst, cursor] = [false, page.next];
        assert.ok(pages.length <= CHANNELS, 'it ends');
      }
      assert.ok(pages.every(({ length }) => length <= OF_A_PAGE));
      assert.ok(pages.length <= CHANNELS / OF_A_PAGE + 2, `${pages.length} pages`);
      assert.equal(pages.flat().length, CHANNELS + 1);
      assert.equal(new Set(pages.flat()).size, CHANNELS + 1);
    } finally {
      await postgres.close();
    }
  });

  it('has each of them, and what was written in one', async () => {
    const archive = await archiveOf(at.world, ada);
    const memberships = archive.rows('memberships');
    assert.equal(new Set(memberships.map(({ channelId }) => channelId)).size, CHANNELS + 1);
    assert.deepEqual(
      archive.rows('messages').map(({ text }) => text),
      ['once'],
    );
  });
});
