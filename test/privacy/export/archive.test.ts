/** Whoever leaves in the middle of a download leaves no file open behind. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { archiveOf } from '../../../src/privacy/export/archive.ts';
import type { PartRecord } from '../../../src/privacy/export/export-store.ts';

/** What does not get smaller, so that what is not taken holds up what is read. */
const PIECE = randomBytes(64 * 1024);
const PIECES = 64;

const part = (n: number): PartRecord => ({
  ...{ id: String(n), file: `messages/${n}.jsonl`, contributor: 'messages', rows: 0 },
  ...{
    bytes: PIECES * PIECE.length,
    digest: Buffer.alloc(32),
    months: {},
    extent: null,
    settled: true,
  },
});

describe('an archive that is sent', () => {
  it('closes the file that is open when the one who fetches it leaves, and opens no other', async () => {
    const closed: string[] = [];
    const opened: string[] = [];
    const signal = new EventTarget();
    async function* open({ id }: PartRecord): AsyncGenerator<Buffer> {
      opened.push(id);
      try {
        for (let n = 0; n < PIECES; n += 1) yield await Promise.resolve(PIECE);
      } finally {
        closed.push(id);
        signal.dispatchEvent(new Event('closed'));
      }
    }
    const zip = archiveOf({ parts: [part(1), part(2)], at: new Date(0), open });
    const isClosed = once(signal, 'closed');
    await once(zip, 'readable');
    for await (const piece of zip) {
      assert.ok(piece);
      break;
    }
    await isClosed;
    assert.deepEqual([opened, closed], [['1'], ['1']]);
  });
});
