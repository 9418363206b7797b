/** A second, plainer account of who may do what in a channel, as one would tell it to somebody; it shares no table with src. */
import assert from 'node:assert/strict';
import { CHANNEL_PERMISSIONS, type Standing } from '../../src/access/index.ts';
import {
  ChannelKind,
  ChannelRole,
  HistoryPolicy,
  OverrideEffect,
  OverridePermission,
  RoleScope,
  WorkspaceRole,
} from '../../src/contract/index.ts';

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

/** What is done by who is in a channel, whatever else somebody holds. */
const OF_WHO_IS_IN = ['message.send', 'message.edit.own', 'message.react', 'member.leave'].concat(
  'receipt.mark',
);

/** Whether a role of the workspace's own making that reaches everywhere carries it. */
const everywhere = ({ customRoles }: Standing, permission: string) =>
  (customRoles ?? []).some(
    ({ scope, permissions }) => scope === 'workspace' && permissions.includes(permission),
  );

function looksIn(who: Standing): boolean {
  const isStranger = who.workspaceRole === 'guest' || who.workspaceRole === 'system';
  return who.kind === 'public' && (!isStranger || everywhere(who, 'channel.read'));
}

/** Whether the channel is there for them. */
export function modelSees(who: Standing): boolean {
  if (who.channelRole !== null) return true;
  if (who.banned) return false;
  if (looksIn(who)) return true;
  const opened = (who.customRoles ?? []).some(
    ({ scope, permissions }) =>
      scope === 'channels' &&
      (permissions.includes('channel.read') || permissions.includes('message.read')),
  );
  return opened && who.kind !== 'direct';
}

/** The rules as one would tell them to somebody. */
export function model(who: Standing, permission: string): boolean {
  const { workspaceRole: role, channelRole: place, kind } = who;
  if (!modelSees(who) && !BROUGHT.includes(permission)) return false;
  if (kind === 'direct' && OF_A_FIXED_CIRCLE.test(permission)) return false;
  const isMute = role === 'auditor' || role === 'system';
  const writes = !isMute || everywhere(who, 'message.write');
  if (!writes && !WITHOUT_WRITING.includes(permission)) return false;
  const isReading = WITHOUT_WRITING.slice(4).concat('message.read').includes(permission);
  if (role === 'system' && isReading && !everywhere(who, 'message.read')) return false;
  const findsChannels = role !== 'guest' && role !== 'system';
  if (permission === 'member.join' && !findsChannels && !everywhere(who, 'channel.read'))
    return false;
  const words = (who.overrides ?? []).filter((one) => one.permission === permission);
  if (words.some(({ effect }) => effect === 'deny')) return false;
  const keeps = place === 'owner' || place === 'moderator';
  const isWriting = permission === 'message.send' || permission === 'message.edit.own';
  if (place !== null && who.readOnly && isWriting && !keeps) return false;
  for (const [one, adds] of place === null ? [] : BY_ROLE) {
    if ((adds as readonly string[]).includes(permission)) return true;
    if (one === place) break;
  }
  if (place !== null && words.length > 0) return true;
  const isOfReaders = permission === 'message.read' || permission === 'report.create';
  if (place === null && isOfReaders && who.historyPolicy !== 'all') return false;
  const isThere = place !== null || looksIn(who) || BROUGHT.includes(permission);
  return (isThere && byRole(role, permission)) || byCustomRole(who, permission);
}

/** What a role in the workspace gives wherever one sees a channel. */
function byRole(role: WorkspaceRole, permission: string): boolean {
  const isOne = role === 'user' || role === 'moderator' || role === 'admin';
  if (permission === 'channel.read' || permission === 'message.read')
    return isOne || role === 'auditor';
  if (permission === 'member.join' || permission === 'report.create') return isOne;
  if (role === 'auditor') return ['moderation.read', 'report.read'].includes(permission);
  const isStaff = role === 'admin' || role === 'moderator';
  return (
    (isStaff && OF_STAFF.includes(permission)) ||
    (role === 'admin' && OF_ADMINS.includes(permission))
  );
}

/** What roles of the workspace's own making add: nothing to a direct channel, and nothing that takes being in one. */
function byCustomRole({ customRoles, kind, channelRole }: Standing, permission: string): boolean {
  const isBrought = BROUGHT.includes(permission);
  if (kind === 'direct' && !isBrought) return false;
  if (channelRole === null && OF_WHO_IS_IN.includes(permission)) return false;
  return (customRoles ?? []).some(
    ({ scope, permissions }) =>
      permissions.includes(permission) && (scope !== 'reports' || isBrought),
  );
}

type Pick = ReturnType<typeof chance>;

/** Any role of a workspace's own making, whether or not anybody could define it. */
export function anyRole(pick: Pick) {
  const scope = pick(RoleScope.options);
  const some = [...CHANNEL_PERMISSIONS.filter((one) => one !== 'message.edit.any')];
  const permissions = Array.from({ length: pick([1, 2, 6]) }, () =>
    pick([...some, 'message.write', 'message.send', 'message.read', 'channel.read']),
  );
  return { name: `role-${pick(some).replace(/[^a-z]/g, '')}`, scope, permissions };
}

export function anyWord(pick: Pick) {
  return { permission: pick(OverridePermission.options), effect: pick(OverrideEffect.options) };
}

/** Anybody, anywhere. */
export function anyStanding(pick: Pick): Standing {
  const overrides = Array.from({ length: pick([0, 0, 1, 2, 4]) }, () => anyWord(pick));
  const customRoles = Array.from({ length: pick([0, 0, 1, 2]) }, () => anyRole(pick));
  const channelRole = pick([null, ...ChannelRole.options]);
  return {
    workspaceRole: pick(WorkspaceRole.options),
    channelRole,
    kind: pick(ChannelKind.options),
    historyPolicy: pick(HistoryPolicy.options),
    readOnly: pick([true, false]),
    overrides: pick([overrides, overrides, null]),
    customRoles: pick([customRoles, customRoles, null]),
    banned: channelRole === null && pick([true, false, false, false]),
  };
}

/** Mulberry32: the same worlds in every run. */
export function chance(seed: number) {
  return <T>(all: readonly T[]): T => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const one = all[((t ^ (t >>> 14)) >>> 0) % all.length];
    assert.ok(one !== undefined);
    return one;
  };
}
