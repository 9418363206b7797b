/** Two people talk, each before a screen of their own: what one writes the other reads, and what is deleted is gone for both. */
import assert from 'node:assert/strict';
import { channelWith, say, Screens } from './support.ts';

describe('the screen: a conversation', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  it('brings what one writes to the other, with who said it and its number', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada'), screens.somebody('Bob')]);
    await channelWith(ada, [bob], 'analytics');
    const { terminal: hers, marks } = screens.open(ada);
    const { terminal: his } = screens.open(bob);
    await Promise.all([hers.shows('> Message *analytics'), his.shows('> Message *analytics')]);
    hers.press('Hello Bob', 'Enter');
    await his.shows(/Ada {2}\d\d:\d\d\n.*│ {3}Hello Bob +1\n/);
    his.press('Hello ');
    his.paste('Ada,\nhow are you?');
    await his.shows(/> Hello Ada,\n.*│ {2}how are you\?/);
    assert.ok(his.beforeCursor.endsWith('│  how are you?'), 'the cursor is where one writes');
    his.press('Enter');
    await hers.shows(/Bob {2}\d\d:\d\d\n.*│ {3}Hello Ada, +2\n.*│ {3}how are you\?\n/);
    await his.shows('> Message *analytics');
    await hers.shows(() => [...marks.values()].join() === '2');
    assert.deepEqual(ada.client.outbox.entries, []);
  });

  it('shows a tombstone where a moderator deleted, who has to say why', async () => {
    const [ada, bob] = await Promise.all([
      screens.somebody('Ada M', { role: 'moderator' }),
      screens.somebody('Bob B'),
    ]);
    const { id } = await channelWith(ada, [bob], 'garden');
    await say(bob, id, 'fine', 'rude');
    const { terminal: hers } = screens.open(ada);
    const { terminal: his } = screens.open(bob);
    await Promise.all([hers.shows(/ rude +2\n/), his.shows(/ rude +2\n/)]);
    hers.press('/delete 2', 'Enter');
    await hers.shows(/needs a reason: \/delete 2\n.* REASON/);
    assert.match(hers.text, /> \/delete 2$/m, 'what was typed is still there');
    hers.press(' it was rude', 'Enter');
    await hers.shows(/│ × deleted by you +2\n/);
    await his.shows(/│ {3}fine +1\n.*│ × deleted by a moderator +2\n/);
    assert.ok(!his.text.includes('rude'));
    his.press('/delete last', 'Enter');
    await hers.shows(/× deleted by its author +1\n/);
    await his.shows(/× deleted by you +1\n/);
  });

  it('marks what was edited', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada E'), screens.somebody('Bob E')]);
    const { id } = await channelWith(ada, [bob], 'drafts');
    await say(ada, id, 'frist');
    const { terminal: his } = screens.open(bob);
    await his.shows(/ frist +1\n/);
    const messageId = ada.client.channel(id).messages[0]?.id;
    assert.ok(messageId);
    await ada.client.callOrThrow('message.edit', { channelId: id, messageId, body: 'first' });
    await his.shows(/ first \(edited\) +1\n/);
  });

  it('counts what is unread, and divides it off where one comes back to', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada U'), screens.somebody('Bob U')]);
    const news = await channelWith(ada, [bob], 'news');
    const other = await channelWith(ada, [bob], 'other');
    await say(ada, news.id, 'old');
    const { terminal: his, marks } = screens.open(bob, {
      marks: new Map([
        [news.id, 1],
        [other.id, 0],
      ]),
    });
    await his.shows(/^›\*news /m);
    his.press('AltDown');
    await his.shows(/^›\*other /m);
    await say(ada, news.id, 'one', 'two', 'three');
    await his.shows(/^ \*news +3 │/m);
    his.press('AltUp');
    await his.shows(/ old +1\n.*─ new ─.*\n.* Ada U .*\n.* one +2\n/);
    await his.shows(/^›\*news +│/m);
    assert.equal(marks.get(news.id), 4);
  });

  it('keeps the draft of every channel while one is in another', async () => {
    const bob = await screens.somebody('Bob D');
    await channelWith(bob, [], 'left');
    await channelWith(bob, [], 'right');
    const { terminal: his } = screens.open(bob);
    await his.shows('> Message *left');
    his.press('half a sen', 'AltDown');
    await his.shows('> Message *right');
    his.press('/go left', 'Enter');
    await his.shows(/> half a sen$/m);
    his.press('tence', 'Enter');
    await his.shows(/ half a sentence +1\n/);
    his.press('AltDown');
    await his.shows('> Message *right');
  });

  it('asks for the names of everybody who spoke in one call, and shows ids until then', async () => {
    const people = await Promise.all(
      ['Ada N', 'Bob N', 'Cleo N', 'Dora N'].map((name) => screens.somebody(name)),
    );
    const [ada, ...others] = people;
    assert.ok(ada);
    const { id } = await channelWith(ada, others, 'names');
    for (const [n, person] of others.entries()) await say(person, id, `I am number ${n}`);
    const asked: unknown[] = [];
    const { client } = ada;
    const call = client.call.bind(client);
    const watched: typeof client.call = (name, input) => {
      if (name === 'member.list') asked.push(input);
      return call(name, input);
    };
    Object.assign(client, { call: watched });
    const { terminal: hers } = screens.open(ada);
    await hers.shows((lines) =>
      ['Bob N', 'Cleo N', 'Dora N'].every((name) => lines.some((l) => l.includes(name))),
    );
    assert.equal(asked.length, 1);
    assert.equal((asked[0] as { userIds: unknown[] }).userIds.length, 3);
  });
});
