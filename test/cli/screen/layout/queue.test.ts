/** The queue in any window: which report is chosen can be told without colours, and of a long list that part is seen. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { columnsIn, textOf } from '../../../../src/cli/screen/layout/line.ts';
import {
  countWords,
  queueLines,
  type QueueParts,
} from '../../../../src/cli/screen/layout/queue.ts';
import { ADA, BOB, messageOf, NOON, queuedOf, queueOf } from '../made-up.ts';

const seen = (parts: QueueParts, width = 61, height = 18) =>
  queueLines(parts, width, height).map(textOf);

describe('the queue as lines', () => {
  it('is never larger than its place, and always has the chosen report in it', () => {
    const size = fc.tuple(fc.integer({ min: 30, max: 120 }), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 60 }), fc.nat(), ([width, height], count, at) => {
        const parts = queueOf(count);
        const chosen = parts.queued[at % count] ?? null;
        const lines = queueLines({ ...parts, chosen }, width, height);
        assert.ok(lines.length <= height, `${lines.length} lines in ${height}`);
        for (const line of lines) assert.ok(columnsIn(line) <= width, textOf(line));
        const marked = lines.map(textOf).filter((line) => line.startsWith(' › '));
        assert.equal(marked.length, 1);
        assert.match(marked[0] ?? '', new RegExp(`^ › R${chosen?.number} `));
      }),
    );
  });

  it('shows who has what, how old it is and what it is about, in columns', () => {
    const queued = [
      queuedOf(1, { state: 'claimed', claimedBy: BOB, createdAt: NOON - 2 * 86_400_000 }),
      queuedOf(2, { state: 'claimed', claimedBy: ADA, category: 'spam' }),
      queuedOf(3, {
        createdAt: NOON - 59_000,
        message: null,
        reporterId: null,
        category: 'filter',
      }),
    ];
    const parts = queueOf(0, { queued, chosen: queued[1] ?? null });
    assert.deepEqual(seen(parts).slice(0, 4), [
      '        age     state      reported as message',
      '   R1   2 d     Bob        harassment  #general 1 Bob',
      ' › R2   2 h     yours      spam        #general 2 Bob'.padEnd(61),
      '   R3   now     open       filter      #general, gone',
    ]);
    assert.deepEqual(seen(parts, 40).slice(0, 4), [
      '        age     state    message',
      '   R1   2 d     Bob      #general 1 Bob',
      ' › R2   2 h     yours    #general 2 Bob'.padEnd(40),
      '   R3   now     open     #general, gone',
    ]);
    assert.equal(countWords(parts), '1 open · 2 taken up');
  });

  it('shows the chosen report in full: the message as it is, what was added, who holds it', () => {
    const one = queuedOf(7, {
      ...{ state: 'claimed', claimedBy: BOB, text: 'again\nand again' },
      message: messageOf({ seq: 7, body: 'rude\nwords' }),
    });
    const parts = queueOf(0, { queued: [one], chosen: one });
    assert.deepEqual(seen(parts).slice(-4), [
      ' │ rude',
      ' │ words',
      ' You reported it as harassment 7 h ago: “again ⏎ and again”',
      ' Bob has taken it up.',
    ]);
    const gone = {
      ...parts,
      messageOf: () => messageOf({ seq: 7, content: 'deleted', body: null }),
    };
    assert.ok(seen(gone).includes(' The message is deleted.'));
    assert.ok(seen({ ...parts, messageOf: () => null }).includes(' The message is gone.'));
  });

  it('says that it is loading, that it is empty, and why it could not be read', () => {
    const none = queueOf(0);
    assert.match(seen({ ...none, isRead: false }).join(' '), /on their way/);
    assert.match(seen(none).join(' '), /No report waits in the channels that you look after/);
    const lines = seen(queueOf(2, { why: 'There is no connection.' }));
    assert.match(lines.join(' '), /could not be read. There is no connection\./);
    assert.ok(
      lines.some((line) => line.startsWith(' › R2')),
      'what was there is still seen',
    );
  });

  it('lets no control character through, whoever wrote it', () => {
    const evil = '\u001b[2J\u009b\u0007\u202eevil';
    const one = queuedOf(1, { text: evil, message: messageOf({ seq: 1, body: evil }) });
    const text = seen(queueOf(0, { queued: [one], chosen: one })).join('\n');
    assert.match(text, /␛\[2J/);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
  });
});
