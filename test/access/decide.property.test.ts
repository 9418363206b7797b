/** The decision is what a second, plainer account of it says, in random worlds, and the append says the same of posting. */
import assert from 'node:assert/strict';
import { CHANNEL_PERMISSIONS, mayInChannel, sees } from '../../src/access/index.ts';
import type { ChannelRole, UserId, WorkspaceRole } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { anyStanding, chance, model, modelSees } from './model.ts';

describe('the decision', () => {
  it('is that of the model, for every permission in twenty thousand random worlds', () => {
    const pick = chance(1);
    const seen = new Map<string, number>();
    for (let n = 0; n < 20_000; n += 1) {
      const who = anyStanding(pick);
      assert.equal(sees(who), modelSees(who), JSON.stringify(who));
      for (const permission of CHANNEL_PERMISSIONS) {
        if (permission === 'message.edit.any') continue; // nobody's, whoever allows it
        const expected = model(who, permission);
        assert.equal(
          mayInChannel(who, permission),
          expected,
          `${permission}: ${JSON.stringify(who)}`,
        );
        const key = `${permission} ${expected}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    }
    assert.equal(seen.size, 2 * (CHANNEL_PERMISSIONS.length - 1), 'each is given and refused');
    assert.ok(Math.min(...seen.values()) > 100);
  });
});

describe('the append and the decision', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('agree on who may post, whatever is allowed and denied in whatever order', async function () {
    this.timeout(240_000);
    const pick = chance(2);
    const owner = await world.person('Owner');
    const { id: channelId } = await world.channel(owner);
    const people: {
      readonly person: Person;
      readonly userId: UserId;
      readonly workspaceRole: WorkspaceRole;
      readonly channelRole: ChannelRole;
    }[] = [];
    for (const workspaceRole of ['user', 'guest', 'auditor'] as const)
      for (const channelRole of ['guest', 'member', 'moderator'] as const) {
        const person = await world.person(channelRole, { role: workspaceRole });
        const { userId } = person;
        await owner.call('member.add', { channelId, userId, role: channelRole }).accepted();
        people.push({ person, userId, workspaceRole, channelRole });
      }
    const said = new Map<string, 'allow' | 'deny'>();
    let readOnly = false;
    const answers = new Set<boolean>();
    for (let n = 0; n < 20; n += 1) {
      if (n % 5 === 4) {
        readOnly = !readOnly;
        await owner.call('channel.update', { channelId, readOnly }).accepted();
      }
      const effect = pick(['allow', 'deny', null] as const);
      const about = pick([
        ...people
          .filter((one) => one.workspaceRole !== 'auditor')
          .map(({ userId }) => ({ userId })),
        ...(['guest', 'member', 'moderator'] as const).map((role) => ({ role })),
      ]);
      const word = { channelId, permission: 'message.send', effect, ...about } as const;
      await owner.call('override.set', word).accepted();
      const key = 'role' in about ? about.role : about.userId;
      if (effect === null) said.delete(key);
      else said.set(key, effect);
      for (const { person, userId, workspaceRole, channelRole } of people) {
        const words = [said.get(channelRole), said.get(userId)];
        const expected = model(
          {
            ...{ workspaceRole, channelRole, readOnly, kind: 'private', historyPolicy: 'all' },
            overrides: words.flatMap((one) =>
              one ? [{ permission: 'message.send', effect: one }] : [],
            ),
          },
          'message.send',
        );
        const reply = await person.send(channelId, 'a post', world.clientId());
        assert.equal(reply.ok, expected, `${n}: ${workspaceRole} ${channelRole} ${words.join()}`);
        answers.add(expected);
      }
    }
    assert.equal(answers.size, 2);
  });
});
