/** What others said, before the screen: answered, reacted to, pinned, mended, and found again by whom it was meant for. */
import assert from 'node:assert/strict';
import { channelWith, say, Screens } from './support.ts';

const WIDE = { columns: 120, rows: 30 };

describe('the screen: what others said', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  it('is answered in a thread, and reacted to until one takes it back', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada'), screens.somebody('Bob')]);
    const { id } = await channelWith(ada, [bob], 'lunch');
    await say(ada, id, 'who is hungry?');
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await Promise.all([hers.shows(/hungry\? +1\n/), his.shows(/hungry\? +1\n/)]);
    his.press('/reply 1 me', 'Enter');
    await hers.shows(/hungry\? +1\n.*1 reply: \/thread 1\n/);
    await hers.shows(/↳ Ada: who is hungry\?\n.* me +2\n/);
    hers.press('/reply 2 come along', 'Enter');
    await his.shows(/2 replies: \/thread 1\n/);
    his.press('/thread 3', 'Enter');
    await his.shows(
      /─ Thread of 3 ─.*\n.*1 Ada +who is hungry\?\n.*2 Bob +me\n.*3 Ada +come along/,
    );
    his.press('Escape');
    await his.shows((lines) => !lines.some((line) => line.includes('Esc closes')));
    his.press('/react 1 :yum:', 'Enter');
    await hers.shows(/:yum: 1 {2}2 replies/);
    his.press('/react 1 :yum:', 'Enter');
    await hers.shows((lines) => !lines.some((line) => line.includes(':yum:')));
    his.press('/react 1 yummy', 'Enter');
    await his.shows('The server does not take it like this');
    his.press('CtrlU', '/react 1', 'Enter');
    await his.shows('How? /react 1');
  });

  it('is pinned by who keeps the channel, and shown to everybody', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada P'), screens.somebody('Bob P')]);
    const { id } = await channelWith(ada, [bob], 'rules');
    await say(ada, id, 'be kind');
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await Promise.all([hers.shows(/be kind +1\n/), his.shows(/be kind +1\n/)]);
    his.press('/pin 1', 'Enter');
    await his.shows('You may not do this here.');
    his.press('CtrlU', '/pins', 'Enter');
    await his.shows('Nothing is pinned here.');
    hers.press('/pin 1', 'Enter');
    await hers.shows('Message 1 is pinned.');
    await his.shows(/be kind +1\n.*pinned\n/);
    his.press('/pins', 'Enter');
    await his.shows(/─ \*rules · pinned ─.*\n.*1 Ada P +be kind/);
    hers.press('/unpin 1', 'Enter');
    await hers.shows('Message 1 is no longer pinned.');
  });

  it('is marked for who is mentioned, who finds it from anywhere, also after it was mended', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada Q'), screens.somebody('Bob Q')]);
    await channelWith(ada, [bob], 'ideas');
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await Promise.all([hers.shows('> Message *ideas'), his.shows('> Message *ideas')]);
    his.press('/mentions', 'Enter');
    await his.shows('Nobody mentioned you.');
    his.press('any ideas?', 'Enter');
    await hers.shows(/ Bob Q {2}\d\d:\d\d\n.*any ideas\?/);
    hers.press('what says @bob q to thsi?', 'Enter');
    await his.shows(/│ @ what says @bob q to thsi\? +2\n/);
    hers.press('/edit last what says @Bob Q to this?', 'Enter');
    await his.shows(/│ @ what says @Bob Q to this\? \(edited\) +2\n/);
    his.press('/mentions', 'Enter');
    await his.shows(/─ Where you were mentioned ─.*\n.*2 Ada Q +what says @Bob Q to this\?/);
    assert.ok(!hers.text.includes('│ @ '), 'the mark is for whom it means');
    his.press('Escape');
    await his.shows((lines) => !lines.some((line) => line.includes('Esc closes')));
    his.press('/edit 2 mine', 'Enter');
    await his.shows('You may not do this here.');
  });
});
