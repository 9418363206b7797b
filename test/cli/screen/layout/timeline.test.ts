/** Every kind of message as it is read: who, when, what, and what became of it. */
import assert from 'node:assert/strict';
import type { Message, OutboxEntry, UserId } from 'conclave/client';
import { textOf } from '../../../../src/cli/screen/layout/line.ts';
import { toneOf } from '../../../../src/cli/screen/layout/message.ts';
import { clockOf, dayOf, stretchOf } from '../../../../src/cli/screen/layout/time.ts';
import { Timeline } from '../../../../src/cli/screen/layout/timeline.ts';
import { visible } from '../../../../src/cli/screen/layout/viewport.ts';
import { ADA, BOB, entryOf, messageOf, NOON } from '../made-up.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NAMES = new Map([
  [ADA, 'Ada'],
  [BOB, 'Bob'],
]);

interface Shown {
  readonly messages?: readonly Message[];
  readonly unsent?: readonly OutboxEntry[];
  readonly width?: number;
  readonly unreadAfter?: number | null;
  readonly isOnline?: boolean;
  readonly beginning?: string;
  readonly now?: number;
}

function shown({ messages = [], unsent = [], width = 40, unreadAfter = null, ...more }: Shown) {
  const timeline = new Timeline({
    messages,
    unsent,
    width,
    unreadAfter,
    beginning: '',
    isOnline: true,
    me: ADA,
    nameOf: (userId: UserId) => NAMES.get(userId) ?? '?',
    now: NOON,
    ...more,
  });
  return visible(timeline, 'end', 1_000).lines.map((line) => textOf(line).trimEnd());
}

