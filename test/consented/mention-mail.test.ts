/** Who consents is written to about mentions they do not read, and nobody else is. */
import assert from 'node:assert/strict';
import { rows } from '../chat/support.ts';
import { HOUR, MINUTE } from '../support/hand-clock.ts';
import type { Person } from '../support/person.ts';
import type { World } from '../support/world.ts';
import { MailScene } from './mail-scene.ts';
import { gives } from './support.ts';

describe('mail about mentions', () => {
  let scene: MailScene;
  let world: World;
  let bob: Person;
  before(async () => {
    scene = await MailScene.create();
    ({ world } = scene);
  });
  beforeEach(async () => {
    bob = await world.person('Bob');
  });
  after(() => scene.end());

  it('comes to who consents, once it was not read for a quarter of an hour, and says no word of it', async () => {
    const ada = await scene.reader();
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await gives(ada.person, 'mention-mail');
    await scene.mention(ada.person, channelId, bob);
    await scene.mention(ada.person, channelId, bob);
    world.clock.forward(14 * MINUTE);
    await scene.sent();
    assert.equal(scene.received(ada).length, 0);
    world.clock.forward(2 * MINUTE);
    await scene.sent();
    const [letter, ...more] = scene.received(ada);
    assert.deepEqual(more, []);
    assert.match(letter?.text ?? '', /mentioned 2 times/);
    for (const secret of ['canary', 'Bob', bob.userId, channelId, 'A channel'])
      assert.ok(!letter?.text.includes(secret), secret);
  });

  it('comes to nobody who did not consent, nor for what was said before they did', async () => {
    const [ada, eve] = [await scene.reader(), await scene.reader()];
    const { id: channelId } = await world.channel(bob, [ada.person, eve.person]);
    await scene.mention(ada.person, channelId, bob);
    await scene.mention(eve.person, channelId, bob);
    world.clock.forward(MINUTE);
    await gives(eve.person, 'mention-mail');
    world.clock.forward(HOUR);
    await scene.sent();
    assert.deepEqual([scene.received(ada), scene.received(eve)], [[], []]);
  });

  it('comes to no address that was not confirmed: it may be that of somebody else', async () => {
    const ada = await scene.reader(false);
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await gives(ada.person, 'mention-mail');
    await scene.mention(ada.person, channelId, bob);
    world.clock.forward(16 * MINUTE);
    await scene.sent();
    assert.deepEqual(scene.received(ada), []);
  });

  it('comes once an hour at most, of what is new since', async () => {
    const ada = await scene.reader();
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await gives(ada.person, 'mention-mail');
    const after = async (minutes: number) => {
      await scene.mention(ada.person, channelId, bob);
      world.clock.forward(minutes * MINUTE);
      await scene.sent();
      return scene.received(ada).length;
    };
    assert.equal(await after(16), 1);
    assert.equal(await after(30), 1);
    assert.equal(await after(31), 2);
    assert.match(scene.received(ada)[1]?.text ?? '', /mentioned 2 times/);
    world.clock.forward(3 * HOUR);
    await scene.sent();
    assert.equal(scene.received(ada).length, 2, 'nothing is told twice');
  });

  it('comes for nothing that was read, was said by oneself, or was left, muted or taken away since', async () => {
    const ada = await scene.reader();
    await gives(ada.person, 'mention-mail');
    const channel = async () => (await world.channel(bob, [ada.person])).id;
    const [read, left, muted, own, gone] = [
      ...[await channel(), await channel(), await channel()],
      ...[await channel(), await channel()],
    ] as const;
    const at = await scene.mention(ada.person, read, bob);
    await ada.person.call('receipt.mark', { channelId: read, seq: at.seq }).accepted();
    await scene.mention(ada.person, left, bob);
    await ada.person.call('member.leave', { channelId: left }).accepted();
    await scene.mention(ada.person, muted, bob);
    const mute = { channelId: muted, userId: ada.person.userId, reason: 'rude' };
    await bob.call('member.mute', mute).accepted();
    await scene.mention(ada.person, own, ada.person);
    const { id: messageId } = await scene.mention(ada.person, gone, bob);
    await bob.call('message.delete', { channelId: gone, messageId }).accepted();
    world.clock.forward(16 * MINUTE);
    await scene.sent();
    assert.deepEqual(scene.received(ada), []);
    await scene.mention(ada.person, read, bob);
    world.clock.forward(16 * MINUTE);
    await scene.sent();
    assert.match(scene.received(ada)[0]?.text ?? '', /mentioned once/, 'and for that it does come');
  });

  it('goes on after a clock that was ahead for a while', async () => {
    const ada = await scene.reader();
    const { id: channelId } = await world.channel(bob, [ada.person]);
    world.clock.set(30 * MINUTE);
    await gives(ada.person, 'mention-mail');
    world.clock.set(-30 * MINUTE);
    await rows(
      world,
      `UPDATE mention_watch SET next_at = next_at + interval '1 year' WHERE user_id = $1`,
      ada.person.userId,
    );
    await scene.sent();
    await scene.mention(ada.person, channelId, bob);
    world.clock.forward(16 * MINUTE);
    await scene.sent();
    assert.equal(scene.received(ada).length, 1);
  });
});
