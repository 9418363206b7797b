/** People see the exports about them and those they asked for: none is made about anybody in secret. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { demotedWith, exported, ExportWorld, over } from '../exporting.ts';

describe('export.list', () => {
  let at: ExportWorld;
  before(async () => {
    at = await ExportWorld.create();
  });
  after(() => at.end());

  it('shows the caller their own, the newest first, page by page, and nobody those of others', async () => {
    const [ada, bob] = [await at.holder('Ada'), await at.holder('Bob')];
    const ids = [await exported(ada), await exported(ada)] as const;
    const first = await ada.person.call('export.list', { limit: 1 }).accepted();
    assert.deepEqual([first.exports[0]?.id, first.more], [ids[1], true]);
    const [, before] = ids;
    const second = await ada.person.call('export.list', { before }).accepted();
    assert.deepEqual([second.exports.map(({ id }) => id), second.more], [[ids[0]], false]);
    const { state, own, userId, reason } = second.exports[0] ?? {};
    assert.deepEqual([state, own, userId, reason], ['ready', true, ada.person.userId, null]);
    assert.deepEqual((await bob.person.call('export.list', {}).accepted()).exports, []);
  });

  it('shows the subject that an admin asked, and why', async () => {
    const [ada, admin] = [await at.holder('Ada'), await at.holder('Admin', 'admin')];
    const reason = 'Letter of 3 May';
    const { exportId } = await admin.person
      .call('export.request-for', { userId: ada.person.userId, reason, password: admin.password })
      .accepted();
    await over(admin, exportId);
    const [seen] = (await ada.person.call('export.list', {}).accepted()).exports;
    assert.deepEqual([seen?.id, seen?.own, seen?.reason], [exportId, false, reason]);
  });

  it('hides that of another from who asked and is no admin any more, not from whom it is about', async () => {
    const ada = await at.holder('Ada');
    const { admin, exportId } = await demotedWith(at, ada);
    assert.deepEqual((await admin.person.call('export.list', {}).accepted()).exports, []);
    const [seen] = (await ada.person.call('export.list', {}).accepted()).exports;
    assert.equal(seen?.id, exportId);
  });

  it('is refused invalid_input for a page of no size or from nowhere', async () => {
    const { person } = await at.holder('Ada');
    await person.call('export.list', { limit: 0 }).refused('invalid_input');
    await person.call('export.list', { before: 'x' }).refused('invalid_input');
    assert.deepEqual(
      (await person.call('export.list', { before: randomUUID() }).accepted()).exports,
      [],
    );
  });
});
