/** The window: of any size, with colours or without, and given back as it was on every way out. */
import assert from 'node:assert/strict';
import type { ChannelId } from 'conclave/client';
import { channelWith, say, Screens, type Seat, type Somebody } from './support.ts';
import { PROMPT } from './test-terminal.ts';

const TEXT =
  '日本語の長い行 👩‍👩‍👧 Grüße and some more words that need a second line in a small window';

/** Colours, bold, inverse, whatever a Select Graphic Rendition can say. */
const RENDITION = /\p{Cc}\[[0-9;:]*m/u;

describe('the screen: the window', () => {
  let screens: Screens;
  let ada: Somebody;
  let channelId: ChannelId;
  before(async () => {
    screens = await Screens.create();
    ada = await screens.somebody('Ada');
    const bob = await screens.somebody('Bob');
    channelId = (await channelWith(ada, [bob], 'window')).id;
    await channelWith(ada, [], 'another');
    await say(bob, channelId, TEXT, 'a question');
    await say(ada, channelId, 'an answer');
  });
  after(() => screens.end());

  async function opened(seat: Seat = {}) {
    const seated = screens.open(ada, { marks: new Map([[channelId, 1]]), ...seat });
    const { terminal } = seated;
    await terminal.shows('Message *another');
    terminal.press('AltDown');
    await terminal.shows(/an answer/);
    return seated;
  }

  it('lays everything out anew when its size changes', async () => {
    const { terminal } = await opened({ columns: 100, rows: 30 });
    assert.match(terminal.text, /^›\*window +│/m);
    terminal.press('a draft that stays');
    for (const [columns, rows] of [
      [120, 40],
      [80, 24],
      [61, 12],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.shows(
        (lines) =>
          /^ ● online/.test(lines[rows - 1] ?? '') && /^›\*window +│/m.test(lines.join('\n')),
      );
      assert.match(terminal.text, /│ +an answer +3\n[^]*│> a draft that stays$/m);
      assert.ok(terminal.lines.every((line) => line.length <= columns));
    }
  });

  it('hides the channels where there is no room for them', async () => {
    const { terminal } = await opened({ columns: 50, rows: 20 });
    assert.ok(!terminal.text.includes('│'));
    assert.match(terminal.lines[0] ?? '', /^ \*window {2}private · 2 people/);
    assert.match(terminal.text, /^ {3}日本語の長い行.* +1\n {3}.*/m);
    terminal.resize(60, 20);
    await terminal.shows('│');
  });

  it('says so when there is no room at all, and loses nothing meanwhile', async () => {
    const { terminal } = await opened();
    terminal.press('kept');
    terminal.resize(20, 5);
    await terminal.shows(/^This window is too\nsmall/);
    terminal.resize(80, 24);
    await terminal.shows(/> kept$/m);
  });

  it('marks everything by characters where there are no colours', async () => {
    const { terminal } = await opened({ colour: false });
    await terminal.shows(/─ new ─/);
    terminal.press('/nonsense', 'Enter');
    await terminal.shows('There is no command /nonsense');
    terminal.press('CtrlU', 'CtrlK');
    await terminal.shows(/ › \*another/);
    assert.match(terminal.text, /^›\*window/m);
    assert.ok(!RENDITION.test(terminal.written), 'no rendition of any kind');
    const coloured = await opened();
    assert.ok(RENDITION.test(coloured.terminal.written));
  });

  describe('is given back as it was', () => {
    async function isGivenBack({ terminal }: Awaited<ReturnType<typeof opened>>): Promise<void> {
      await terminal.isLeft();
      assert.equal(terminal.lines[0], PROMPT);
      const { bracketedPasteMode, wraparoundMode } = terminal.emulator.modes;
      assert.deepEqual(
        { bracketedPasteMode, wraparoundMode },
        { bracketedPasteMode: false, wraparoundMode: true },
      );
      assert.equal(terminal.isCursorVisible, true);
      assert.equal(terminal.isRaw, false);
      assert.equal(terminal.stdin.listenerCount('data'), 0);
      assert.equal(terminal.stdout.listenerCount('resize'), 0);
      const { length } = terminal.written;
      await say(ada, channelId, 'after the end');
      assert.equal(terminal.written.length, length, 'nothing is written afterwards');
    }

    const ENDS = ['SIGTERM', 'SIGHUP', 'SIGINT', 'exit', 'uncaughtExceptionMonitor'] as const;
    const listeners = () => ENDS.map((name) => process.listenerCount(name));

    it('after /quit', async () => {
      const before = listeners();
      const seated = await opened();
      assert.ok(seated.terminal.isFullScreen && seated.terminal.isRaw);
      assert.notDeepEqual(listeners(), before);
      seated.terminal.press('/quit', 'Enter');
      assert.deepEqual(await seated.ended, { reason: 'quit' });
      await isGivenBack(seated);
      assert.deepEqual(listeners(), before);
      assert.equal(ada.client.state.value.is, 'online', 'the client stays the caller’s');
    });

    it('after Ctrl-C, which asks once more when something is being written', async () => {
      const seated = await opened();
      seated.terminal.press('half a sentence', 'CtrlC');
      await seated.terminal.shows('Ctrl-C once more');
      seated.terminal.press('!');
      await seated.terminal.shows(/> half a sentence!$/m);
      seated.terminal.press('CtrlC', 'CtrlC');
      assert.deepEqual(await seated.ended, { reason: 'quit' });
      await isGivenBack(seated);
    });

    for (const signal of ['SIGTERM', 'SIGHUP'] as const)
      it(`after ${signal}`, async () => {
        const seated = await opened();
        process.emit(signal);
        assert.deepEqual(await seated.ended, { reason: 'quit' });
        await isGivenBack(seated);
      });

    it('after the terminal is gone', async () => {
      const seated = await opened();
      seated.terminal.hangUp();
      assert.deepEqual(await seated.ended, { reason: 'quit' });
      await isGivenBack(seated);
    });

    it('after a bug, which is not kept quiet', async () => {
      class Unreadable extends Map<ChannelId, number> {
        isBroken = false;
        override get(id: ChannelId): number | undefined {
          if (this.isBroken) throw new Error('this is a bug');
          return super.get(id);
        }
      }
      const marks = new Unreadable();
      const seated = await opened({ marks });
      marks.isBroken = true;
      seated.terminal.press('x');
      await assert.rejects(seated.ended, /this is a bug/);
      await isGivenBack(seated);
    });

    it('before an error that nobody caught is told about', async () => {
      const seated = await opened();
      for (const hear of process.listeners('uncaughtExceptionMonitor'))
        hear(new Error('elsewhere'), 'uncaughtException');
      await seated.terminal.isLeft();
      assert.equal(seated.terminal.isRaw, false);
    });
  });

  it('signs out when asked to', async () => {
    const carl = await screens.somebody('Carl');
    const { terminal, ended } = screens.open(carl);
    await terminal.shows('You are in no channel yet.');
    terminal.press('/sign-out', 'Enter');
    assert.deepEqual(await ended, { reason: 'signed-out' });
    assert.equal(carl.client.state.value.is, 'signed-out');
    await terminal.isLeft();
  });
});
