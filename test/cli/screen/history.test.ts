/** One reads far back while others go on talking: the place is kept, nothing is painted for every message, and the way down is shown. */
import assert from 'node:assert/strict';
import type { ChannelId } from 'conclave/client';
import { v7 } from 'uuid';
import { channelWith, say, Screens, type Somebody } from './support.ts';
import type { TestTerminal } from './test-terminal.ts';

/** So many messages that they are read in several pages. */
const MANY = 330;
/** Calls under way at a time: fewer than a connection may have. */
const AT_ONCE = 50;

describe('the screen: history', () => {
  let screens: Screens;
  let ada: Somebody;
  /** One for each story: what a client has read of a channel stays with it. */
  let readers: Somebody[];
  let channelId: ChannelId;
  before(async () => {
    screens = await Screens.create();
    ada = await screens.somebody('Ada');
    const names = ['Bob', 'Cleo', 'Dora', 'Emil', 'Fay'];
    readers = await Promise.all(names.map((name) => screens.somebody(name, { keepMessages: 200 })));
    channelId = (await channelWith(ada, readers, 'archive')).id;
    await sayMany(ada, channelId, MANY);
  });
  after(() => screens.end());

  function reader(): Somebody {
    const next = readers.pop();
    assert.ok(next);
    return next;
  }

  it('reads older messages page by page as one scrolls, down to the first, and comes back', async () => {
    const { terminal } = screens.open(reader(), { marks: new Map([[channelId, MANY]]) });
    await terminal.shows(new RegExp(`said +${MANY}$`, 'm'));
    for (let top = topOf(terminal); top > 1; top = topOf(terminal)) {
      terminal.press('PageUp');
      await terminal.shows(() => topOf(terminal) < top);
    }
    await terminal.shows('Here begins *archive.');
    assert.match(terminal.text, /said +1$/m);
    terminal.press('End');
    await terminal.shows(new RegExp(`said +${MANY}$`, 'm'));
  });

  it('keeps the place when older messages come in above and new ones below', async () => {
    const bob = reader();
    const { terminal, marks } = screens.open(bob, { marks: new Map([[channelId, MANY]]) });
    await terminal.shows(new RegExp(`said +${MANY}$`, 'm'));
    terminal.press('PageUp', 'PageUp');
    await terminal.shows('End: to the newest');
    const [, ...before] = saidIn(terminal);
    await say(ada, channelId, 'news one', 'news two');
    await terminal.shows('↓ 2 new messages below · End');
    assert.deepEqual(saidIn(terminal).slice(1), before, 'what one reads has not moved');
    assert.equal(marks.get(channelId), MANY, 'what was not seen is not read');
    const first = bob.client.channel(channelId).messages[0]?.seq ?? 0;
    terminal.press('Home');
    await terminal.shows(() => (bob.client.channel(channelId).messages[0]?.seq ?? 0) < first);
    await terminal.shows(new RegExp(`said +${first}$`, 'm'));
    terminal.press('End');
    await terminal.shows(/─ new ─.*\n.*Ada.*\n.*news one.*\n.*news two/);
    await terminal.shows(() => marks.get(channelId) === MANY + 2);
    await say(ada, channelId, 'news three');
    await terminal.shows(/news three +\d+$/m);
  });

  it('begins at what is unread when there is more than finds room', async () => {
    const mark = MANY - 60;
    const { terminal, marks } = screens.open(reader(), { marks: new Map([[channelId, mark]]) });
    await terminal.shows(/─ new ─/);
    const [first] = saidIn(terminal);
    assert.equal(first, mark + 1);
    await terminal.shows(/↓ \d+ new messages below/);
    await terminal.shows(() => (marks.get(channelId) ?? 0) > mark);
    assert.ok((marks.get(channelId) ?? 0) < MANY, 'only what was seen is read');
  });

  it('paints a burst of messages in a few frames, not each by itself', async () => {
    const bob = reader();
    const { id } = await channelWith(ada, [bob], 'burst');
    const { terminal } = screens.open(bob);
    await terminal.shows('*burst');
    terminal.press('AltDown');
    await terminal.shows('Message *burst');
    const before = terminal.paints;
    const began = performance.now();
    await sayMany(ada, id, 200);
    await terminal.shows(/said +200$/m);
    const frames = Math.ceil((performance.now() - began) / 50) + 2;
    assert.ok(terminal.paints - before <= frames, `${terminal.paints - before} of ${frames}`);
  });

  it('lets go of what was read of older messages when one goes elsewhere', async () => {
    const bob = reader();
    await channelWith(ada, [bob], 'next');
    const { terminal } = screens.open(bob);
    await terminal.shows('Message *archive');
    const log = bob.client.channel(channelId);
    await terminal.shows(/(said|news \w+) +\d+$/m);
    const kept = log.messages.length;
    while (log.messages.length < MANY) {
      const before = log.messages.length;
      terminal.press('Home');
      await terminal.shows(() => log.messages.length > before);
    }
    terminal.press('AltDown');
    await terminal.shows('Message *next');
    assert.equal(log.messages.length, kept);
  });
});

/** As fast as a server takes it: the calls of one connection share commits. */
async function sayMany({ client }: Somebody, channelId: ChannelId, many: number): Promise<void> {
  for (let said = 0; said < many; said += AT_ONCE) {
    const calls = Array.from({ length: Math.min(AT_ONCE, many - said) }, () =>
      client.callOrThrow('message.send', { channelId, body: 'said', clientId: v7() }),
    );
    await Promise.all(calls);
  }
}

/** The numbers of the messages that are seen. */
function saidIn(terminal: TestTerminal): number[] {
  return terminal.lines.flatMap((line) => {
    const [, seq] = / (?:said|news \w+) +(\d+)$/.exec(line) ?? [];
    return seq === undefined ? [] : [Number(seq)];
  });
}

function topOf(terminal: TestTerminal): number {
  return saidIn(terminal)[0] ?? 0;
}
