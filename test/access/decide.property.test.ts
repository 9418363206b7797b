/** The decision is what a second, plainer account of it says, in random worlds, and the append says the same of posting. */
import assert from 'node:assert/strict';
import { CHANNEL_PERMISSIONS, mayInChannel, type Standing } from '../../src/access/index.ts';
import {
  ChannelKind,
  ChannelRole,
  HistoryPolicy,
  OverrideEffect,
  OverridePermission,
  WorkspaceRole,
  type UserId,
} from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

/** What each role adds to the one before it. */
const BY_ROLE = [
  ['guest', ['channel.read', 'message.read', 'member.leave', 'receipt.mark', 'report.create']],
  ['member', ['message.send', 'message.edit.own', 'message.delete.own', 'message.react']],
  [
    'moderator',
    [
      ...['message.delete.any', 'message.edit-history', 'message.pin', 'channel.update'],
      ...['member.add', 'member.remove', 'member.mute', 'member.ban', 'channel.pace'],
      ...['filter.write', 'moderation.read', 'report.read', 'report.handle'],
    ],
  ],
  ['owner', ['member.set-role', 'channel.expose', 'channel.archive', 'override.set']],
] as const;
const OF_STAFF = [
  ...['message.delete.own', 'message.delete.any', 'message.edit-history', 'message.pin'],
  ...['channel.update', 'member.remove', 'member.mute', 'member.ban', 'channel.pace'],
  ...['filter.write', 'moderation.read', 'report.read', 'report.handle'],
];
/** What is brought to people, wherever it comes from. */
const BROUGHT = ['report.read', 'report.handle'];
const OF_ADMINS = [
  ...['member.add', 'member.set-role', 'channel.expose', 'channel.archive', 'override.set'],
];
const WITHOUT_WRITING = [
  ...['channel.read', 'message.read', 'member.leave', 'member.join', 'receipt.mark'],
  ...['message.edit-history', 'moderation.read', 'report.read'],
];
const OF_A_FIXED_CIRCLE = /^member\.|^channel\.(update|expose|archive|pace)$|^override\.|^filter\./;

/** The rules as one would tell them to somebody. */
function model(who: Standing, permission: string): boolean {
  const { workspaceRole: role, channelRole: place, kind } = who;
  const looksIn = kind === 'public' && role !== 'guest' && role !== 'system';
  if (place === null && !looksIn && !BROUGHT.includes(permission)) return false;
  if (kind === 'direct' && OF_A_FIXED_CIRCLE.test(permission)) return false;
  const writes = role !== 'auditor' && role !== 'system';
  if (!writes && !WITHOUT_WRITING.includes(permission)) return false;
  const isReading = WITHOUT_WRITING.slice(4).concat('message.read').includes(permission);
  if (role === 'system' && isReading) return false;
  const words = (who.overrides ?? []).filter((one) => one.permission === permission);
  if (words.some(({ effect }) => effect === 'deny')) return false;
  const keeps = place === 'owner' || place === 'moderator';
  const isWriting = permission === 'message.send' || permission === 'message.edit.own';
  if (who.readOnly && isWriting && !keeps) return false;
  for (const [one, adds] of place === null ? [] : BY_ROLE) {
    if ((adds as readonly string[]).includes(permission)) return true;
    if (one === place) break;
  }
  if (place !== null && words.length > 0) return true;
  if (permission === 'member.join') return writes && role !== 'guest';
  if (permission === 'channel.read') return looksIn;
  if (permission === 'message.read') return looksIn && who.historyPolicy === 'all';
  if (permission === 'report.create') return looksIn && writes && who.historyPolicy === 'all';
  if (role === 'auditor') return ['moderation.read', 'report.read'].includes(permission);
  const isStaff = role === 'admin' || role === 'moderator';
  return (
    (isStaff && OF_STAFF.includes(permission)) ||
    (role === 'admin' && OF_ADMINS.includes(permission))
  );
}

/** Mulberry32: the same worlds in every run. */
function chance(seed: number) {
  return <T>(all: readonly T[]): T => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const one = all[((t ^ (t >>> 14)) >>> 0) % all.length];
    assert.ok(one !== undefined);
    return one;
  };
}

describe('the decision', () => {
  it('is that of the model, for every permission in twenty thousand random worlds', () => {
    const pick = chance(1);
    const seen = new Map<string, number>();
    for (let n = 0; n < 20_000; n += 1) {
      const overrides = Array.from({ length: pick([0, 0, 1, 2, 4]) }, () => {
        return {
          permission: pick(OverridePermission.options),
          effect: pick(OverrideEffect.options),
        };
      });
      const who: Standing = {
        workspaceRole: pick(WorkspaceRole.options),
        channelRole: pick([null, ...ChannelRole.options]),
        kind: pick(ChannelKind.options),
        historyPolicy: pick(HistoryPolicy.options),
        readOnly: pick([true, false]),
        overrides: pick([overrides, overrides, null]),
      };
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
    this.timeout(120_000);
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
