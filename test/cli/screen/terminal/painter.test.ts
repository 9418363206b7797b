/** What is painted is what is seen: only what changed is written, and everything stands in its column. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Painter } from '../../../../src/cli/screen/terminal/painter.ts';
import { Terminal, type Emulator } from '../emulator.ts';

const COLUMNS = 24;

async function seen(emulator: Emulator, text: string) {
  await new Promise<void>((resolve) => emulator.write(text, resolve));
  const { active } = emulator.buffer;
  return Array.from({ length: emulator.rows }, (_, row) =>
    (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
  );
}

const terminal = (rows: number) => {
  const emulator = new Terminal({ cols: COLUMNS, rows, allowProposedApi: true });
  emulator.write('\x1b[?7l');
  return emulator;
};

describe('The painter', () => {
  it('writes only the rows that changed, and nothing when none did', async () => {
    const painter = new Painter();
    const emulator = terminal(3);
    const rows = ['one', 'two', 'three'];
    assert.deepEqual(await seen(emulator, painter.paint(rows, null, COLUMNS)), rows);
    assert.equal(painter.paint([...rows], null, COLUMNS), '');
    const changed = painter.paint(['one', 'other', 'three'], { row: 1, column: 5 }, COLUMNS);
    assert.ok(!changed.includes('one') && !changed.includes('three'));
    assert.deepEqual(await seen(emulator, changed), ['one', 'other', 'three']);
    assert.deepEqual([emulator.buffer.active.cursorY, emulator.buffer.active.cursorX], [1, 5]);
    assert.match(painter.paint(rows, null, COLUMNS + 1), /2J.*one.*two.*three/);
    painter.forget();
    assert.match(painter.paint(rows, null, COLUMNS), /2J.*one.*two.*three/);
  });

  it('moves the cursor without painting, and hides it where there is none', () => {
    const painter = new Painter();
    painter.paint(['a'], { row: 0, column: 0 }, COLUMNS);
    const moved = painter.paint(['a'], { row: 0, column: 1 }, COLUMNS);
    assert.match(moved, /\[1;2H\p{Cc}\[\?25h/u);
    assert.ok(!painter.paint(['a'], null, COLUMNS).includes('?25h'));
  });

  it('puts what follows a character into its column, however wide the terminal takes that to be', async () => {
    // This emulator takes each part of a joined emoji for one of its own, others for one.
    for (const [text, columns] of [
      ['👩‍👩‍👧', 2],
      ['❤️', 2],
      ['🇨🇭', 2],
      ['क्ष', 1],
      ['日本', 4],
      ['e\u0301', 1],
      ['☕', 2],
    ] as const) {
      const emulator = terminal(1);
      const old = new Painter().paint(['-'.repeat(COLUMNS)], null, COLUMNS);
      await seen(emulator, old);
      await seen(
        emulator,
        new Painter().paint([`x${text}|`], null, COLUMNS).replace('\x1b[2J', ''),
      );
      const line = emulator.buffer.active.getLine(0);
      const cells = Array.from({ length: COLUMNS }, (_, at) => line?.getCell(at)?.getChars() ?? '');
      assert.equal(cells.indexOf('|'), 1 + columns, text);
    }
  });

  it('shows the last of any rows, whatever was there before', async () => {
    const text = fc.oneof(
      fc.constantFrom(
        '',
        'plain',
        '─'.repeat(COLUMNS),
        'Grüße',
        'x'.repeat(COLUMNS + 9),
        '\x1b[2mquiet\x1b[22m',
      ),
    );
    const screen = fc.array(text, { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(screen, { minLength: 1, maxLength: 5 }), async (screens) => {
        const painter = new Painter();
        const emulator = terminal(3);
        let shown: string[] = [];
        for (const rows of screens)
          shown = await seen(emulator, painter.paint(rows, null, COLUMNS));
        const expected = screens
          .at(-1)
          ?.map((row) => row.replaceAll(/\p{Cc}\[\d+m/gu, '').slice(0, COLUMNS));
        assert.deepEqual(shown, expected);
      }),
      { numRuns: 40 },
    );
  });
});
