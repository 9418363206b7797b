/** The moderators' queue before the screen: alive, by keys and by commands, and what becomes of a report told on. */
import assert from 'node:assert/strict';
import { channelWith, say, Screens, type Somebody } from './support.ts';

const USUAL = { columns: 80, rows: 24 };

describe('the screen: the queue of reports', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  const reports = async ({ client }: Somebody, channelId: string, seq: number, text?: string) => {
    const page = { channelId, before: seq + 1, limit: 1 };
    const { messages } = await client.callOrThrow('message.history', page);
    const [message] = messages;
    assert.ok(message);
    const what = { category: 'harassment', ...(text !== undefined && { text }) } as const;
    return client.callOrThrow('report.create', { channelId, messageId: message.id, ...what });
  };

  it('grows while one looks, is worked through by keys, and who reported is told', async () => {
    const [ada, bob, carol] = await Promise.all(
      ['Ada', 'Bob', 'Carol'].map((name) => screens.somebody(name)),
    );
    assert.ok(ada && bob && carol);
    const { id } = await channelWith(ada, [bob, carol], 'garden');
    await say(bob, id, 'kind words', 'rude words');
    const { terminal: hers } = screens.open(ada, USUAL);
    const { terminal: theirs } = screens.open(carol, USUAL);
    await Promise.all([hers.shows('rude words'), theirs.shows('rude words')]);
    hers.press('/queue', 'Enter');
    await hers.shows('No report waits');
    await hers.shows('> Esc goes back');
    theirs.press('/report 2 harassment he always does', 'Enter');
    await theirs.shows('Message 2 is reported.');
    await hers.shows(/Reports {2}1 open · 0 taken up/);
    await hers.shows(/› R1 +now +open +harassment +\*garden 2 Bob/);
    await hers.shows(/│ rude words/);
    await hers.shows('Carol reported it as harassment just now: “he always does”');
    hers.press('c');
    await hers.shows('R1 is yours.');
    await hers.shows(/› R1 +now +yours/);
    await theirs.shows(
      /Your report of message 2 in \*garden: a moderator is looking[ │\n]+at it\./,
    );
    hers.press('x');
    await hers.shows('> /delete 2');
    hers.press('rude', 'Enter');
    await hers.shows('The message is deleted.');
    hers.press('m');
    await hers.shows('> /mute Bob 10m');
    hers.press('enough of it', 'Enter');
    await hers.shows('Bob is muted in *garden.');
    hers.press('r');
    await hers.shows('> /resolve R1');
    hers.press('mut', 'Tab', 'Enter');
    await hers.shows('R1 is closed.');
    await hers.shows('No report waits');
    await theirs.shows(/Your report of message 2 in \*garden: its author was muted[ │\n]*\./);
    hers.press('Escape');
    await hers.shows('Message *garden');
  });

  it('keeps two moderators apart, and takes what was refused back to be mended', async () => {
    const [ada, bob, carol] = await Promise.all([
      screens.somebody('Ann'),
      screens.somebody('Ben'),
      screens.somebody('Cleo', { role: 'moderator' }),
    ]);
    const { id } = await channelWith(ada, [bob], 'yard', { kind: 'public' });
    await say(bob, id, 'one', 'two');
    const first = await reports(ada, id, 1);
    await reports(ada, id, 2, 'too');
    const { terminal: hers } = screens.open(ada, USUAL);
    await hers.shows(/ two +2\n/);
    hers.press('/queue', 'Enter');
    await hers.shows(/› R1.*\n.* R2/);
    await carol.client.callOrThrow('report.claim', { reportId: first.id });
    await hers.shows((lines) => lines.some((line) => /› R1 +now +(?!open)\S+ /.test(line)));
    hers.press('d', 'all in jest', 'Enter');
    await hers.shows('Somebody else has taken it up.');
    await hers.shows('> /dismiss R1 all in jest');
    hers.press('Escape'); // the text is gone, then the view
    await hers.shows('> c claim');
    hers.press('q');
    await hers.shows('Message #yard');
    hers.press('/queue', 'Enter');
    await hers.shows(/› R\d/);
    hers.press('Down', 'Enter');
    await hers.shows('Message #yard');
    await hers.shows(/ two +2\n/);
    hers.press('/dismiss R9 x', 'Enter');
    await hers.shows('There is no report R9');
  });

  it('sends nothing to a channel, whatever is typed or pasted, and shows its keys', async () => {
    const ada = await screens.somebody('Abe');
    const { id } = await channelWith(ada, [], 'desk');
    await say(ada, id, 'mine');
    const { terminal: hers } = screens.open(ada, USUAL);
    await hers.shows(/mine +1\n/);
    hers.press('/queue', 'Enter');
    await hers.shows('No report waits');
    hers.press('hello there', 'Enter');
    hers.paste('pasted words');
    hers.press('?');
    await hers.shows('takes it up, so that nobody else works on it');
    hers.press('Escape');
    await hers.shows((lines) => !lines.some((line) => line.includes('Esc closes')));
    hers.press('/x', 'Enter');
    await hers.shows('There is no command /x');
    hers.press('CtrlU', 'q');
    await hers.shows('Message *desk');
    assert.equal(ada.client.channel(id).messages.length, 1);
  });

  it('works in 40 columns', async () => {
    const [ada, bob] = [await screens.somebody('Amy'), await screens.somebody('Bea')];
    const { id } = await channelWith(ada, [bob], 'den');
    await say(bob, id, 'rude words');
    await reports(ada, id, 1);
    const { terminal: hers } = screens.open(ada, { columns: 40, rows: 12 });
    await hers.shows('rude words');
    hers.press('/queue', 'Enter');
    await hers.shows(/› R1 +now +open +\*den 1 Bea/);
    await hers.shows(/│ rude words/);
  });
});
