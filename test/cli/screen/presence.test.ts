/** Others while they are there: that they are writing, and how present they say to be. */
import assert from 'node:assert/strict';
import type { Later } from 'conclave/client';
import { eventually } from '../../support/bootstrap-clone.ts';
import { channelWith, Screens } from './support.ts';

const WIDE = { columns: 120, rows: 30 };

/** As long as it takes: who writes is shown for seconds. */
const later: Later = (milliseconds, task) => {
  const timer = setTimeout(task, milliseconds);
  return () => clearTimeout(timer);
};

describe('the screen: who is there', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create({ environment: { PRESENCE_HEARTBEAT_MS: '300' } });
  });
  after(() => screens.end());

  it('says that somebody is writing, but not that they type a command, until it is there', async () => {
    const [ada, bob] = await Promise.all(
      ['Ada', 'Bob'].map((name) => screens.somebody(name, { later })),
    );
    assert.ok(ada && bob);
    await channelWith(ada, [bob], 'analytics');
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await Promise.all([hers.shows('> Message *analytics'), his.shows('> Message *analytics')]);
    his.press('/help');
    await his.shows('> /help');
    his.press('CtrlU', 'Hel');
    await hers.shows('Bob is writing …');
    assert.ok(!his.text.includes('is writing'));
    his.press('lo', 'Enter');
    await hers.shows(/ Hello +1\n/);
    await hers.shows((lines) => !lines.some((line) => line.includes('is writing')));
  });

  it('shows in the list of members who is present, as they say it', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada P'), screens.somebody('Bob P')]);
    await channelWith(ada, [bob], 'presence');
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await Promise.all([hers.shows('> Message *presence'), his.shows('> Message *presence')]);
    const listed = async (state: RegExp) => {
      await eventually('it is listed so', async () => {
        hers.press('/members', 'Enter');
        await hers.shows('Esc closes');
        await hers.shows(/Bob P +member · \S+/);
        const isSo = state.test(hers.text);
        hers.press('Escape');
        await hers.shows((lines) => !lines.some((line) => line.includes('Esc closes')));
        return isSo;
      });
    };
    await listed(/Bob P +member · \S+ · online/);
    his.press('/presence asleep', 'Enter');
    await his.shows('How present? /presence online, busy, away, invisible');
    his.press('CtrlU', '/presence busy', 'Enter');
    await his.shows('see you as busy.');
    await listed(/Bob P +member · \S+ · busy/);
    his.press('/presence inv', 'Tab', 'Enter');
    await his.shows('see you as offline');
    await listed(/Bob P +member · \S+ *(│|$)/m);
  });
});
