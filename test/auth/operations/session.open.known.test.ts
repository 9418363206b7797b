/** Whoever tries an account's password from elsewhere does not keep its owner out of a device that was used before. */
import assert from 'node:assert/strict';
import { LIMIT_TABLE, type LimitTable } from '../../../src/limits/index.ts';
import { DAY, MINUTE } from '../../support/hand-clock.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { post } from '../posting.ts';
import { Resident } from '../residents.ts';

interface Grant {
  readonly deviceToken: string;
}

/** Everybody has one address here: of the two windows only that of the account is as in the product. */
const LIMITS: LimitTable = {
  ...UNLIMITED,
  'auth.login': {
    ...LIMIT_TABLE['auth.login'],
    windows: LIMIT_TABLE['auth.login'].windows.filter(({ by }) => by === 'named'),
  },
  'auth.login.known': LIMIT_TABLE['auth.login.known'],
};

describe('session.open on a known device', () => {
  let world: World;
  before(async () => {
    world = await World.create({ limits: LIMITS });
  });
  after(() => world.end());
  afterEach(() => world.clock.forward(2 * MINUTE));

  const open = ({ email, password }: Resident, more: object = {}) =>
    post<Grant>(world, '/v1/sessions', { workspace: world.slug, email, password, ...more });
  async function device(resident: Resident): Promise<string> {
    return (await open(resident).accepted()).deviceToken;
  }
  /** Wrong passwords until the account's own limit says no. */
  async function exhaust(resident: Resident): Promise<void> {
    for (let i = 0; i < 5; i += 1) await open(resident, { password: 'Wrong-1234' }); // one of them may be counted already
    const { detail } = await open(resident).refused('rate_limited');
    assert.deepEqual(detail, { bucket: 'auth.login', by: 'named', windowMs: MINUTE });
  }

  it('is let in while a stranger has used up the limit of the account', async () => {
    const ada = await Resident.create(world);
    const deviceToken = await device(ada);
    await exhaust(ada);
    await open(ada, { deviceToken }).accepted();
    // The same address in other letters is the same account.
    await open(ada, { deviceToken, email: ada.email.toUpperCase() }).accepted();
    await open(ada).refused('rate_limited');
  });

  it('has a limit too: five tries a minute, under its own name', async () => {
    const ada = await Resident.create(world);
    const deviceToken = await device(ada);
    const guess = { deviceToken, password: 'Wrong-1234' };
    for (let i = 0; i < 5; i += 1) await open(ada, guess).refused('invalid_credentials');
    const { detail } = await open(ada, { deviceToken }).refused('rate_limited');
    assert.deepEqual(detail, { bucket: 'auth.login.known', by: 'named', windowMs: MINUTE });
    await open(ada).accepted(); // and uses up nothing of the account's
  });

  it('stays one device: its newer tokens share the limit of the one it showed', async () => {
    const ada = await Resident.create(world);
    let deviceToken = await device(ada);
    for (let i = 0; i < 5; i += 1) ({ deviceToken } = await open(ada, { deviceToken }).accepted());
    await open(ada, { deviceToken }).refused('rate_limited');
    const other = await device(ada);
    await open(ada, { deviceToken: other }).accepted();
  });

  it('is not known by a token that is made up, cut, changed, or of another account or workspace', async () => {
    const [ada, bob] = [await Resident.create(world), await Resident.create(world)];
    const mine = await device(ada);
    const bobs = await device(bob);
    const there = await anotherWorkspaceOf(ada);
    world.clock.forward(2 * MINUTE);
    await exhaust(ada);
    const [, id = '', day = '', proof = ''] = mine.split('.');
    const plain = await open(ada).refused('rate_limited');
    for (const deviceToken of [
      ...['', 'x', 'cd1', mine.slice(0, -1), `${mine}x`, bobs, there],
      ...[`cd1.${id}.${Number(day) + 1}.${proof}`, `cd1.${id}.${day}.${'A'.repeat(43)}`],
      ...[`cd1.${'A'.repeat(22)}.${day}.${proof}`, `cd1.__proto__.${day}.${proof}`],
    ]) {
      const no = await open(ada, { deviceToken }).refused('rate_limited');
      assert.deepEqual([no.code, no.detail], [plain.code, plain.detail], deviceToken);
    }
    // And where there is room, it is neither a help nor a fault.
    world.clock.forward(2 * MINUTE);
    await open(ada, { deviceToken: bobs }).accepted();
    await open(ada, { deviceToken: bobs, password: 'Wrong-1234' }).refused('invalid_credentials');
  });

  /** A device token of somebody with the same address in another workspace. */
  async function anotherWorkspaceOf({ email, password }: Resident): Promise<string> {
    const slug = `y${email.slice(0, 12)}`;
    await world.app.auth.createWorkspace({ slug, name: 'Elsewhere' });
    const application = { workspace: slug, email, password, displayName: 'Ada' };
    await post(world, '/v1/accounts', application).accepted();
    const claim = { workspace: slug, email, password };
    return (await post<Grant>(world, '/v1/sessions', claim).accepted()).deviceToken;
  }

  it('is forgotten after 90 days without signing in, and kept by signing in', async () => {
    const ada = await Resident.create(world);
    const old = await device(ada);
    world.clock.forward(60 * DAY);
    const { deviceToken } = await open(ada, { deviceToken: old }).accepted();
    world.clock.forward(31 * DAY);
    await exhaust(ada);
    await open(ada, { deviceToken: old }).refused('rate_limited');
    await open(ada, { deviceToken }).accepted();
  });

  it('opens nothing by itself: the password is asked for as ever', async () => {
    const ada = await Resident.create(world);
    const deviceToken = await device(ada);
    await open(ada, { deviceToken, password: 'Wrong-1234' }).refused('invalid_credentials');
    await open(ada, { deviceToken, password: undefined }).refused('invalid_input');
    await open(ada, { deviceToken: 'x'.repeat(301) }).refused('invalid_input');
    await open(ada, { deviceToken: null }).refused('invalid_input');
  });
});

