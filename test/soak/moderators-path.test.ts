/** A moderator's path, in pseudo terminals: reported in one, seen at once in another, and told to who was moderated. */
import assert from 'node:assert/strict';
import { done, LAUNCHER, Machinery, newcomer } from '../cli/support.ts';
import { RealTerminal } from '../support/real-terminal.ts';
import { World } from '../support/world.ts';

const USUAL = { columns: 80, rows: 24 };

describe('a moderator’s path', function () {
  this.timeout(120_000);
  let world: World;
  let home: Machinery;
  const terminals: RealTerminal[] = [];
  before(async () => {
    world = await World.create();
    home = new Machinery();
    for (const name of ['Ada', 'Bob', 'Carol']) await newcomer(home, world, name);
    await done(as('ada', 'create', 'Garden'));
    for (const profile of ['bob', 'carol']) await done(as(profile, 'join', 'Garden'));
    await done(as('carol', 'send', 'Garden', 'Who brings the seeds?'));
  });
  after(async () => {
    for (const terminal of terminals) await terminal.end();
    home.end();
    await world.end();
  });
  const as = (profile: string, ...words: string[]) =>
    home.here([...words, '--server', world.url, '--profile', profile]);

  /** The chat of somebody, as it is opened by hand. */
  async function sits(profile: string): Promise<RealTerminal> {
    const terminal = new RealTerminal(home.home, home.environment(), USUAL);
    terminals.push(terminal);
    terminal.type(`${process.execPath} ${LAUNCHER} --server ${world.url} --profile ${profile}`);
    await terminal.shows('● online');
    await terminal.shows('Message #Garden');
    return terminal;
  }

  it('goes from a message over its report to a decision that everybody concerned hears of', async () => {
    const [ada, bob, carol] = await Promise.all(['ada', 'bob', 'carol'].map(sits));
    assert.ok(ada && bob && carol);
    const look = (title: string, terminal: RealTerminal) =>
      console.log(`\n${title}\n${terminal.text.replace(/^/gm, '  ')}`);

    ada.type('/queue');
    await ada.shows('No report waits');
    await ada.shows('> Esc goes back');
    bob.type('You all are a bunch of weeds, and Carol most of all.');
    await carol.shows('a bunch of weeds');
    carol.type('/report 2 harassment he does that every week');
    await carol.shows('Message 2 is reported.');
    await ada.shows('› R1');
    look('The queue, as the report comes in', ada);
    world.clock.forward(95_000);

    ada.press('c');
    await ada.shows('R1 is yours.');
    await ada.shows(/› R1 +\S+( min)? +yours/);
    look('The queue, once it is taken up', ada);
    await carol.shows('a moderator is looking');
    look('Who reported it', carol);

    ada.press('x');
    await ada.shows('> /delete 2');
    ada.type('insults have no place here');
    await ada.shows('The message is deleted.');
    await bob.shows('A moderator deleted your message 2');
    look('Whose message it was', bob);

    ada.press('m');
    await ada.shows('> /mute Bob 10m');
    look('A command that is begun by a key', ada);
    ada.type('take a walk');
    await ada.shows('Bob is muted in #Garden.');
    await bob.shows(/You are muted here until (Tomorrow )?\d\d:\d\d: take a walk/);
    bob.type('But why?');
    await bob.shows('not sent: you are muted here');
    look('Who was muted, and writes on', bob);

    ada.press('r');
    await ada.shows('> /resolve R1');
    ada.type('muted');
    await ada.shows('No report waits');
    look('The queue, when all is done', ada);
    await carol.shows('its author was muted');
    look('Who reported it, in the end', carol);

    ada.press('q');
    await ada.shows('Message #Garden');
    look('Back in the channel', ada);
    console.log(`\n${await done(as('ada', 'reports', '--statistics'))}`);
    for (const person of [ada, bob, carol]) person.press('CtrlC');
    for (const person of [ada, carol]) await person.shows('$ ');
  });
});
