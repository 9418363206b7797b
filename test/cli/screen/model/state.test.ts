/** What becomes of drafts, places and dividers: every change gives a new state, and no text is ever lost on the way. */
import assert from 'node:assert/strict';
import type { ChannelId } from 'conclave/client';
import { insert, written } from '../../../../src/cli/screen/model/composer.ts';
import { neighbour, ordered } from '../../../../src/cli/screen/model/room.ts';
import {
  composerOf,
  edited,
  entered,
  FIRST,
  hasDrafts,
  seen,
  sentOff,
  takenBack,
  withDraft,
} from '../../../../src/cli/screen/model/state.ts';
import { unreadIn } from '../../../../src/cli/screen/model/unread.ts';
import { messageOf } from '../made-up.ts';

const [here, there] = ['here', 'there'] as ChannelId[] as [ChannelId, ChannelId];
const nothing = { mark: 0, hasUnread: false };

describe('The state of the screen', () => {
  it('keeps a draft for each channel', () => {
    let state = edited(entered(FIRST, here, nothing), insert('half'));
    state = edited(entered(state, there, nothing), insert('other'));
    assert.equal(composerOf(entered(state, here, nothing)).text, 'half');
    assert.equal(hasDrafts(state), true);
    assert.equal(
      hasDrafts(withDraft(withDraft(state, here, written('')), there, written(' '))),
      false,
    );
  });

  it('takes what was written before there was a channel into the first one, unless that has a draft', () => {
    const early = edited(FIRST, insert('hello'));
    const inside = entered(early, here, nothing);
    assert.equal(composerOf(inside).text, 'hello');
    assert.equal(composerOf(entered(inside, there, nothing)).text, '', 'and no further');
    const drafted = entered(withDraft(early, here, written('mine')), here, nothing);
    assert.equal(composerOf(drafted).text, 'mine');
    assert.equal(composerOf(entered(drafted, null, nothing)).text, 'hello', 'it is not lost');
  });

  it('brings back what was not accepted, before what was written meanwhile', () => {
    const state = sentOff(edited(entered(FIRST, here, nothing), insert('first')));
    assert.equal(composerOf(state).text, '');
    assert.equal(composerOf(takenBack(state, here, 'first')).text, 'first');
    const meanwhile = edited(state, insert('second'));
    const back = composerOf(takenBack(meanwhile, here, 'first'));
    assert.equal(back.text, 'first\nsecond');
    assert.equal(back.cursor, back.text.length);
    const elsewhere = takenBack(entered(meanwhile, there, nothing), here, 'first');
    assert.equal(composerOf(elsewhere).text, '', 'not where one is now');
    assert.equal(elsewhere.drafts.get(here)?.text, 'first\nsecond');
  });

  it('takes back an answer when one types on, but not what happened by itself', () => {
    const said = (isAnswer: boolean) => ({
      ...entered(FIRST, here, nothing),
      notice: { tone: 'alert' as const, text: 'said', isAnswer },
    });
    assert.equal(edited(said(true), insert('x')).notice, null);
    assert.equal(edited(said(false), insert('x')).notice?.text, 'said');
    assert.equal(sentOff(said(false)).notice, null);
  });

  it('goes to what is unread, and divides it off', () => {
    const state = entered(FIRST, here, { mark: 7, hasUnread: true });
    assert.deepEqual([state.place, state.unreadAfter], ['unread', 7]);
    const read = entered(FIRST, here, { mark: 7, hasUnread: false });
    assert.deepEqual([read.place, read.unreadAfter], ['end', null]);
    const never = entered(FIRST, here, { mark: 0, hasUnread: true });
    assert.deepEqual([never.place, never.unreadAfter], ['end', null], 'there is no last line');
  });

  it('divides off what arrives while one reads further up, once one had seen everything', () => {
    const up = { key: '3', line: 0 };
    const scrolled = { place: up, isAtEnd: false, markBefore: 9, hasUnreadBelow: true };
    const state = entered(FIRST, here, nothing);
    assert.equal(seen(state, scrolled).unreadAfter, 9);
    const coming = entered(FIRST, here, { mark: 2, hasUnread: true });
    assert.equal(seen(coming, scrolled).unreadAfter, 2, 'still on the way through the first');
    const caughtUp = seen(coming, { ...scrolled, place: 'end', isAtEnd: true });
    assert.equal(caughtUp.unreadAfter, 2);
    assert.equal(seen(caughtUp, scrolled).unreadAfter, 9);
    const same = { place: 'end', isAtEnd: true, markBefore: 9, hasUnreadBelow: false } as const;
    const settled = seen(state, same);
    assert.equal(seen(settled, same), settled, 'the same state when nothing is different');
  });
});

describe('What is unread', () => {
  const me = 'me' as never;
  const other = 'other' as never;
  const from = (first: number, authors: readonly string[]) =>
    authors.map((author, n) => messageOf({ seq: first + n, authorId: author as never }));

  it('is counted message by message where they are here', () => {
    const messages = [...from(5, [other, me, other]), messageOf({ seq: 8, content: 'deleted' })];
    const parts = { me, lastSeq: 8, joinedSeq: 0, messages };
    assert.equal(unreadIn({ ...parts, mark: 4 }), 2);
    assert.equal(unreadIn({ ...parts, mark: 6 }), 1);
    assert.equal(unreadIn({ ...parts, mark: 8 }), 0);
    assert.equal(unreadIn({ ...parts, mark: 0 }), 2 + 4, 'and by the counter where they are not');
    assert.equal(unreadIn({ ...parts, mark: 0, joinedSeq: 6 }), 1);
  });

  it('is what the counter says where there are none', () => {
    const parts = { me, mark: 3, joinedSeq: 0, messages: [] };
    assert.equal(unreadIn({ ...parts, lastSeq: 10 }), 7);
    assert.equal(unreadIn({ ...parts, lastSeq: 2 }), 0);
  });
});

describe('The channels', () => {
  const rooms = ordered(
    ['beta', 'Alpha', 'alpha 10', 'alpha 2'].map((name, n) => ({
      id: String(n) as ChannelId,
      name,
    })),
  );

  it('are in the order in which people look for them', () => {
    assert.deepEqual(
      rooms.map(({ name }) => name),
      ['Alpha', 'alpha 2', 'alpha 10', 'beta'],
    );
  });

  it('follow on each other around the end', () => {
    const [first, , , last] = rooms.map(({ id }) => id);
    assert.ok(first && last);
    assert.equal(neighbour(rooms, last, 1), first);
    assert.equal(neighbour(rooms, first, -1), last);
    assert.equal(neighbour(rooms, null, -1), last);
    assert.equal(neighbour([], null, 1), null);
  });
});
