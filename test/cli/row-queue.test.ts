/** Rows for a reader who may be slow: in order, and bounded, with a word where some are missing. */
import assert from 'node:assert/strict';
import { RowQueue } from '../../src/cli/row-queue.ts';

describe('rows that wait to be read', () => {
  async function taken(rows: RowQueue<string>, most: number): Promise<string[]> {
    const all: string[] = [];
    for await (const row of rows) if (all.push(row) === most) break;
    return all;
  }

  it('keep their order, whatever takes its time', async () => {
    const rows = new RowQueue<string>();
    rows.add(() => new Promise((resolve) => setImmediate(() => resolve('slow'))));
    rows.add(() => 'quick');
    const reading = taken(rows, 3);
    setImmediate(() => rows.add(() => 'late'));
    assert.deepEqual(await reading, ['slow', 'quick', 'late']);
  });

  it('are left out when there are too many, up to where the reader is told', async () => {
    const rows = new RowQueue<string>(2);
    let last = '';
    const offer = (row: string) => {
      last = row;
      rows.offer(
        () => row,
        () => `all up to ${last} are left out`,
      );
    };
    for (const row of ['a', 'b', 'c', 'd', 'e']) offer(row);
    assert.deepEqual(await taken(rows, 3), ['a', 'b', 'all up to e are left out']);
    for (const row of ['f', 'g']) offer(row);
    assert.deepEqual(await taken(rows, 2), ['f', 'g']);
  });

  it('end with what failed, after everything before it', async () => {
    const rows = new RowQueue<string>();
    rows.add(() => 'last');
    rows.fail(new Error('over'));
    const read: string[] = [];
    await assert.rejects(async () => {
      for await (const row of rows) read.push(row);
    }, /^Error: over$/);
    assert.deepEqual(read, ['last']);
  });
});
