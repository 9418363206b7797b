/** Decides in one channel otherwise than everywhere; nobody gives or takes what they do not hold themselves. */
import { z } from 'zod';
import { covers, mayBestow, mayInChannel, sees } from '../../access/index.ts';
import {
  CHANNEL_OVERRIDES,
  ChannelId,
  OverrideEffect,
  OverridePermission,
  Rev,
  UserId,
  type WorkspaceId,
} from '../../contract/index.ts';
import { reply, tell, type Effect } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { settingsChanged } from '../changes.ts';
import { operation } from '../declare.ts';
import type { OverrideSubject } from '../override-store.ts';
import { Override, OverrideRole } from '../overrides.ts';

export const overrideSet = operation({
  name: 'override.set',
  summary: 'Allows or denies something in a channel to a role or a person; what denies wins.',
  on: { http: 'PUT /v1/channels/:channelId/overrides', socket: true },
  commit: 'own',
  input: z
    .strictObject({
      channelId: ChannelId,
      permission: OverridePermission,
      /** Either a role in the channel, or a person. */
      role: OverrideRole.optional(),
      userId: UserId.optional(),
      /** Null takes back what was said. */
      effect: OverrideEffect.nullable(),
    })
    .refine(({ role, userId }) => (role === undefined) !== (userId === undefined), {
      message: 'is about a role or a person',
    }),
  output: z.strictObject({
    ...Override.shape,
    effect: OverrideEffect.nullable(),
    /** The channel's revision since. */
    rev: Rev,
  }),
  access: onChannel('override.set', 'change'),
  limit: 'state.write',
  audit: {
    record: ({ input: { permission, role, userId }, subject: { channel }, reply: now }) => ({
      resource: { kind: 'channel', id: channel.id },
      ...(userId !== undefined && { subjectId: userId }),
      details: {
        permission,
        ...(role !== undefined && { role }),
        effect: now.effect,
        already: now.rev <= channel.lastRev,
      },
    }),
  },
  refuses: ['channel_archived'],
  async handle({ input, caller, subject: { channel, standing }, services, refuse }) {
    const { channels, overrides, standings, content, keys, entropy, workspaceId } = services;
    const { permission, effect, role, userId } = input;
    if (!mayInChannel(standing, permission)) refuse('forbidden');
    const about = subjectOf(role, userId);
    if (about.userId !== null) {
      const theirs = await standings.inChannel(about.userId, channel.id);
      if (!theirs || !sees(theirs)) return refuse('not_found');
      const reached = theirs.channelRole === null || mayBestow(standing, theirs.channelRole);
      const isAbove = !reached || !covers(standing, theirs);
      if (theirs.channelRole === 'owner' || about.userId === caller.userId || isAbove)
        refuse('forbidden');
    } else if (!mayBestow(standing, about.role)) refuse('forbidden');
    const all = await overrides.list(channel.id);
    const others = all.filter(
      (one) =>
        one.permission !== permission || one.role !== about.role || one.userId !== about.userId,
    );
    const before = all.find((one) => !others.includes(one))?.effect ?? null;
    const said = { permission, ...about, effect };
    if (before === effect) return reply({ ...said, rev: channel.lastRev });
    if (effect !== null && others.length >= CHANNEL_OVERRIDES)
      refuse('invalid_input', [{ path: 'permission', problem: 'too_many_overrides' }]);
    await overrides.put(channel.id, entropy.id(), { permission, ...about }, effect);
    const hasOverrides = effect !== null || others.length > 0;
    const narrows = permission === 'message.read' && effect === 'deny';
    const changed = await channels.update(channel, { hasOverrides }, narrows);
    return reply(
      { ...said, rev: changed.lastRev },
      settingsChanged(workspaceId, changed, await content.settings(keys, changed)),
      ...standingTold(workspaceId, channel.id, said, before),
    );
  },
});

/** A person hears of whatever is said of them, and of a role those who may read again; what is taken, the log says. */
function standingTold(
  workspaceId: WorkspaceId,
  channelId: ChannelId,
  { permission, role, userId }: OverrideSubject & { readonly permission: OverridePermission },
  before: OverrideEffect | null,
): readonly Effect[] {
  if (userId !== null) return [tell(userId, 'access.changed', { channelId })];
  if (permission !== 'message.read' || before !== 'deny') return [];
  const to = { channelRole: role };
  return [{ effect: 'reading-opened', workspaceId, channelIds: [channelId], to }];
}

function subjectOf(role: OverrideRole | undefined, userId: UserId | undefined): OverrideSubject {
  if (userId !== undefined) return { role: null, userId };
  if (role === undefined) throw new Error('the schema lets nothing in that is about nobody');
  return { role, userId: null };
}
