/** Whose account one may act on is decided by what the roles carry, also for permissions that others than admins hold. */
import assert from 'node:assert/strict';
import { leavesAnAdmin, onAccount, Reason, type HeldAccount } from '../../src/access/accounts.ts';
import type { Standings } from '../../src/access/store.ts';
import type { UserId, WorkspaceRole } from '../../src/contract/index.ts';
import type { Actor } from '../../src/kernel/index.ts';

const id = (n: number) => `01a1fd5b-a961-73c8-bf3c-00000000000${n}` as UserId;
const caller = { kind: 'actor', userId: id(1) } as Actor;

type Status = HeldAccount['status'];
interface Scene {
  readonly actor?: WorkspaceRole;
  /** What the actor is by the time that the rows are held, where that is something else. */
  readonly becomes?: WorkspaceRole;
  readonly target?: WorkspaceRole;
  readonly status?: Status;
}

/** Asks for the account of another person with a permission that users, moderators and auditors hold as well. */
function ask({ actor = 'moderator', becomes = actor, target = 'user', status = 'active' }: Scene) {
  const held = new Map<UserId, HeldAccount>([
    [id(1), { id: id(1), role: becomes, status: 'active' }],
    [id(2), { id: id(2), role: target, status }],
  ]);
  const standings: Partial<Standings> = {
    inWorkspace: () => Promise.resolve({ workspaceRole: actor }),
    ofAccounts: () =>
      Promise.resolve(new Map([...held].map(([one, { role }]) => [one, { workspaceRole: role }]))),
  };
  const services = {
    standings: standings as Standings,
    holdAccounts: () => Promise.resolve(held),
  };
  return onAccount('user.read', 'not-own').resolve({ input: { userId: id(2) }, caller, services });
}

describe('acting on accounts', () => {
  for (const [actor, reached] of [
    ['admin', ['user', 'moderator', 'admin', 'auditor', 'guest', 'system']],
    ['moderator', ['user', 'moderator', 'guest', 'system']],
    ['user', ['user', 'guest', 'system']],
    ['auditor', ['auditor', 'system']],
  ] as const)
    it(`is left to a role of ${actor} on ${reached.join(', ')}, and on nobody above`, async () => {
      for (const target of ['user', 'moderator', 'admin', 'auditor', 'guest', 'system'] as const) {
        const asked = ask({ actor, target });
        if ((reached as readonly string[]).includes(target))
          assert.equal((await asked).target.role, target);
        else await assert.rejects(asked, { code: 'forbidden' });
      }
    });

  it('is decided on the rows as they are once they are held', async () => {
    await assert.rejects(ask({ becomes: 'guest' }), { code: 'forbidden' });
    await assert.rejects(ask({ status: 'erased' }), { code: 'not_found' });
  });

  it('finds the last active admin, and nobody else, not to be spared', () => {
    const one = (n: number, role: WorkspaceRole, status: Status = 'active') =>
      ({ id: id(n), role, status }) as const;
    const among = (target: HeldAccount, ...others: HeldAccount[]) =>
      leavesAnAdmin(new Map([target, ...others].map((each) => [each.id, each])), target);
    assert.equal(among(one(1, 'admin')), false);
    assert.equal(among(one(1, 'admin'), one(2, 'user'), one(3, 'admin', 'locked')), false);
    assert.equal(among(one(1, 'admin'), one(2, 'admin')), true);
    assert.equal(among(one(1, 'admin', 'locked')), true);
    assert.equal(among(one(1, 'moderator')), true);
  });

  it('takes a reason of one line that a screen can show', () => {
    assert.equal(Reason.parse('  sends spam '), 'sends spam');
    for (const wrong of ['', ' ', 'a\nb', 'a\0', 'turn\u202earound', '\ud800', 'x'.repeat(501)])
      assert.equal(Reason.safeParse(wrong).success, false, JSON.stringify(wrong));
  });
});
