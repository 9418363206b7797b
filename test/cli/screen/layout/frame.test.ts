/** A frame fills its window exactly, whatever is in it and however large it is, and the cursor is in it. */
import assert from 'node:assert/strict';
import type { Channel, ChannelId } from 'conclave/client';
import fc from 'fast-check';
import { frameOf, type FrameParts } from '../../../../src/cli/screen/layout/frame.ts';
import { columnsIn, textOf } from '../../../../src/cli/screen/layout/line.ts';
import { isTooSmall } from '../../../../src/cli/screen/layout/plan.ts';
import { insert } from '../../../../src/cli/screen/model/composer.ts';
import { QUEUE } from '../../../../src/cli/screen/model/queue.ts';
import type { Room } from '../../../../src/cli/screen/model/room.ts';
import {
  edited,
  entered,
  FIRST,
  type ScreenState,
} from '../../../../src/cli/screen/model/state.ts';
import { ADA, messageOf, NOON, queueOf } from '../made-up.ts';

function roomOf(name: string, some: Partial<Room> = {}): Room {
  const channel: Channel = {
    id: name as ChannelId,
    kind: 'public',
    name,
    topic: null,
    historyPolicy: 'all',
    readOnly: false,
    slowModeSeconds: 0,
    archived: false,
    createdAt: NOON,
    epoch: 1,
    lastSeq: 0,
    lastRev: 0,
    role: 'owner',
    readSeq: 0,
    unread: 0,
  };
  const { id } = channel;
  return { id, channel, name, isJoined: true, unread: 0, unsent: 0, hasFailed: false, ...some };
}

const room = roomOf('general');
const rooms = [
  room,
  ...Array.from({ length: 30 }, (_, n) => roomOf(`日本 room ${n}`, { unread: n })),
];
const messages = Array.from({ length: 60 }, (_, n) =>
  messageOf({ seq: n + 1, body: n % 3 === 0 ? '長い日本語の行 '.repeat(n) : `text ${n}` }),
);

function partsOf(columns: number, rows: number, state: ScreenState): FrameParts {
  return {
    size: { columns, rows },
    state,
    me: ADA,
    title: 'A workspace',
    rooms,
    room: state.current === null ? null : room,
    log: { is: 'live' },
    people: 3,
    status: {
      connection: { is: 'connecting' },
      hasBeenOnline: true,
      me: 'Ada',
      server: 'chat.example.org',
      unsent: 2,
    },
    conversation: {
      messages,
      unsent: [],
      beginning: 'Here begins #general.',
      isOnline: false,
      me: ADA,
      nameOf: () => '王美玲 with a long name',
      now: NOON,
    },
    typing: [],
    invitation: 'You are in no channel yet. '.repeat(9),
    queue: state.queue && queueOf(30),
    standing: state.current === null ? [] : ['You are muted here until tomorrow: '.repeat(3)],
    hint: null,
    finds: rooms,
  };
}

const here = entered(FIRST, room.id, { mark: 0, hasUnread: false });
const rows = Array.from({ length: 40 }, (_, n) => ({
  term: `term ${n}`,
  text: 'said of it '.repeat(n),
}));
const STATES: Readonly<Record<string, ScreenState>> = {
  first: FIRST,
  here,
  writing: edited(here, insert('a text that is long 日本語 '.repeat(40))),
  told: { ...here, notice: { tone: 'alert', text: 'a notice '.repeat(40), isAnswer: true } },
  reading: { ...here, sheet: { title: 'Help', rows, offset: 7 } },
  picking: { ...here, picker: { query: { text: 'gen', cursor: 3, taken: '' }, chosen: 20 } },
  completing: { ...here, completion: { offers: rows.map(({ term }) => term), chosen: 30 } },
  queue: { ...here, queue: QUEUE },
  above: { ...here, place: { key: '5', line: 0 } },
};

describe('A frame', () => {
  it('fills its window exactly, and has the cursor in it', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(size, fc.constantFrom(...Object.keys(STATES)), ([columns, height], name) => {
        const frame = frameOf(partsOf(columns, height, STATES[name] ?? FIRST));
        const main = columns - frame.sidebarColumns;
        for (const line of frame.main) assert.ok(columnsIn(line) <= main, textOf(line));
        for (const line of frame.sidebar) assert.ok(columnsIn(line) < frame.sidebarColumns);
        if (isTooSmall({ columns, rows: height })) return;
        assert.equal(frame.main.length, height - 1);
        assert.ok(frame.sidebar.length <= height - 1);
        assert.ok(columnsIn(frame.status) <= columns);
        assert.ok(frame.cursor);
        assert.ok(frame.cursor.row < height - 1 && frame.cursor.column < columns);
      }),
    );
  });

  it('shows the channel one is in, however many there are', () => {
    for (const one of rooms) {
      const state = { ...here, current: one.id };
      const { sidebar } = frameOf({ ...partsOf(80, 16, state), room: one });
      const lines = sidebar.map(textOf);
      assert.ok(lines.some((line) => line.startsWith(`›#${one.name.slice(0, 6)}`)));
    }
  });

  it('shows the offer that is chosen, and the choice in a long list', () => {
    const text = (name: string) =>
      frameOf(partsOf(80, 24, STATES[name] ?? FIRST))
        .main.map(textOf)
        .join('\n');
    assert.match(text('completing'), /›term 30/);
    assert.match(text('picking'), / › #日本 room 19/);
  });
});
