/** A password is changed by who knows the present one, takes effect whole, and ends every other session. */
import assert from 'node:assert/strict';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { HOUR, MINUTE } from '../../support/hand-clock.ts';
import type { Person } from '../../support/person.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { assertSealed, audited, rows } from '../../chat/support.ts';
import { Resident } from '../residents.ts';

type Changed = { readonly changed: true; readonly revoked: number };

const NEXT = 'Purple-otters-7-juggle';
/** Characters of all four classes that are in no list. */
const strong = (length: number): string => 'Vq7!zK2#'.repeat(20).slice(0, length);

describe('password.change', () => {
  let world: World;
  const people: Person[] = [];
  before(async () => {
    world = await World.create();
  });
  afterEach(() => {
    for (const person of people.splice(0)) person.leave();
  });
  after(() => world.end());

  /** Somebody at the door with a connection. */
  async function arrived(resident: Resident): Promise<Person> {
    const person = await resident.arrives();
    await person.connect();
    people.push(person);
    return person;
  }
  const change = (person: Person, present: string, password: string, more: object = {}) =>
    person.http<Changed>('PUT', '/v1/me/password', { present, password, ...more });
  const stored = async ({ userId }: Person) =>
    (await rows(world, 'SELECT password_hash FROM account WHERE id = $1', userId))[0];

  it('makes the new one the only one, ends all other sessions, and keeps this one', async () => {
    const ada = await Resident.create(world);
    const [lost, here] = [await arrived(ada), await arrived(ada)];
    world.clock.forward(MINUTE);
    const wish = { present: ada.password, password: NEXT };
    const changed = await here.call('password.change', wish).accepted();
    assert.deepEqual(changed, { changed: true, revoked: 1 });
    assert.equal((await lost.hears('connection.closing')).next, 'sign-in');
    await lost.http('GET', '/v1/me').refused('unauthenticated');
    await here.connection.settled();
    await ada.tries().refused('invalid_credentials');
    await ada.tries({ password: NEXT }).accepted();
    const [account] = await rows(
      world,
      'SELECT password_changed_at AS at FROM account WHERE id = $1',
      here.userId,
    );
    assert.deepEqual(account?.['at'], world.clock.now());
    const ended = await rows(
      world,
      'SELECT id FROM session WHERE user_id = $1 AND end_reason = $2',
      here.userId,
      'password',
    );
    assert.deepEqual(ended, [{ id: lost.sessionId }]);
    const [row] = await audited(world, 'password.change', here.userId);
    assert.deepEqual(row?.['details'], { keepCurrent: true, revoked: 1 });
    assertSealed(row, NEXT, ada.password);
  });

  it('ends this session too where that is wanted, after the answer', async () => {
    const ada = await Resident.create(world);
    const here = await arrived(ada);
    const wish = { present: ada.password, password: NEXT, keepCurrent: false };
    assert.equal((await here.call('password.change', wish).accepted()).revoked, 1);
    await here.connection.closed();
    await assert.rejects(here.connect(), /unauthenticated/);
  });

  it('is refused with a wrong present one, is recorded, and changes nothing', async () => {
    const ada = await Resident.create(world);
    const [other, here] = [await arrived(ada), await arrived(ada)];
    const before = await stored(here);
    for (const wrong of [NEXT, `${ada.password}x`, ada.password.slice(0, -1), `${ada.password}\0`])
      await change(here, wrong, 'weak').refused('invalid_credentials');
    await world.app.audit.refusals.drained();
    const trail = await rows(
      world,
      "SELECT type FROM audit_event WHERE actor_id = $1 AND action = 'password.change'",
      here.userId,
    );
    assert.ok(trail.length > 0 && trail.every(({ type }) => type === 'login_failed'));
    assert.deepEqual(await stored(here), before);
    await other.connection.settled();
    const minted = await world.person('Nobody with a password');
    await change(minted, 'x', NEXT).refused('invalid_credentials');
  });

  it('is refused as password_policy with every rule that is broken, the same one among them', async () => {
    const ada = await Resident.create(world, 'Grace Hopper', strong(12));
    const here = await arrived(ada);
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
      [strong(12), ['unchanged']],
    ] as const) {
      const { detail } = await change(here, ada.password, password).refused('password_policy');
      assert.deepEqual(detail, { rules }, password);
    }
    await ada.tries().accepted();
  });

  it('follows the profile of the workspace', async () => {
    await world.database.query("SELECT set_config('app.workspace', $1, false)", [
      world.workspaceId,
    ]);
    const policy = (profile: string) =>
      world.database.query('UPDATE workspace SET password_policy = $2 WHERE workspace_id = $1', [
        world.workspaceId,
        profile,
      ]);
    const ada = await Resident.create(world);
    const here = await arrived(ada);
    await policy('nist');
    try {
      const no = await change(here, ada.password, strong(14)).refused('password_policy');
      assert.deepEqual(no.detail, { rules: ['too_short'] });
      await change(here, ada.password, 'purple otters juggle quietly').accepted();
    } finally {
      await policy('composition');
    }
  });

  for (const [what, password, others] of [
    ['72 bytes', strong(72), [strong(71), `${strong(72)}x`]],
    ['73 bytes', strong(73), [strong(72), `${strong(72)}x`]],
    ['128 characters', strong(128), [strong(72), strong(127), `${strong(127)}x`]],
    ['128 characters of four bytes', `${'😀'.repeat(124)}aB3!`, ['😀'.repeat(18)]],
  ] as const)
    it(`takes a new one of ${what} whole: none that begins like it opens a session`, async () => {
      const ada = await Resident.create(world);
      await change(await arrived(ada), ada.password, password).accepted();
      for (const other of others)
        await ada.tries({ password: other }).refused('invalid_credentials');
      await ada.tries({ password }).accepted();
    });

  it('takes one in any normal form, as the same: for signing in, as the present one, as the new one', async () => {
    const composed = 'Café-7-Lumière';
    const decomposed = composed.normalize('NFD');
    assert.notEqual(composed, decomposed);
    const ada = await Resident.create(world, 'Ada', composed);
    const here = await arrived(ada);
    await ada.tries({ password: decomposed }).accepted();
    const no = await change(here, composed, decomposed).refused('password_policy');
    assert.deepEqual(no.detail, { rules: ['unchanged'] });
    await change(here, decomposed, NEXT).accepted();
  });

  it('is done once by two who change it at the same time', async () => {
    const ada = await Resident.create(world);
    const here = await arrived(ada);
    const wishes = [`${NEXT}-a`, `${NEXT}-b`];
    const answers = await Promise.all(wishes.map((wish) => change(here, ada.password, wish)));
    assert.equal(answers.filter(({ ok }) => ok).length, 1);
    const [won, lost] = answers[0]?.ok ? wishes : [...wishes].reverse();
    await ada.tries({ password: won ?? '' }).accepted();
    await ada.tries({ password: lost ?? '' }).refused('invalid_credentials');
  });

  it('is refused as invalid_input when its shape is wrong', async () => {
    const ada = await Resident.create(world);
    const here = await arrived(ada);
    const good = { present: ada.password, password: NEXT };
    for (const bad of [
      ...[
        { ...good, present: '' },
        { ...good, password: null },
        { ...good, password: [NEXT] },
      ],
      ...[
        { ...good, password: `${NEXT}\ud800` },
        { ...good, password: 'x'.repeat(1_001) },
      ],
      ...[{ ...good, userId: here.userId }, { password: NEXT }, { ...good, keepCurrent: 1 }],
    ])
      await here.connection.raw('password.change', bad).refused('invalid_input');
    await ada.tries().accepted();
  });
});

describe('password.change, again and again', () => {
  it('is refused as rate_limited after five tries a minute and twenty an hour, the right one too', async () => {
    const limits = { ...UNLIMITED, 'auth.password': LIMIT_TABLE['auth.password'] };
    const world = await World.create({ limits });
    try {
      const ada = await Resident.create(world);
      const here = await ada.arrives();
      const guess = (present: string) =>
        here.http('PUT', '/v1/me/password', { present, password: NEXT });
      for (let round = 0; round < 4; round += 1) {
        for (let i = 0; i < 5; i += 1) await guess('Wrong-1234').refused('invalid_credentials');
        const { detail } = await guess(ada.password).refused('rate_limited');
        if (round < 3) assert.deepEqual(detail, fired(MINUTE));
        if (round < 3) world.clock.forward(MINUTE + 2_000);
      }
      world.clock.forward(2 * MINUTE);
      const { detail } = await guess(ada.password).refused('rate_limited');
      assert.deepEqual(detail, fired(HOUR));
    } finally {
      await world.end();
    }
  });

  const fired = (windowMs: number) => ({ bucket: 'auth.password', by: 'user', windowMs });
});
