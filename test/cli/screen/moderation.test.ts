/** Commands of moderation: a report, a mute and a ban with their reasons, and the way back. */
import { channelWith, say, Screens } from './support.ts';

const WIDE = { columns: 140, rows: 30 };

describe('the screen: moderation', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  it('reports a message, mutes, bans and lets back', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada'), screens.somebody('Bob')]);
    const { id } = await channelWith(ada, [bob], 'house');
    await say(bob, id, 'rude words');
    const { terminal: hers } = screens.open(ada, WIDE);
    await hers.shows('rude words');
    hers.press('/report one', 'Enter');
    await hers.shows('Which one? /report N');
    hers.press('CtrlU', '/report 1 harassment really', 'Enter');
    await hers.shows('Message 1 is reported.');
    hers.press('/mute Bob', 'Enter');
    await hers.shows('Why? They are told.');
    hers.press('CtrlU', '/mute Bob 30m too loud', 'Enter');
    await hers.shows('Bob is muted in *house.');
    hers.press('/unmute Bob', 'Enter');
    await hers.shows('Bob is no longer held in *house.');
    hers.press('/ban Bob enough', 'Enter');
    await hers.shows('Bob is banned from *house.');
    hers.press('/unban Zoe', 'Enter');
    await hers.shows('Nobody of that name');
    hers.press('CtrlU', '/unban Bob', 'Enter');
    await hers.shows('Bob is no longer held in *house.');
  });
});
