/** Slash commands: what each does to both sides, what Tab makes of them, and how one learns what was wrong. */
import assert from 'node:assert/strict';
import { channelWith, say, Screens } from './support.ts';

/** So that no sentence is broken into lines. */
const WIDE = { columns: 120, rows: 30 };

describe('the screen: commands', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  it('makes a channel, invites somebody, shows who is there, and removes them again', async () => {
    const [ada, bob] = await Promise.all([
      screens.somebody('Ada', { role: 'admin' }),
      screens.somebody('Bob Byron'),
    ]);
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await Promise.all([hers.shows('You are in no channel yet.'), his.shows('in no channel yet')]);
    hers.press('/create Secret plans private since-join', 'Enter');
    await hers.shows('You made the channel Secret plans. /invite EMAIL brings people in.');
    await hers.shows(
      /\*Secret plans {2}private · history since joining · 1 person · you are owner/,
    );
    hers.press(`/invite ${bob.email}`, 'Enter');
    await hers.shows('Bob Byron is in *Secret plans now.');
    await his.shows('> Message *Secret plans');
    hers.press('/members', 'Enter');
    await hers.shows(/─ \*Secret plans · 2 people ─.*─\n(.*\n)*.*Bob Byron +member/);
    await hers.shows(/Ada \(you\) +owner/);
    hers.press('Escape');
    await hers.shows((lines) => !lines.some((line) => line.includes('Esc closes')));
    hers.press('/remove bob b', 'Tab');
    await hers.shows(/> \/remove Bob Byron$/m);
    hers.press(' not his plans', 'Enter');
    await hers.shows('Bob Byron was removed from *Secret plans.');
    await his.shows('You are no longer in Secret plans: you were removed, or left elsewhere.');
    await his.shows('You are in no channel yet.');
    assert.ok(!his.text.includes('*Secret'));
  });

  it('says whom it does not know, and keeps what was typed', async () => {
    const ada = await screens.somebody('Ada I', { role: 'admin' });
    await channelWith(ada, [], 'lonely');
    const { terminal } = screens.open(ada, WIDE);
    await terminal.shows('> Message *lonely');
    terminal.press('/invite nobody@example.org', 'Enter');
    await terminal.shows('Nobody in this workspace has that address.');
    assert.match(terminal.text, /> \/invite nobody@example\.org$/m);
    terminal.press('CtrlU', '/remove Zoe', 'Enter');
    await terminal.shows('Nobody of that name is in this channel.');
    terminal.press('CtrlU', '/leave', 'Enter');
    await terminal.shows('A channel keeps at least one owner');
    terminal.press('CtrlU', '/delete 7', 'Enter');
    await terminal.shows('There is no message 7.');
    terminal.press('CtrlU', '/delete', 'Enter');
    await terminal.shows('Which one? /delete N');
    terminal.press('CtrlU', '/create', 'Enter');
    await terminal.shows('What shall it be called?');
  });

  it('joins a public channel by its name, and leaves it again', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada J'), screens.somebody('Bob J')]);
    const { id } = await channelWith(ada, [], 'Open house', { kind: 'public' });
    await say(ada, id, 'welcome');
    const { terminal: his } = screens.open(bob, WIDE);
    await his.shows('You can join #Open house: /join NAME.');
    his.press('/jo', 'Tab', 'o', 'Tab');
    await his.shows(/> \/join Open house$/m);
    his.press('Enter');
    await his.shows('You joined #Open house.');
    await his.shows(/^›#Open house +│/m);
    await his.shows(/welcome +1$/m);
    his.press('/leave', 'Enter');
    await his.shows('You left #Open house.');
    await his.shows('You are in no channel yet.');
    assert.ok(!his.text.includes('no longer in'), 'it was meant');
    his.press('/join opne house', 'Enter');
    await his.shows('Did you mean Open house?');
  });

  it('suggests what was meant instead of an unknown command, and sends nothing', async () => {
    const ada = await screens.somebody('Ada S');
    await channelWith(ada, [], 'typos');
    const { terminal } = screens.open(ada, WIDE);
    await terminal.shows('> Message *typos');
    terminal.press('/jion somewhere', 'Enter');
    await terminal.shows('There is no command /jion. Did you mean /join?');
    assert.match(terminal.text, /> \/jion somewhere$/m);
    terminal.press('CtrlU', '//join is how one joins', 'Enter');
    await terminal.shows(/ {3}\/join is how one joins +1$/m);
    terminal.press('/', 'Tab', 'Tab');
    await terminal.shows(/> \/join$/m);
    terminal.press('Tab');
    await terminal.shows(/> \/create/);
    terminal.press('CtrlU', '/help', 'Enter');
    await terminal.shows(/─ Commands and keys ─/);
    await terminal.shows(/\/join NAME +joins a public channel/);
    const top = terminal.lines[3];
    terminal.press('PageDown');
    await terminal.shows((lines) => lines[3] !== top);
  });

  it('goes to a channel by name, by neighbourhood, and by a few letters of it', async () => {
    const ada = await screens.somebody('Ada G');
    for (const name of ['alpha', 'beta', 'gamma']) await channelWith(ada, [], name);
    const { terminal } = screens.open(ada, WIDE);
    await terminal.shows('> Message *alpha');
    terminal.press('/go gam', 'Enter');
    await terminal.shows('> Message *gamma');
    terminal.press('AltDown');
    await terminal.shows('> Message *alpha');
    terminal.press('\x0e'); // Ctrl-N
    await terminal.shows('> Message *beta');
    terminal.press('CtrlK', 'lph');
    await terminal.shows(/ › \*alpha/);
    terminal.press('Enter');
    await terminal.shows('> Message *alpha');
    terminal.press('/go nowhere', 'Enter');
    await terminal.shows('You are in no channel called “nowhere”.');
  });

  it('does not sign out over what is unsent, unless told twice', async () => {
    const [ada, owner] = await Promise.all([screens.somebody('Ada O'), screens.somebody('Eve O')]);
    const { id } = await channelWith(owner, [], 'reading');
    const guest = { channelId: id, userId: ada.userId, role: 'guest' } as const;
    await owner.client.callOrThrow('member.add', guest);
    const { terminal, ended } = screens.open(ada, WIDE);
    await terminal.shows('> Message *reading');
    terminal.press('refused', 'Enter');
    await terminal.shows('not sent: you may not do this here');
    terminal.press('/sign-out', 'Enter');
    await terminal.shows('One message is not sent yet and would be discarded.');
    terminal.press(' now', 'Enter');
    assert.deepEqual(await ended, { reason: 'signed-out' });
  });

  it('keeps what was refused within reach when one is not in the channel any more', async () => {
    const [ada, eve] = await Promise.all([screens.somebody('Ada R'), screens.somebody('Eve R')]);
    const { id } = await channelWith(eve, [], 'gone soon');
    await eve.client.callOrThrow('member.add', {
      channelId: id,
      userId: ada.userId,
      role: 'guest',
    });
    await channelWith(ada, [], 'home');
    const { terminal } = screens.open(ada, WIDE);
    await terminal.shows('> Message *gone soon');
    terminal.press('my best sentence', 'Enter');
    await terminal.shows('not sent: you may not do this here');
    await eve.client.callOrThrow('member.remove', { channelId: id, userId: ada.userId });
    await terminal.shows('You are not in this channel any more.');
    await terminal.shows(/my best sentence/);
    terminal.press('CtrlX');
    await terminal.shows('> Message *home');
    const listed = terminal.text.split('\n').map((line) => line.split('│')[0]);
    assert.ok(!listed.join().includes('*gone soon'), 'what happened is told; the channel is gone');
  });
});
