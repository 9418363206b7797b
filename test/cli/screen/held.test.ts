/** Whoever is moderated: their screen says what was done, why and until when, and when it is over. */
import assert from 'node:assert/strict';
import { MINUTE } from '../../support/hand-clock.ts';
import { channelWith, say, Screens } from './support.ts';

describe('the screen: what moderators did to one', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  async function pair(owner: string, member: string, name: string) {
    const [ada, bob] = [await screens.somebody(owner), await screens.somebody(member)];
    const { id: channelId } = await channelWith(ada, [bob], name);
    await say(bob, channelId, 'first words');
    const { terminal: his } = screens.open(bob);
    await his.shows('first words');
    return { ada, bob, his, about: { channelId, userId: bob.userId } };
  }

  it('says where one writes that one is muted, why and until when, until that is over', async () => {
    const { ada, his, about } = await pair('Ada', 'Bob', 'garden');
    const mute = { ...about, durationMs: 10 * MINUTE, reason: 'too loud' };
    await ada.client.callOrThrow('member.mute', mute);
    await his.shows(/You are muted here until (Tomorrow )?\d\d:\d\d: too loud/);
    his.press('but why', 'Enter');
    await his.shows('not sent:');
    await his.shows('You are muted here until');
    await ada.client.callOrThrow('member.unmute', about);
    await his.shows('You may write in *garden again.');
    await his.shows((lines) => !lines.some((line) => line.includes('You are muted')));
  });

  it('says it to who comes in later, and no more once the time is over', async () => {
    const { ada, bob, about } = await pair('Ann', 'Ben', 'yard');
    const mute = { ...about, durationMs: 5 * MINUTE, reason: 'enough' };
    await ada.client.callOrThrow('member.mute', mute);
    const { terminal: later } = screens.open(bob);
    await later.shows('You are muted here until');
    screens.world.clock.forward(5 * MINUTE + 1);
    later.press('x');
    await later.shows((lines) => !lines.some((line) => line.includes('You are muted')));
  });

  it('says why a message is gone, and why one is out of a channel', async () => {
    const { ada, his, bob, about } = await pair('Amy', 'Bert', 'den');
    const { channelId } = about;
    const { messages } = await bob.client.callOrThrow('message.history', { channelId });
    const [message] = messages;
    assert.ok(message);
    const deletion = { channelId, messageId: message.id, reason: 'rude' };
    await ada.client.callOrThrow('message.delete', deletion);
    await his.shows('A moderator deleted your message 1 in *den: rude');
    await his.shows('deleted by a moderator');
    await ada.client.callOrThrow('member.ban', { ...about, reason: 'for good' });
    await his.shows('You are banned from *den: for good');
  });

  it('counts down what slow mode puts off', async () => {
    const { ada, his, about } = await pair('Abby', 'Bill', 'hall');
    const { channelId } = about;
    await ada.client.callOrThrow('channel.set-slow-mode', { channelId, seconds: 90 });
    his.press('second words', 'Enter');
    await his.shows(/second words +2/);
    his.press('third words', 'Enter');
    await his.shows(/Slow mode: \d\d s until your next message is sent\./);
  });
});
