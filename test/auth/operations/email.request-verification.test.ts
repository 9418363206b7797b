/** Another mail to prove one's own address with: to oneself alone, in place of the last one, and not without end. */
import assert from 'node:assert/strict';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { HOUR } from '../../support/hand-clock.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { audited, rows } from '../../chat/support.ts';
import { CONFIRM, Mailbox } from '../mailbox.ts';
import { post } from '../posting.ts';
import { Resident } from '../residents.ts';

const PATH = '/v1/me/email/verification';

describe('email.request-verification', () => {
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

  const verify = (token: string) => post(world, '/v1/email-verifications/redeem', { token });

  it('sends a newer code, which makes the earlier one void', async () => {
    const ada = await Resident.create(world);
    const first = await mailbox.comes(ada.email, CONFIRM);
    const person = await ada.arrives();
    assert.deepEqual(await person.http('POST', PATH, {}).accepted(), { accepted: true });
    const second = await mailbox.comes(ada.email, CONFIRM, 2);
    await verify(first.token).refused('invalid_code');
    await verify(second.token).accepted();
    assert.equal((await audited(world, 'email.request-verification', person.userId)).length, 1);
  });

  it('sends nothing more to who is verified, and answers the same', async () => {
    const ada = await Resident.create(world);
    await verify((await mailbox.comes(ada.email, CONFIRM)).token).accepted();
    const person = await ada.arrives();
    await person.connect();
    try {
      await person.call('email.request-verification', {}).accepted();
      const where = 'WHERE workspace_id = $1';
      const waiting = () => rows(world, `SELECT id FROM mail ${where}`, world.workspaceId);
      await eventually('nothing waits', async () => (await waiting()).length === 0);
      assert.equal(mailbox.to(ada.email).length, 1);
    } finally {
      person.leave();
    }
  });

  it('is refused as unauthenticated to strangers, and as invalid_input for anybody else', async () => {
    await post(world, PATH, {}).refused('unauthenticated');
    const person = await (await Resident.create(world)).arrives();
    await person.http('POST', PATH, { userId: person.userId }).refused('invalid_input');
    await person.http('POST', PATH, { email: 'a@b.example' }).refused('invalid_input');
  });

  it('is refused as rate_limited after five an hour', async () => {
    const limits = { ...UNLIMITED, 'auth.verify': LIMIT_TABLE['auth.verify'] };
    const strict = await World.create({ limits });
    try {
      const person = await (await Resident.create(strict)).arrives();
      for (let i = 0; i < 5; i += 1) await person.http('POST', PATH, {}).accepted();
      const { detail } = await person.http('POST', PATH, {}).refused('rate_limited');
      assert.deepEqual(detail, { bucket: 'auth.verify', by: 'user', windowMs: HOUR });
    } finally {
      await strict.end();
    }
  });
});
