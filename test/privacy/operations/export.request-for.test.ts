/** An admin asks in somebody's place: with a reason, on the record, and for what the subject could see, not the admin. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../../src/contract/index.ts';
import { assertSealed, audited } from '../../chat/support.ts';
import { ExportWorld, fetched, Opened, over, type Holder } from '../exporting.ts';

describe('export.request-for', () => {
  let at: ExportWorld;
  let admin: Holder;
  before(async () => {
    at = await ExportWorld.create();
    admin = await at.holder('Admin', 'admin');
  });
  after(() => at.end());

  const asking = (userId: UserId, more: object = {}, { person, password } = admin) =>
    person.call('export.request-for', { userId, reason: 'canary: letter', password, ...more });

  it('gives the admin what the subject may see, and tells the subject', async () => {
    const ada = await at.holder('Ada');
    const { exportId } = await asking(ada.person.userId).accepted();
    assert.equal((await over(admin, exportId)).state, 'ready');
    const archive = await Opened.of(await fetched(at.world.url, admin, exportId));
    assert.deepEqual(
      [archive.manifest.userId, archive.manifest.requestedBy],
      [ada.person.userId, admin.person.userId],
    );
    assert.equal(archive.rows('account')[0]?.['displayName'], 'Ada');
    const [seen] = archive.rows('exports');
    assert.deepEqual([seen?.['byMe'], seen?.['reason']], [false, 'canary: letter']);
    assert.match(String(seen?.['requestedBy']), /^...\*\*\*...$/);
    await ada.person.call('export.cancel', { exportId }).refused('not_found');
  });

  it('is recorded with whose data it is, and with the reason sealed', async () => {
    const ada = await at.holder('Ada');
    const { exportId } = await asking(ada.person.userId).accepted();
    await over(admin, exportId);
    const [entry] = await audited(at.world, 'export.request-for', exportId);
    assert.deepEqual(
      [entry?.['actor_id'], entry?.['subject_id']],
      [admin.person.userId, ada.person.userId],
    );
    assertSealed(entry, 'canary: letter', admin.password);
  });

  it('is refused forbidden to everybody but admins, about themselves too', async () => {
    for (const role of ['user', 'moderator', 'auditor'] as const) {
      const other = await at.holder('Other', role);
      await asking(other.person.userId, {}, other).refused('forbidden');
    }
  });

  it('is refused invalid_credentials without the password, and not_found for nobody', async () => {
    const ada = await at.holder('Ada');
    await asking(ada.person.userId, { password: 'wrong-Password-1' }).refused(
      'invalid_credentials',
    );
    await asking(randomUUID() as UserId).refused('not_found');
    const foreigner = await at.world.person('Foreigner', {
      workspaceId: await at.world.anotherWorkspace(),
    });
    await asking(foreigner.userId).refused('not_found');
  });

  it('is refused invalid_input without a reason', async () => {
    const ada = await at.holder('Ada');
    for (const reason of ['', ' ', 'two\nlines'])
      await asking(ada.person.userId, { reason }).refused('invalid_input');
  });
});
