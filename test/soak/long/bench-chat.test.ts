/** npm run bench:chat works: every trial is carried out whole on real nodes, and has a figure for all that it names. */
import assert from 'node:assert/strict';
import { bulkDeletion } from '../../../bench/chat/delete-many.ts';
import { deletion } from '../../../bench/chat/delete.ts';
import { history } from '../../../bench/chat/history.ts';
import { reactions } from '../../../bench/chat/reactions.ts';
import { aloneCells, heldLines } from '../../../bench/alone/report.ts';
import type { ChatTrial, Found } from '../../../bench/chat/trial.ts';
import { startLoad, type Load } from '../../../bench/load-process.ts';
import { table } from '../../../bench/report.ts';
import { startServices, type Services } from '../../../bench/services.ts';

describe('npm run bench:chat', function () {
  this.timeout(120_000);
  let services: Services;
  let load: Load;
  before(async () => {
    services = await startServices(new AbortController().signal);
    load = await startLoad(services);
  });
  after(() => services.stop());

  /** In a run that counts; how fast is not asked here. */
  const found = async (trial: ChatTrial): Promise<Found> => {
    const all = await trial.run({ services, load, progress: () => undefined, profiled: null });
    const said = [table(aloneCells({ trial, found: all })), ...heldLines([{ trial, found: all }])];
    assert.deepEqual(all.faults, [], said.join('\n'));
    assert.doesNotMatch(said.join('\n'), /NaN|Infinity|undefined/);
    return all;
  };

  it('reads pages of a channel that grew, of which Postgres read as many rows as were shown', async () => {
    const { cells, held } = await found(
      history({ sizes: [600, 1_200], each: 3, authors: 6, reads: 20 }),
    );
    assert.deepEqual(cells.lines[0], ['messages in the channel', '600', '1,200']);
    assert.match(cells.remarks.join(), /Index Scan of message_pkey$/);
    assert.equal(held.length, 2);
  });

  it('sees each deletion on every screen of two nodes', async () => {
    const { figures } = await found(deletion({ screens: 8, messages: 10 }));
    const { shown, expected } = figures as { shown: number; expected: number };
    assert.ok(shown === expected && expected > 0);
  });

  it('has everything of one author deleted, while others write', async () => {
    const { figures } = await found(bulkDeletion({ messages: 600, perSecond: 10, seconds: 1 }));
    const { deleted, finished } = figures as { deleted: number; finished: boolean };
    assert.deepEqual([deleted, finished], [605, true]);
  });

  it('counts every reaction of a crowd, while others write', async () => {
    const { figures } = await found(reactions({ perSecond: 100, seconds: 1, people: 20, says: 5 }));
    assert.equal((figures as { counted: number }).counted, 100);
  });
});
