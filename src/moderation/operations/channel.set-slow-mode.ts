/** Gives a channel a pace: so many seconds between two posts of the same person, on all their devices together. */
import { z } from 'zod';
import { onChannel, plainText, settingsChanged } from '../../chat/index.ts';
import { ChannelId, REASON_CHARACTERS, Rev, SLOW_MODE_SECONDS } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const channelSetSlowMode = operation({
  name: 'channel.set-slow-mode',
  summary:
    'Sets how many seconds must pass between two posts of a person; keepers need not wait, 0 ends it.',
  on: { http: 'POST /v1/channels/:channelId/slow-mode', socket: true },
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId,
    seconds: z.int().min(0).max(SLOW_MODE_SECONDS),
    reason: plainText(REASON_CHARACTERS).optional(),
  }),
  output: z.strictObject({
    channelId: ChannelId,
    seconds: z.int().nonnegative(),
    /** The channel's revision since. */
    rev: Rev,
  }),
  access: onChannel('channel.pace', 'change'),
  limit: 'state.write',
  audit: {
    record: ({ input: { seconds, reason }, subject: { channel }, reply: { rev } }) => ({
      resource: { kind: 'channel', id: channel.id },
      details: { before: channel.slowModeSeconds, seconds, already: rev <= channel.lastRev },
      ...(reason !== undefined && { reason }),
    }),
  },
  refuses: ['channel_archived'],
  async handle({ input: { seconds }, subject: { channel }, services }) {
    const { channels, content, keys, workspaceId } = services;
    const { id: channelId, lastRev: rev } = channel;
    if (channel.slowModeSeconds === seconds) return reply({ channelId, seconds, rev });
    const changed = await channels.update(channel, { slowModeSeconds: seconds }, false);
    return reply(
      { channelId, seconds, rev: changed.lastRev },
      settingsChanged(workspaceId, changed, await content.settings(keys, changed)),
    );
  },
});