describe('session.open on a known device behind a busy address', () => {
  it('is let in where others have used up the limit of the address they share, up to thirty a minute', async () => {
    const limits = {
      ...UNLIMITED,
      'auth.login': LIMIT_TABLE['auth.login'],
      'auth.login.known': LIMIT_TABLE['auth.login.known'],
    };
    const world = await World.create({ limits });
    try {
      const open = ({ email, password }: Resident, more: object = {}) =>
        post<Grant>(world, '/v1/sessions', { workspace: world.slug, email, password, ...more });
      const people: { resident: Resident; deviceToken: string }[] = [];
      for (let i = 0; i < 7; i += 1) {
        const resident = await Resident.create(world);
        people.push({ resident, ...(await open(resident).accepted()) });
        world.clock.forward(2 * MINUTE);
      }
      const [ada] = people;
      assert.ok(ada);
      for (const { resident } of people.slice(1, 6))
        await open(resident, { password: 'Wrong-1234' }).refused('invalid_credentials');
      const { detail } = await open(ada.resident).refused('rate_limited');
      assert.deepEqual(detail, { bucket: 'auth.login', by: 'address', windowMs: MINUTE });
      for (const { resident, deviceToken } of people.slice(0, 6))
        for (let i = 0; i < 5; i += 1) await open(resident, { deviceToken }).accepted();
      const [last] = people.slice(6);
      assert.ok(last);
      const no = await open(last.resident, { deviceToken: last.deviceToken }).refused(
        'rate_limited',
      );
      const fired = { bucket: 'auth.login.known', by: 'address', windowMs: MINUTE };
      assert.deepEqual(no.detail, fired);
    } finally {
      await world.end();
    }
  });
});