describe('The timeline', () => {
  it('puts what one says in a row below one name, until others speak or time passes', () => {
    const messages = [
      messageOf({ seq: 1 }),
      messageOf({ seq: 2, at: NOON + 4 * MINUTE }),
      messageOf({ seq: 3, at: NOON + 10 * MINUTE }),
      messageOf({ seq: 4, at: NOON + 11 * MINUTE, authorId: ADA }),
    ];
    assert.deepEqual(shown({ messages }), [
      '──────────────── Today ─────────────────',
      ' Bob  12:00',
      `   text 1${'1'.padStart(31)}`,
      `   text 2${'2'.padStart(31)}`,
      ' Bob  12:10',
      `   text 3${'3'.padStart(31)}`,
      ' Ada  12:11',
      `   text 4${'4'.padStart(31)}`,
    ]);
  });

  it('divides days, and what was unread', () => {
    const messages = [
      messageOf({ seq: 1, at: NOON - 9 * DAY }),
      messageOf({ seq: 2, at: NOON - DAY }),
      messageOf({ seq: 3, at: NOON - DAY + MINUTE }),
      messageOf({ seq: 4, at: NOON }),
    ];
    const lines = shown({ messages, unreadAfter: 2 });
    const rules = lines
      .filter((line) => line.includes('─'))
      .map((line) => line.replace(/─+/g, '-'));
    assert.deepEqual(rules, ['- Saturday 22 February -', '- Yesterday -', '- new -', '- Today -']);
    assert.equal(
      shown({ messages, unreadAfter: 4 }).filter((line) => line.includes('new')).length,
      0,
    );
    assert.equal(
      shown({ messages, unreadAfter: 0 }).filter((line) => line.includes('new')).length,
      0,
    );
  });

  it('wraps beside the number, and marks what was edited', () => {
    const body = 'words that need more than a line\nand a second one';
    const lines = shown({ messages: [messageOf({ body, editedAt: NOON })], width: 32 });
    assert.deepEqual(lines.slice(2), [
      `   words that need more${'1'.padStart(9)}`,
      '   than a line',
      '   and a second one',
      '   (edited)',
    ]);
    const short = shown({ messages: [messageOf({ body: 'short', editedAt: NOON })], width: 32 });
    assert.equal(short[2], `   short (edited)${'1'.padStart(15)}`);
    const narrow = shown({ messages: [messageOf({ body: 'narrow' })], width: 29 });
    assert.equal(narrow[2], '   narrow', 'where there is no room, there is no number');
  });

  it('says in place of a text why there is none', () => {
    const gone = { content: 'deleted', body: null } as const;
    const line = (some: Partial<Message>) =>
      shown({ messages: [messageOf({ ...some })] })[2]?.replace(/ +\d+$/, '');
    assert.equal(line({ ...gone, deletedBy: BOB }), ' × deleted by its author');
    assert.equal(line({ ...gone, deletedBy: ADA }), ' × deleted by you');
    assert.equal(line({ ...gone, deletedBy: 'x' as UserId }), ' × deleted by a moderator');
    assert.equal(line({ ...gone, deletedBy: null }), ' × deleted');
    assert.equal(line({ content: 'withheld', body: null }), ' × being fetched');
    assert.equal(line({ content: 'unreadable', body: null }), ' × cannot be read: its key is gone');
  });

  it('shows what is answered', () => {
    const first = messageOf({ seq: 1, body: 'a question that is long, much longer than a line' });
    const messages = [
      first,
      messageOf({ seq: 2, authorId: ADA, replyTo: first.id }),
      messageOf({ seq: 3, authorId: ADA, replyTo: 'gone' as Message['id'] }),
    ];
    const lines = shown({ messages }).filter((line) => line.includes('↳'));
    assert.deepEqual(lines, [' ↳ Bob: a question that is long,…', ' ↳ an older message']);
  });

  it('says of what is unsent what becomes of it', () => {
    const refusal = { code: 'rate_limited', retry: 'later', traceId: null } as const;
    const pending = { is: 'pending', retryAt: null, refusal: null } as const;
    const after = (state: OutboxEntry['state'], more: Shown = {}) =>
      shown({ unsent: [entryOf(state)], ...more }).slice(3);
    assert.deepEqual(after(pending), []);
    assert.deepEqual(after(pending, { isOnline: false }), [' … waits for the connection']);
    assert.deepEqual(after({ ...pending, refusal, retryAt: NOON + 11_500 }), [
      ' … too many at once: sent again in 12 s',
    ]);
    assert.deepEqual(after({ ...pending, refusal, retryAt: NOON - 1 }), [
      ' … too many at once: sent again now',
    ]);
    const failed = {
      is: 'failed',
      refusal: { ...refusal, code: 'forbidden', retry: 'never' },
    } as const;
    const two = [entryOf(failed), entryOf(failed, { clientId: 'client-2' })];
    assert.deepEqual(shown({ unsent: two }).slice(2), [
      '   unsent',
      ' ! not sent: you may not do this here',
      '   Ctrl-R tries again, Ctrl-X discards',
      '   it',
      '   unsent',
      ' ! not sent: you may not do this here',
    ]);
  });

  it('says what is above the first message, also where there is none', () => {
    assert.deepEqual(shown({ beginning: 'Here begins #a.' }), [' Here begins #a.']);
    assert.deepEqual(shown({}), []);
    const [first, second] = shown({ beginning: 'Older ones come.', messages: [messageOf({})] });
    assert.deepEqual([first, second?.includes('Today')], [' Older ones come.', true]);
  });

  it('gives the same person the same colour, and most people different ones', () => {
    assert.equal(toneOf(ADA), toneOf(ADA));
    const tones = Array.from({ length: 200 }, (_, n) => toneOf(`${n}${ADA}` as UserId));
    assert.equal(new Set(tones).size, 12);
  });
});

describe('Times', () => {
  it('are said as people say them', () => {
    assert.equal(clockOf(NOON + 5 * MINUTE), '12:05');
    assert.equal(dayOf(NOON - 400 * DAY, NOON), 'Sun, 28 January 2024');
    assert.deepEqual([0, 1, 61_000, 130_000, 3 * 60 * MINUTE].map(stretchOf), [
      ...['1 s', '1 s', '61 s', '3 min', '3 h'],
    ]);
  });
});
