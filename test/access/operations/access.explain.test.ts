/** An admin is told which rule decides, and the server decides so. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { RULES } from '../../../src/access/decide.ts';
import { explain } from '../../../src/access/explain.ts';
import type { UserId } from '../../../src/contract/index.ts';
import type { InputOf, OutputOf } from '../../support/connection.ts';
import type { Person } from '../../support/person.ts';
import type { Result } from '../../support/result.ts';
import { World } from '../../support/world.ts';
import { allRefused, audited, misshapen } from '../../chat/support.ts';

type Explained = OutputOf<'access.explain'>;

interface Place {
  readonly kind: 'public' | 'private';
  readonly historyPolicy?: 'since-join';
  readonly readOnly?: boolean;
}

describe('access.explain', () => {
  let world: World;
  let admin: Person;
  let owner: Person;
  const nobody = randomUUID() as UserId;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
    owner = await world.person('Owner');
  });
  after(() => world.end());

  const ask = (input: InputOf<'access.explain'>) => admin.call('access.explain', input);
  const rulesOf = ({ rules }: Explained) => rules.map(({ rule }) => rule);

  it('says what the server then does, of everybody in every kind of place', async function () {
    this.timeout(240_000);
    const roles = ['user', 'moderator', 'auditor', 'guest'] as const;
    const places = ['guest', 'member', 'moderator', null] as const;
    const people = await Promise.all(
      roles.flatMap((role) =>
        places.map(async (place) => ({ place, person: await world.person(role, { role }) })),
      ),
    );
    const seen = new Set<string>();
    for (const { readOnly = false, ...settings } of [
      { kind: 'private' },
      { kind: 'public' },
      { kind: 'public', readOnly: true },
      { kind: 'public', historyPolicy: 'since-join' },
    ] as readonly Place[]) {
      const { id: channelId } = await world.channel(owner, [], settings);
      const target = await world.person('Target');
      const { userId } = target;
      for (const { place: role, person } of people)
        if (role)
          await owner.call('member.add', { channelId, userId: person.userId, role }).accepted();
      const post = await owner.send(channelId, 'a post', world.clientId()).accepted();
      if (readOnly) await owner.call('channel.update', { channelId, readOnly }).accepted();
      const message = { channelId, messageId: post.id, reason: 'rude' };
      const calls: [
        InputOf<'access.explain'>['operation'],
        number,
        (p: Person) => Result<unknown>,
      ][] = [
        ['channel.read', 0, (p) => p.call('channel.read', { channelId })],
        ['message.history', 0, (p) => p.call('message.history', { channelId })],
        ['message.send', 0, (p) => p.send(channelId, 'hello', world.clientId())],
        ['member.add', 0, (p) => p.call('member.add', { channelId, userId, role: 'guest' })],
        ['message.delete', 1, (p) => p.call('message.delete', message)],
      ];
      // These are decided by who somebody is, whatever the place.
      if (seen.size === 0)
        calls.push(
          ['user.list', 0, (p) => p.call('user.list', {})],
          ['user.lock', 0, (p) => p.call('user.lock', { userId: nobody })],
          ['role.describe', 0, (p) => p.call('role.describe', {})],
        );
      for (const { person } of people)
        for (const [operation, which, call] of calls) {
          const input = { userId: person.userId, operation, channelId };
          const decided = (await ask(input).accepted()).rules[which];
          const reply = await call(person);
          const refused = !reply.ok && ['forbidden', 'not_found'].includes(reply.error.code);
          const what = `${operation} as ${person.displayName}: ${JSON.stringify(decided)}`;
          assert.equal(decided?.allowed, !refused, what);
          assert.equal(decided.because, RULES[decided.rule]);
          seen.add(decided.rule);
        }
    }
    const elsewhere = new Set([
      ...['account-not-active', 'open-to-all', 'direct-channel'],
      ...['override-denies', 'override-allows', 'custom-role', 'banned'],
    ]);
    const missing = Object.keys(RULES).filter((rule) => !seen.has(rule) && !elsewhere.has(rule));
    assert.deepEqual(missing, []);
  });

  it('follows a change of role at once, for all permissions that would do, over HTTP too', async () => {
    const { id: channelId } = await world.channel(owner, [], { kind: 'public' });
    const bob = await world.person('Bob', { role: 'moderator' });
    const { userId } = bob;
    const path = `/v1/access/explanation?userId=${userId}&operation=message.delete&channelId=${channelId}`;
    const before = await admin.http<Explained>('GET', path).accepted();
    assert.deepEqual(
      { ...before, rules: before.rules.map(({ permission, rule }) => [permission, rule]) },
      {
        ...{ allowed: true, role: 'moderator', channelRole: null, refuses: before.refuses },
        access: 'own message: message.delete.own, any message: message.delete.any',
        rules: [
          ['message.delete.own', 'workspace-role-in-channel'],
          ['message.delete.any', 'workspace-role-in-channel'],
        ],
      },
    );
    await admin.call('user.set-role', { userId, role: 'user' }).accepted();
    const after = await admin.http<Explained>('GET', path).accepted();
    assert.deepEqual([after.allowed, after.role], [false, 'user']);
    assert.deepEqual(rulesOf(after), ['no-role-carries-it', 'no-role-carries-it']);
  });

  it('says that nothing is allowed to an account that is not in use, but what is open to all', async () => {
    const bob = await world.person('Bob');
    const { id: channelId } = await world.channel(owner, [bob]);
    const { userId } = bob;
    await admin.call('user.lock', { userId }).accepted();
    for (const operation of ['message.send', 'profile.read', 'user.list']) {
      const explained = await ask({ userId, operation, channelId }).accepted();
      assert.deepEqual([explained.allowed, explained.role], [false, null]);
      assert.deepEqual(rulesOf(explained), ['account-not-active']);
    }
    const open = await ask({ userId, operation: 'session.open' }).accepted();
    assert.deepEqual([open.allowed, rulesOf(open)], [true, ['open-to-all']]);
  });

  it('is on record: who asked about whom', async () => {
    const bob = await world.person('Bob');
    const { userId } = bob;
    await ask({ userId, operation: 'user.lock' }).accepted();
    const [row] = await audited(world, 'access.explain', userId);
    assert.deepEqual(
      [row?.['actor_id'], row?.['subject_id'], row?.['details']],
      [admin.userId, userId, { operation: 'user.lock', allowed: false }],
    );
  });

  it('is refused as forbidden to everybody but admins, about themselves too', async () => {
    for (const role of ['user', 'moderator', 'auditor', 'guest'] as const) {
      const person = await world.person(role, { role });
      const input = { userId: person.userId, operation: 'user.list' };
      await person.call('access.explain', input).refused('forbidden');
    }
  });

  it('is refused for what is not there: an operation, somebody, a channel, and all that is elsewhere', async () => {
    const { userId } = owner;
    const operation = 'message.send';
    await ask({ userId, operation: 'message.sned' }).refused('unknown_operation');
    await ask({ userId, operation: '__proto__' }).refused('unknown_operation');
    const workspaceId = await world.anotherWorkspace();
    const eve = await world.person('Eve', { workspaceId });
    const { id: hers } = await world.channel(eve);
    const absent = randomUUID();
    const { id: channelId } = await world.channel(owner);
    await allRefused('not_found', [
      ask({ userId: absent, operation, channelId }),
      ask({ userId: eve.userId, operation, channelId }),
      ask({ userId, operation, channelId: absent }),
      ask({ userId, operation, channelId: hers }),
    ]);
    const { detail } = await ask({ userId, operation }).refused('invalid_input');
    assert.deepEqual(detail, [{ path: 'channelId', problem: 'needed_here' }]);
    await misshapen(
      world,
      admin,
      'access.explain',
      { userId, operation: 'user.list' },
      {
        'no id': { userId: 'me' },
        'no name': { operation: '' },
        'no channel': { channelId: 'x' },
      },
    );
  });

  it('never explains by a permission that no policy knows', () => {
    const person = { holds: { workspaceRole: 'user' }, standing: null } as const;
    for (const asks of [
      { of: 'workspace', permission: 'user.fly' },
      { of: 'channel', permissions: ['channel.read'] },
    ] as const)
      assert.throws(() => explain(asks, person), /no permission|takes a standing/);
  });
});
