/** What keys cost: a hundred thousand wrapped anew within a minute, and sealing and opening with a key at hand. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { envelope, open } from '../../../src/crypto/index.ts';
import { systemClock, systemEntropy } from '../../../src/platform/system.ts';
import { ownDatabase, type OwnDatabase } from '../../architecture/own-database.ts';
import { operatorOf } from '../../support/rotation-load.ts';
import { World } from '../../support/world.ts';
import { addDataKeys } from '../support/many-keys.ts';

const KEYS = 100_000;
const BOUND_MS = 60_000;
const MESSAGE_BYTES = 200;

describe('soak: the speed of keys', function () {
  this.timeout(180_000);
  let database: OwnDatabase;
  before(async () => {
    database = await ownDatabase();
  });
  after(() => database.remove());

  it('wraps 100,000 keys anew within a minute', async () => {
    const own = { DATABASE_APP_URL: database.serverUrl };
    const world = await World.create({ environment: own });
    const ada = await world.person('Ada');
    const { id: channelId } = await world.channel(ada);
    const environment = { ...process.env, ...own };
    const { workspaceId } = world;
    await addDataKeys(database.owner, environment, { workspaceId, channelId, count: KEYS });
    const operator = await operatorOf(environment);
    const began = performance.now();
    let rewrapped = 0;
    for await (const row of operator.rotateKeys()) if (row.is === 'done') ({ rewrapped } = row);
    const took = performance.now() - began;
    await operator.close();
    await world.end();
    console.log(
      `      ${rewrapped} keys in ${(took / 1_000).toFixed(1)} s, ${Math.round(rewrapped / (took / 1_000))} a second`,
    );
    assert.equal(rewrapped, KEYS + 1, 'and her own');
    assert.ok(took < BOUND_MS);
  });

  it('seals and opens messages with a key at hand', () => {
    const sealing = envelope(systemEntropy(systemClock));
    const key = randomBytes(32);
    const text = randomBytes(MESSAGE_BYTES);
    const place = ['message', 'workspace', 'channel', 'id', 'author', 1, 1];
    const round = (times: number) => {
      const began = performance.now();
      for (let i = 0; i < times; i += 1)
        assert.ok(open(key, sealing.seal(key, text, place), place) !== null);
      return times / ((performance.now() - began) / 1_000);
    };
    round(5_000);
    const perSecond = Math.max(...[1, 2, 3].map(() => round(20_000)));
    console.log(`      ${Math.round(perSecond)} times sealed and opened a second, of 200 bytes`);
    assert.ok(perSecond > 5_000);
  });
});
