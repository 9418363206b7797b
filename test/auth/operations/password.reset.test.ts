/** A new password by a code out of a mail: good once, for its account, for half an hour, and all sessions end. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { MINUTE } from '../../support/hand-clock.ts';
import type { Person } from '../../support/person.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { assertSealed, audited, rows } from '../../chat/support.ts';
import { Mailbox, RESET } from '../mailbox.ts';
import { post } from '../posting.ts';
import { Resident } from '../residents.ts';

interface Done {
  readonly reset: true;
  readonly userId: string;
  readonly revoked: number;
}

const NEXT = 'Purple-otters-7-juggle';
/** Characters of all four classes that are in no list. */
const strong = (length: number): string => 'Vq7!zK2#'.repeat(20).slice(0, length);

describe('password.reset', () => {
  let world: World;
  let mailbox: Mailbox;
  const people: Person[] = [];
  before(async () => {
    mailbox = new Mailbox();
    world = await World.create({ environment: mailbox.environment });
  });
  afterEach(() => {
    for (const person of people.splice(0)) person.leave();
  });
  after(async () => {
    await world.end();
    mailbox.end();
  });

  async function codeFor({ email }: Resident): Promise<string> {
    const times = mailbox.to(email).filter(({ subject }) => RESET.test(subject)).length + 1;
    await post(world, '/v1/password-resets', { workspace: world.slug, email }).accepted();
    return (await mailbox.comes(email, RESET, times)).token;
  }
  const redeem = (token: string, password = NEXT, more: object = {}) =>
    post<Done>(world, '/v1/password-resets/redeem', { token, password, ...more });
  const madeUp = (workspaceId: string = world.workspaceId) =>
    `cp1.${workspaceId}.${randomBytes(32).toString('base64url')}`;

  it('makes the new one the only one, ends all sessions at once, and works once', async () => {
    const ada = await Resident.create(world);
    const [one, other] = [await ada.arrives(), await ada.arrives()];
    for (const person of [one, other]) {
      await person.connect();
      people.push(person);
    }
    const token = await codeFor(ada);
    const done = await redeem(token).accepted();
    assert.deepEqual(done, { reset: true, userId: one.userId, revoked: 2 });
    for (const person of [one, other]) {
      assert.equal((await person.hears('connection.closing')).next, 'sign-in');
      await person.http('GET', '/v1/me').refused('unauthenticated');
    }
    await ada.tries().refused('invalid_credentials');
    await ada.tries({ password: NEXT }).accepted();
    await redeem(token, `${NEXT}-2`).refused('invalid_code');
    await ada.tries({ password: NEXT }).accepted();
    const [row] = await audited(world, 'password.reset', one.userId);
    assert.equal(row?.['actor_id'], one.userId);
    assert.deepEqual(row['details'], { revoked: 2 });
    assertSealed(row, token, NEXT);
    const ended = await rows(
      world,
      "SELECT id FROM session WHERE user_id = $1 AND end_reason = 'password'",
      one.userId,
    );
    assert.equal(ended.length, 2);
  });

  it('is refused as invalid_code when the code is made up, old, cut off, or of another workspace', async () => {
    const ada = await Resident.create(world);
    const token = await codeFor(ada);
    const elsewhere = await world.anotherWorkspace();
    const moved = token.replace(world.workspaceId, elsewhere);
    for (const bad of [madeUp(), madeUp(elsewhere), moved])
      await redeem(bad).refused('invalid_code');
    for (const shape of [token.slice(0, -1), `${token}x`, token.replace('cp1', 'cv1'), '', 'x'])
      await redeem(shape).refused('invalid_input');
    world.clock.forward(30 * MINUTE);
    await redeem(token).refused('invalid_code');
    await ada.tries().accepted();
    const fresh = await codeFor(ada);
    world.clock.forward(30 * MINUTE - 1);
    await redeem(fresh).accepted();
  });

  it('is refused as invalid_code once the password was changed, or the account locked', async () => {
    const ada = await Resident.create(world);
    const before = await codeFor(ada);
    const wish = { present: ada.password, password: NEXT };
    await (await ada.arrives()).http('PUT', '/v1/me/password', wish).accepted();
    await redeem(before).refused('invalid_code');
    const token = await codeFor(ada);
    const { userId } = await ada.arrives({ password: NEXT });
    await rows(world, "UPDATE account SET status = 'locked' WHERE id = $1", userId);
    await redeem(token).refused('invalid_code');
    await rows(world, "UPDATE account SET status = 'active' WHERE id = $1", userId);
    await ada.tries({ password: NEXT }).accepted();
  });

  it('is refused as password_policy with every rule that is broken, as for registering, and the code stays good', async () => {
    const ada = await Resident.create(world, 'Grace Hopper');
    const token = await codeFor(ada);
    for (const [password, rules] of [
      [
        'grace',
        ['too_short', 'no_upper', 'no_digit', 'no_special', 'too_common', 'contains_context'],
      ],
      [`${strong(8)}${ada.email.split('@')[0] ?? ''}`, ['contains_context']],
      [`${strong(8)}${world.slug}`, ['contains_context']],
      ['Conclave-7', ['contains_context']],
      [strong(129), ['too_long']],
      ['Vq7!\0zK2#', ['contains_nul']],
    ] as const) {
      const { detail } = await redeem(token, password).refused('password_policy');
      assert.deepEqual(detail, { rules }, password);
      const application = { workspace: world.slug, email: ada.email, displayName: 'Grace Hopper' };
      const no = await post(world, '/v1/accounts', { ...application, password }).refused(
        'password_policy',
      );
      assert.deepEqual(no.detail, detail);
    }
    await redeem(token).accepted();
  });

  for (const [what, password, others] of [
    ['72 bytes', strong(72), [strong(71), `${strong(72)}x`]],
    ['73 bytes', strong(73), [strong(72), `${strong(72)}x`]],
    ['128 characters', strong(128), [strong(72), strong(127), `${strong(127)}x`]],
    ['128 characters of four bytes', `${'😀'.repeat(124)}aB3!`, ['😀'.repeat(18)]],
  ] as const)
    it(`takes one of ${what} whole: none that begins like it opens a session`, async () => {
      const ada = await Resident.create(world);
      await redeem(await codeFor(ada), password).accepted();
      for (const other of others)
        await ada.tries({ password: other }).refused('invalid_credentials');
      await ada.tries({ password }).accepted();
    });

  it('takes one in any normal form, as the same', async () => {
    const composed = 'Café-7-Lumière';
    const ada = await Resident.create(world);
    await redeem(await codeFor(ada), composed.normalize('NFD')).accepted();
    await ada.tries({ password: composed.normalize('NFC') }).accepted();
  });

  it('is done once by two who redeem the code at the same time', async () => {
    const ada = await Resident.create(world);
    const token = await codeFor(ada);
    const wishes = [`${NEXT}-a`, `${NEXT}-b`];
    const answers = await Promise.all(wishes.map((wish) => redeem(token, wish)));
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
    const [won, lost] = answers[0]?.ok ? wishes : [...wishes].reverse();
    await ada.tries({ password: won ?? '' }).accepted();
    await ada.tries({ password: lost ?? '' }).refused('invalid_credentials');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const token = madeUp();
    for (const bad of [
      ...[{ password: '' }, { password: null }, { password: `${NEXT}\ud800` }],
      ...[{ password: 'x'.repeat(1_001) }, { userId: 'x' }, { token: [token] }],
    ])
      await redeem(token, NEXT, bad).refused('invalid_input');
  });
});

describe('password.reset, again and again', () => {
  it('is refused as rate_limited after ten tries a minute from one address', async () => {
    const limits = { ...UNLIMITED, 'auth.code': LIMIT_TABLE['auth.code'] };
    const world = await World.create({ limits });
    try {
      const token = () => `cp1.${world.workspaceId}.${randomBytes(32).toString('base64url')}`;
      const redeem = () =>
        post(world, '/v1/password-resets/redeem', { token: token(), password: NEXT });
      for (let i = 0; i < 10; i += 1) await redeem().refused('invalid_code');
      const { detail } = await redeem().refused('rate_limited');
      assert.deepEqual(detail, { bucket: 'auth.code', by: 'address', windowMs: MINUTE });
    } finally {
      await world.end();
    }
  });
});
