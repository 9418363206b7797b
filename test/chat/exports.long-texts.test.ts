/** However long messages are, an export takes no more than a bounded number of their bytes at a time, and leaves none out. */
import assert from 'node:assert/strict';
import { messagesIn } from '../../src/chat/message-exports-store.ts';
import { readConfig } from '../../src/config.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { archiveOf, ExportWorld } from '../privacy/exporting.ts';
import { saidInTurn } from './support.ts';

const MOST_BYTES = 1024 * 1024;
/** As long as a message may be, of characters that take the most. */
const LONG = '😀'.repeat(4_000);
const LONG_BYTES = Buffer.byteLength(LONG) + 100;
/** More than fit into two pages. */
const MESSAGES = 2 * Math.ceil(MOST_BYTES / LONG_BYTES) + 10;

describe('an export of long messages', () => {
  let at: ExportWorld;
  let postgres: Postgres;
  before(async () => {
    at = await ExportWorld.create();
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
  });
  after(async () => {
    await postgres.close();
    await at.end();
  });

  it('has each once, in order, from pages that end before they are too large', async () => {
    const ada = await at.holder('Ada');
    const { id: channelId } = await at.world.channel(ada.person);
    const sayings = Array.from({ length: MESSAGES }, () => LONG);
    const ids = (await saidInTurn(at.world, ada.person, channelId, sayings)).map(({ id }) => id);

    const piece = { channelId, after: 0, upTo: MESSAGES, readable: '{(,)}' };
    const { userId } = ada.person;
    const page = await postgres.transaction(at.world.workspaceId, 'read', (tx) =>
      messagesIn(tx, userId, [piece]),
    );
    assert.ok(page.isCut && page.found.length < MESSAGES / 2, 'a page is not all of them');
    assert.ok(page.texts.length >= MOST_BYTES && page.texts.length <= MOST_BYTES + LONG_BYTES);

    const rows = (await archiveOf(at.world, ada)).rows('messages');
    assert.deepEqual(
      rows.map(({ id }) => id),
      ids,
    );
    assert.ok(rows.every(({ text }) => text === LONG));
  });
});
