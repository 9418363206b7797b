/** A file of which nothing was lost is kept without a question about its rows; any other is asked about row by row. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ExportId, UserId, WorkspaceId } from '../../../src/contract/index.ts';
import type { ExportContributor, ExportRow } from '../../../src/kernel/index.ts';
import { roomForFiles } from '../../../src/privacy/export/collect.ts';
import type { PartRecord } from '../../../src/privacy/export/export-store.ts';
import type { ExportParts, UnderWay } from '../../../src/privacy/export/parts.ts';
import { settle } from '../../../src/privacy/export/settle.ts';

const PART: PartRecord = {
  ...{ id: 'part', file: 'words/00001.jsonl', contributor: 'words', rows: 2, bytes: 24 },
  ...{ digest: Buffer.alloc(32), months: {}, extent: { from: 1, to: 2 }, settled: false },
};
const RECORD = { id: 'export' as ExportId, subjectId: 'ada' as UserId, rows: 2 };

describe('a file of an export that is settled', () => {
  let asked: ExportRow[];
  let given: Buffer[];
  beforeEach(() => {
    asked = [];
    given = [];
  });

  /** Of two rows, with a contributor that says this at a glance. */
  const settled = (areGiven: boolean, part = PART) => {
    const contributor: ExportContributor = {
      ...{ name: 'words', about: 'Words.', row: z.strictObject({ n: z.int() }), columns: {} },
      page: () => assert.fail('all was collected'),
      settle: (_subject, rows) => {
        asked.push(...rows);
        return Promise.resolve(rows.map((row) => (row['n'] === 1 ? row : null)));
      },
      wholes: {
        join: () => assert.fail('all was collected'),
        areGiven: (subject, extent) => {
          assert.deepEqual([subject.userId, extent], [RECORD.subjectId, PART.extent]);
          return Promise.resolve(areGiven);
        },
      },
    };
    const files = {
      // eslint-disable-next-line @typescript-eslint/require-await -- as the storage gives it
      async *read() {
        for (const line of ['{"n":1}\n', '{"n":2}\n']) {
          given.push(Buffer.from(line));
          yield Buffer.from(line);
        }
      },
      write: (_id: ExportId, _key: Buffer, anew: object, text: Buffer) =>
        Promise.resolve({ ...PART, ...anew, id: 'anew', bytes: text.length }),
    };
    const parts = {
      ...{ contributors: [contributor], files, pause: () => Promise.resolve() },
      clock: { monotonic: () => 0, now: () => new Date(0) },
    } as unknown as ExportParts;
    const underWay = {
      ...{ workspaceId: 'workspace' as WorkspaceId, record: RECORD, key: Buffer.alloc(32) },
    } as unknown as UnderWay;
    return settle(parts, underWay, [part], roomForFiles());
  };

  it('stays as it is where its contributor sees at a glance that it may, and is read through', async () => {
    const step = await settled(true);
    assert.deepEqual([step.settled, step.added, step.removed, asked], [[PART], [], [], []]);
    assert.equal(given.length, 2);
  });

  it('is made anew of the rows that are given still where its contributor does not', async () => {
    const step = await settled(false);
    assert.deepEqual(asked, [{ n: 1 }, { n: 2 }]);
    assert.deepEqual(step.removed, [PART]);
    const [anew] = step.added;
    assert.deepEqual([anew?.rows, anew?.extent, anew?.settled], [1, null, true]);
  });

  it('is asked about row by row where nobody wrote down what it was made of', async () => {
    await settled(true, { ...PART, extent: null });
    assert.equal(asked.length, 2);
  });
});
