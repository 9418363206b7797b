/** Who may do what, as one table that is reviewed when it changes, and a server that does what the table says. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CHANNEL_PERMISSIONS,
  mayInChannel,
  sees,
  type ChannelPermission,
} from '../../src/access/index.ts';
import { WorkspaceRole } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import type { Result } from '../support/result.ts';
import { World } from '../support/world.ts';
import { CHANNELS, matrix, PLACES, type Place } from './matrix-text.ts';
import { roleSamples } from './role-samples.ts';

const GOLDEN = join(import.meta.dirname, 'permission-matrix.golden.md');
describe('the permission matrix', () => {
  it('is the one that was reviewed', () => {
    const now = matrix(roleSamples());
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, now);
    const reviewed = existsSync(GOLDEN) ? readFileSync(GOLDEN, 'utf8') : '';
    const changed = now.split('\n').filter((line) => !reviewed.split('\n').includes(line));
    assert.ok(
      now === reviewed,
      `The policy is not what test/access/permission-matrix.golden.md says. To accept it, run this test with UPDATE_GOLDEN=1 and review the difference. Now:\n${changed.join('\n')}`,
    );
  });

  it('gives nobody more for standing outside a channel than a member has who may write', () => {
    for (const [what, place] of CHANNELS)
      for (const workspaceRole of WorkspaceRole.options)
        for (const permission of CHANNEL_PERMISSIONS) {
          const outside = mayInChannel({ workspaceRole, channelRole: null, ...place }, permission);
          const inside = mayInChannel(
            { workspaceRole, channelRole: 'member', ...place },
            permission,
          );
          assert.ok(!outside || inside, `${workspaceRole} ${permission} ${what}`);
          const brought = permission.startsWith('report.'); // what is reported was shown to staff by who could see it
          assert.ok(
            !outside || brought || place.kind === 'public',
            `${workspaceRole} sees it ${what}`,
          );
        }
  });
});

describe('the running server and the permission matrix', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  /** Everybody there can be: each workspace role with each role in the channel. */
  const everybody = WorkspaceRole.options.flatMap((workspaceRole) =>
    PLACES.map(([channelRole]) => ({ workspaceRole, channelRole })),
  );

  async function channelOf(
    { kind, historyPolicy, readOnly }: Place,
    owner: Person,
    target: Person,
    people: readonly Person[],
  ) {
    const created = kind === 'direct' ? 'private' : kind;
    const { id } = await owner
      .call('channel.create', { kind: created, name: 'A channel', historyPolicy })
      .accepted();
    for (const [i, { channelRole: role }] of everybody.entries()) {
      const userId = people[i]?.userId;
      if (role && userId)
        await owner.call('member.add', { channelId: id, userId, role }).accepted();
    }
    const { userId } = target;
    await owner.call('member.add', { channelId: id, userId, role: 'guest' }).accepted();
    await world.database.query('UPDATE channel SET kind = $2, read_only = $3 WHERE id = $1', [
      id,
      kind,
      readOnly,
    ]);
    return id;
  }

  it('agree on every role in every kind of channel, for what stands for all operations', async function () {
    this.timeout(240_000);
    const [owner, target] = [await world.person('Owner'), await world.person('Target')];
    const people = await Promise.all(
      everybody.map(({ workspaceRole: role }) => world.person(role, { role })),
    );
    let asked = 0;
    for (const [where, place] of CHANNELS) {
      const channelId = await channelOf(place, owner, target, people);
      const { userId } = target;
      const back = { channelId, userId, role: 'guest' } as const;
      const post = await owner.send(channelId, 'a post', world.clientId()).accepted();
      const samples: [ChannelPermission, (person: Person) => Result<unknown>][] = [
        ['message.read', (person) => person.call('message.history', { channelId })],
        ['message.send', (person) => person.send(channelId, 'hello', world.clientId())],
        [
          'message.delete.any',
          (person) =>
            person.call('message.delete', { channelId, messageId: post.id, reason: 'rude' }),
        ],
        ['channel.update', (person) => person.call('channel.update', { channelId, topic: 'news' })],
        ['channel.archive', (person) => person.call('channel.unarchive', { channelId })],
        ['member.add', (person) => person.call('member.add', back)],
        ['member.remove', (person) => person.call('member.remove', { channelId, userId })],
      ];
      for (const [i, { workspaceRole, channelRole }] of everybody.entries())
        for (const [permission, ask] of samples) {
          const standing = { workspaceRole, channelRole, ...place };
          const expected = mayInChannel(standing, permission)
            ? 'ok'
            : sees(standing)
              ? 'forbidden'
              : 'not_found';
          const reply = await ask(people[i] as Person);
          const what = `${permission} as ${workspaceRole} and ${channelRole ?? 'none'}, ${where}`;
          assert.equal(reply.ok ? 'ok' : reply.error.code, expected, what);
          asked += 1;
          if (permission === 'member.remove' && reply.ok)
            await owner.call('member.add', back).accepted();
        }
    }
    assert.equal(asked, 6 * 5 * 5 * 7);
  });
});
