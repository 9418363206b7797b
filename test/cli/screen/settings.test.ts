/** Slash commands about what a channel is, and those that find somebody to talk to: both sides see what comes of it. */
import assert from 'node:assert/strict';
import { channelWith, say, Screens } from './support.ts';

/** So that no sentence is broken into lines. */
const WIDE = { columns: 140, rows: 30 };

describe('the screen: what a channel is', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  it('is named, described, closed to all but its keepers and archived, before the eyes of its members', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada T'), screens.somebody('Bob T')]);
    await channelWith(ada, [bob], 'plans');
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await Promise.all([hers.shows('> Message *plans'), his.shows('> Message *plans')]);
    hers.press('/rename Garden plans', 'Enter');
    await hers.shows('*plans is called Garden plans now.');
    await his.shows('> Message *Garden plans');
    hers.press('/topic Where the beans go', 'Enter');
    await his.shows(/\*Garden plans {2}private · 2 people · Where the beans go/);
    hers.press('/read-only', 'Enter');
    await his.shows(/private · read-only · 2 people/);
    his.press('me too', 'Enter');
    await his.shows('not sent: you may not do this here');
    his.press('CtrlX');
    hers.press('/read-only o', 'Tab', 'Enter');
    await hers.shows('Its members write in *Garden plans again.');
    hers.press('/topic', 'Enter');
    await hers.shows('*Garden plans has no topic now.');
    his.press('/archive', 'Enter');
    await his.shows('You may not do this here.');
    hers.press('/archive', 'Enter');
    await his.shows(/private · archived · 2 people *$/m);
    hers.press('/topic late', 'Enter');
    await hers.shows('The channel is archived and takes no changes.');
    hers.press('CtrlU', '/unarchive', 'Enter');
    await hers.shows('*Garden plans goes on.');
    hers.press('/rename', 'Enter');
    await hers.shows('What shall it be called? /rename NAME');
    hers.press('CtrlU', `/topic ${'x'.repeat(251)}`, 'Enter');
    await hers.shows('A topic has 250 characters at most; this has 251.');
  });

  it('goes to the one channel between people, which is called by them', async () => {
    const [ada, bob] = await Promise.all([
      screens.somebody('Ada D', { role: 'admin' }),
      screens.somebody('Bob D', { role: 'admin' }),
    ]);
    await channelWith(ada, [], 'home');
    const { terminal: hers } = screens.open(ada, WIDE);
    const { terminal: his } = screens.open(bob, WIDE);
    await hers.shows('> Message *home');
    hers.press('/dm', 'Enter');
    await hers.shows('With whom? /dm EMAIL [EMAIL …]');
    hers.press(' nobody@example.org', 'Enter');
    await hers.shows('Nobody in this workspace has the address nobody@example.org.');
    hers.press('CtrlU', `/dm ${bob.email}`, 'Enter');
    await hers.shows('> Message @Bob D');
    await his.shows('> Message @Ada D');
    hers.press('between us', 'Enter');
    await his.shows(/between us +1$/m);
    his.press('/leave', 'Enter');
    await his.shows('You may not do this here.');
    hers.press('/go home', 'Enter');
    await hers.shows('> Message *home');
    hers.press(`/dm ${bob.email}`, 'Enter');
    await hers.shows('> Message @Bob D');
    await hers.shows(/between us +1$/m);
  });

  it('shows the public channels, the most lately active first', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada L'), screens.somebody('Bob L')]);
    const quiet = await channelWith(ada, [bob], 'Quiet corner', { kind: 'public' });
    const old = await channelWith(ada, [], 'Old news', { kind: 'public' });
    const busy = await channelWith(ada, [], 'Busy street', { kind: 'public' });
    await ada.client.callOrThrow('channel.update', { channelId: quiet.id, topic: 'Books' });
    screens.world.clock.forward(60_000);
    await say(ada, busy.id, 'hello');
    await ada.client.callOrThrow('channel.archive', { channelId: old.id });
    const { terminal } = screens.open(bob, WIDE);
    await terminal.shows('> Message #Quiet corner');
    terminal.press('/discover', 'Enter');
    await terminal.shows(/─ 2 public channels · \/join NAME ─/);
    await terminal.shows(/#Busy street +1 person/);
    await terminal.shows(/#Quiet corner +2 people · you are in it · Books/);
    const at = (row: RegExp) => terminal.lines.findIndex((line) => row.test(line));
    assert.ok(at(/#Busy street +1 person/) < at(/you are in it · Books/));
    const isClosed = () =>
      terminal.shows((lines) => !lines.some((one) => one.includes('Esc closes')));
    terminal.press('Escape');
    await isClosed();
    terminal.press('/discover arch', 'Tab', 'Enter');
    await terminal.shows(/#Old news +1 person · archived/);
    terminal.press('Escape');
    await isClosed();
    terminal.press('/discover all', 'Enter');
    await terminal.shows('/discover, or /discover archived');
  });
});
