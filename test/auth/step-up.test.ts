/** The password again: right or wrong, gone stale before the commit, of nobody, and too often. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ProvedAgain, StepUp } from '../../src/auth/index.ts';
import { readConfig } from '../../src/config.ts';
import { PasswordText } from '../../src/contract/index.ts';
import { operations } from '../../src/operations.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { Resident } from './residents.ts';

describe('step-up', () => {
  let world: World;
  let stepUp: StepUp;
  let postgres: Postgres;
  before(async () => {
    world = await World.create();
    ({ stepUp } = world.app.auth);
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 1 });
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const callerOf = ({ userId }: Person) => ({ workspaceId: world.workspaceId, userId });
  /** Whether what was proved still stands in a transaction that begins now. */
  const stands = (proved: ProvedAgain) =>
    postgres.transaction(world.workspaceId, 'own', (tx) => stepUp.stands(tx, proved));
  async function proved(ada: Resident, person: Person): Promise<ProvedAgain> {
    const proof = await stepUp.prove(callerOf(person), ada.password);
    assert.ok(proof);
    return proof;
  }

  it('proves the right password, in any normal form, and no other', async () => {
    const ada = await Resident.create(world, 'Ada', 'Café-7-Lumière');
    const here = await ada.arrives();
    assert.ok(await stands(await proved(ada, here)));
    assert.ok(await stepUp.prove(callerOf(here), ada.password.normalize('NFD')));
    for (const wrong of ['Café-7-Lumièr', 'Café-7-Lumièree', ' Café-7-Lumière', 'x'])
      assert.equal(await stepUp.prove(callerOf(here), wrong), null);
  });

  it('proves nothing of an account without a password, nor with that of somebody else', async () => {
    const ada = await Resident.create(world);
    const [here, minted] = [await ada.arrives(), await world.person('Bob')];
    assert.equal(await stepUp.prove(callerOf(minted), ada.password), null);
    const elsewhere = { ...callerOf(here), workspaceId: await world.anotherWorkspace() };
    assert.equal(await stepUp.prove(elsewhere, ada.password), null);
  });

  it('stands no more once the password was changed, or the account locked, between proof and commit', async () => {
    const [ada, bob] = [await Resident.create(world), await Resident.create(world)];
    const [changed, locked] = [await ada.arrives(), await bob.arrives()];
    const proofs = [await proved(ada, changed), await proved(bob, locked)];
    const wish = { present: ada.password, password: 'Purple-otters-7-juggle' };
    await changed.http('PUT', '/v1/me/password', wish).accepted();
    const admin = await world.person('Admin', { role: 'admin' });
    await admin.call('user.lock', { userId: locked.userId }).accepted();
    for (const proof of proofs) assert.equal(await stands(proof), false);
  });

  it('is counted as guessing wherever a caller who is signed in gives a password', () => {
    const asking = operations.filter(({ input, access }) => {
      const fields = input instanceof z.ZodObject ? Object.values(input.shape) : [];
      return access.audience === 'signed-in' && fields.includes(PasswordText);
    });
    assert.ok(asking.some(({ name }) => name === 'password.change'));
    for (const { name, limit, refuses } of asking) {
      assert.equal(limit, 'auth.password', name);
      assert.ok(refuses.includes('invalid_credentials'), name);
    }
  });
});
