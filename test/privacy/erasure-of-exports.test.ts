/** Who is erased leaves no export and no role behind: not about them, not made by them; those of others stay. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportId } from '../../src/contract/index.ts';
import { given, reading } from '../access/role-support.ts';
import { row } from '../chat/support.ts';
import { exported, ExportWorld, over, until, type Holder } from './exporting.ts';
import { becomes } from './support.ts';

describe('the erasure of somebody who has exports and roles', () => {
  let at: ExportWorld;
  let admin: Holder;
  let deputy: Holder;
  let ada: Holder;
  let bob: Holder;
  before(async function () {
    this.timeout(240_000);
    at = await ExportWorld.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    admin = await at.holder('Administrator', 'admin');
    deputy = await at.holder('Deputy', 'admin');
    ada = await at.holder('Ada');
    bob = await at.holder('Bob');
  });
  after(() => at.end());

  const isThere = (exportId: ExportId) => existsSync(join(at.folder, exportId));
  const ofExport = (exportId: ExportId) =>
    row(
      at.world,
      `SELECT state, link_session, (SELECT count(*) FROM data_export_part p WHERE p.export_id = e.id)::int AS parts
       FROM data_export e WHERE id = $1`,
      exportId,
    );

  async function erased({ person, password }: Holder): Promise<void> {
    const { erasureId } = await person.call('erasure.request', { password }).accepted();
    await becomes(at.world, erasureId, 'done');
  }
  async function madeFor({ person: { userId } }: Holder): Promise<ExportId> {
    const { password, person } = deputy;
    const asked = { userId, reason: 'by letter', password };
    const { exportId } = await person.call('export.request-for', asked).accepted();
    await over(deputy, exportId);
    return exportId;
  }

  it('removes those about them where only what they wrote in one channel goes, and not those they asked for', async () => {
    const carl = await at.holder('Carl');
    const { id: channelId } = await at.world.channel(carl.person);
    await carl.person.send(channelId, 'canary: gone', at.world.clientId()).accepted();
    const [ready, about, others] = [await exported(carl), await madeFor(carl), await madeFor(bob)];
    const { password } = carl;
    const { erasureId } = await carl.person
      .call('erasure.request', { password, channelId })
      .accepted();
    await becomes(at.world, erasureId, 'done');
    await until(() => !isThere(ready) && !isThere(about));
    for (const gone of [ready, about])
      assert.deepEqual(await ofExport(gone), { state: 'cancelled', link_session: null, parts: 0 });
    assert.ok(isThere(others));
  });

  it('removes the files of what they asked for and of what was asked about them', async () => {
    const [own, about] = [await exported(ada), await madeFor(ada)];
    const [others, byDeputy] = [await exported(bob), await madeFor(bob)];
    await ada.person.call('export.link', { exportId: own }).accepted();
    const { id: channelId } = await at.world.channel(bob.person, [admin.person]);
    await given(admin.person, reading(channelId), ada.person, bob.person);
    await erased(ada);
    await until(() => !isThere(own) && !isThere(about));
    for (const gone of [own, about])
      assert.deepEqual(await ofExport(gone), { state: 'cancelled', link_session: null, parts: 0 });
    await erased(deputy);
    await until(() => !isThere(byDeputy));
    assert.equal((await ofExport(byDeputy))['state'], 'cancelled');
    assert.ok(isThere(others));
    assert.equal((await ofExport(others))['state'], 'ready');
    const held = ({ person: { userId } }: Holder) =>
      row(
        at.world,
        `SELECT has_roles, (SELECT count(*) FROM role_grant g WHERE g.user_id = a.id)::int AS roles
         FROM account a WHERE id = $1`,
        userId,
      );
    assert.deepEqual(await held(ada), { has_roles: false, roles: 0 });
    assert.deepEqual(await held(bob), { has_roles: true, roles: 1 });
  });
});
