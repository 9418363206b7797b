/** Callers are told who they are here, opened under their own key alone; what does not open is a gap, not an error. */
import assert from 'node:assert/strict';
import { WorkspaceRole } from '../../../src/contract/index.ts';
import type { OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { changesNothing } from '../../chat/support.ts';

type Profile = OutputOf<'profile.read'>;

describe('profile.read', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  const query = (text: string, ...values: unknown[]) => world.database.query(text, values);
  const alarms = ({ userId }: Person, kind: string) =>
    world.logged.filter((line) => line.includes(`"kind":"${kind}"`) && line.includes(userId));

  it('gives name, e-mail, role and workspace of each role, over HTTP too, and changes nothing', async () => {
    for (const role of WorkspaceRole.options) {
      const person = await world.person(`A ${role}`, { role });
      await changesNothing(world, async () => {
        const profile = await person.call('profile.read', {}).accepted();
        assert.deepEqual(profile, {
          userId: person.userId,
          displayName: `A ${role}`,
          email: `${person.userId}@conclave.invalid`,
          emailVerified: false,
          role,
          workspace: { id: world.workspaceId, slug: world.slug, name: 'A workspace' },
        });
        assert.deepEqual(await person.http<Profile>('GET', '/v1/me').accepted(), profile);
      });
    }
  });

  it('tells people of two workspaces each of their own', async () => {
    const workspaceId = await world.anotherWorkspace();
    const [here, there] = [
      await world.person('Ada'),
      await world.person('Ada', { workspaceId, role: 'admin' }),
    ];
    const [mine, theirs] = [
      await here.call('profile.read', {}).accepted(),
      await there.call('profile.read', {}).accepted(),
    ];
    assert.deepEqual([mine.workspace.id, mine.role], [world.workspaceId, 'user']);
    assert.deepEqual([theirs.workspace.id, theirs.role], [workspaceId, 'admin']);
    assert.equal(theirs.workspace.name, 'Another workspace');
    assert.equal(theirs.userId, there.userId);
  });

  it('follows a change of role at once', async () => {
    const ada = await world.person('Ada');
    await query("UPDATE account SET role = 'moderator' WHERE id = $1", ada.userId);
    assert.equal((await ada.call('profile.read', {}).accepted()).role, 'moderator');
  });

  it("leaves out what is another's, put in its place, and raises an alarm", async () => {
    const [ada, bob] = await Promise.all([world.person('Ada'), world.person('Bob')]);
    await ada.call('profile.read', {}).accepted(); // the key is at hand: it is the place that does not fit
    await query(
      `UPDATE account SET profile_sealed = b.profile_sealed, email_sealed = b.email_sealed
       FROM account b WHERE account.id = $1 AND b.id = $2`,
      ada.userId,
      bob.userId,
    );
    const { displayName, email, userId } = await ada.call('profile.read', {}).accepted();
    assert.deepEqual([displayName, email, userId], [null, null, ada.userId]);
    assert.deepEqual([alarms(ada, 'profile').length, alarms(ada, 'e-mail').length], [1, 1]);
    assert.equal((await bob.call('profile.read', {}).accepted()).displayName, 'Bob');
  });

  it('leaves out a profile of another version than its row says', async () => {
    const ada = await world.person('Ada');
    await query('UPDATE account SET profile_version = 2 WHERE id = $1', ada.userId);
    const { displayName, email } = await ada.call('profile.read', {}).accepted();
    assert.deepEqual([displayName, email], [null, `${ada.userId}@conclave.invalid`]);
  });

  it('opens nothing once the key is destroyed, even where it was in use', async () => {
    const ada = await world.person('Ada');
    await ada.call('profile.read', {}).accepted();
    await query('DELETE FROM subject_key WHERE subject_id = $1', ada.userId);
    const { displayName, email } = await ada.call('profile.read', {}).accepted();
    assert.deepEqual([displayName, email], [null, null]);
  });

  it('opens nothing under the key of somebody else', async () => {
    const [ada, bob] = await Promise.all([world.person('Ada'), world.person('Bob')]);
    await query(
      `UPDATE subject_key SET wrapped = b.wrapped FROM subject_key b
       WHERE subject_key.subject_id = $1 AND b.subject_id = $2`,
      ada.userId,
      bob.userId,
    );
    const { displayName, email } = await ada.call('profile.read', {}).accepted();
    assert.deepEqual([displayName, email], [null, null]);
    assert.equal(alarms(ada, 'profile').length, 1);
  });

  it('is refused as unauthenticated to strangers, and once the account is locked', async () => {
    const ada = await world.person('Ada');
    const answer = await fetch(`${world.url}/v1/me`);
    assert.equal(answer.status, 401);
    await query("UPDATE account SET status = 'locked' WHERE id = $1", ada.userId);
    await ada.call('profile.read', {}).refused('unauthenticated');
  });

  it('is refused as invalid_input when it names anything', async () => {
    const [ada, bob] = await Promise.all([world.person('Ada'), world.person('Bob')]);
    for (const input of [{ userId: bob.userId }, 'me', null, []])
      await ada.connection.raw('profile.read', input).refused('invalid_input');
    await ada.http('GET', `/v1/me?userId=${bob.userId}`).refused('invalid_input');
  });
});
