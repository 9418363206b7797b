/** An address is proved with the code that was sent to it: once, within a day, and shown to its owner. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { DAY } from '../../support/hand-clock.ts';
import { World } from '../../support/world.ts';
import { audited, rows } from '../../chat/support.ts';
import { CONFIRM, Mailbox } from '../mailbox.ts';
import { post } from '../posting.ts';
import { Resident } from '../residents.ts';

interface Profile {
  readonly emailVerified: boolean;
}

describe('email.verify', () => {
  let world: World;
  let mailbox: Mailbox;
  before(async () => {
    mailbox = new Mailbox();
    world = await World.create({ environment: mailbox.environment });
  });
  after(async () => {
    await world.end();
    mailbox.end();
  });

  const verify = (token: string, more: object = {}) =>
    post(world, '/v1/email-verifications/redeem', { token, ...more });
  async function verified(resident: Resident): Promise<boolean> {
    const person = await resident.arrives();
    return (await person.http<Profile>('GET', '/v1/me').accepted()).emailVerified;
  }

  it('takes the code that came after registering, once, and the profile says so', async () => {
    const ada = await Resident.create(world);
    assert.equal(await verified(ada), false);
    const { token, text } = await mailbox.comes(ada.email, CONFIRM);
    assert.match(token, new RegExp(`^cv1\\.${world.workspaceId}\\.[\\w-]{43}$`));
    assert.match(text, /24 hours/);
    const { userId } = await ada.arrives();
    assert.deepEqual(await verify(token).accepted(), { verified: true, userId });
    assert.equal(await verified(ada), true);
    await verify(token).refused('invalid_code');
    const [row, ...more] = await audited(world, 'email.verify', userId);
    assert.ok(row?.['actor_id'] === userId && more.length === 0);
    assert.ok(!String(row['whole']).includes(token));
  });

  it('is refused as invalid_code when the code is made up, of another workspace, for a reset, or a day old', async () => {
    const ada = await Resident.create(world);
    const { token } = await mailbox.comes(ada.email, CONFIRM);
    const elsewhere = await world.anotherWorkspace();
    const madeUp = `cv1.${world.workspaceId}.${randomBytes(32).toString('base64url')}`;
    for (const bad of [madeUp, token.replace(world.workspaceId, elsewhere)])
      await verify(bad).refused('invalid_code');
    // A code for one purpose is none for another, whatever it is called.
    const password = 'Purple-otters-7-juggle';
    const reset = token.replace('cv1', 'cp1');
    await post(world, '/v1/password-resets/redeem', { token: reset, password }).refused(
      'invalid_code',
    );
    world.clock.forward(DAY);
    await verify(token).refused('invalid_code');
    assert.equal(await verified(ada), false);
  });

  it('is refused as invalid_code to who was locked since', async () => {
    const ada = await Resident.create(world);
    const { userId } = await ada.arrives();
    const { token } = await mailbox.comes(ada.email, CONFIRM);
    await rows(world, "UPDATE account SET status = 'locked' WHERE id = $1", userId);
    await verify(token).refused('invalid_code');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    for (const bad of [{ token: '' }, { token: null }, { token: 'cv1.x.y' }, { userId: 'x' }])
      await verify('cv1', bad).refused('invalid_input');
  });
});
