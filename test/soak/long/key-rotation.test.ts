/** Fifty signing keys one after the other, each for a second, while people come, refresh and call on two nodes. */
import assert from 'node:assert/strict';
import { ownDatabase, type OwnDatabase } from '../../architecture/own-database.ts';
import { rotateUnderLoad } from '../../support/rotation-load.ts';
import { TwoNodes } from '../../support/two-nodes.ts';

const ROTATIONS = 50;

describe('soak: signing keys', function () {
  this.timeout(180_000);
  let database: OwnDatabase;
  let nodes: TwoNodes;
  before(async () => {
    database = await ownDatabase();
    nodes = await TwoNodes.create({ environment: { DATABASE_APP_URL: database.serverUrl } });
  });
  after(async () => {
    await nodes.end();
    await database.remove();
  });

  it('refuses no valid call in fifty rotations', async () => {
    const environment = { ...process.env, DATABASE_APP_URL: database.serverUrl };
    const load = await rotateUnderLoad(nodes, {
      environment,
      rotations: ROTATIONS,
      everyMs: 1_000,
      people: 4,
    });
    const { calls, refused, kids } = load;
    console.log(
      `      ${load.rotations.length} rotations, ${calls} calls, ${refused.length} refused; ${kids.length - 1} of the new keys were seen to sign`,
    );
    assert.deepEqual(refused, []);
    assert.ok(calls >= 1_000, 'a load');
    assert.ok(kids.length > ROTATIONS * 0.8, 'the keys really changed under it');
  });
});
