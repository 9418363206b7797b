/** Tells the keepers of a channel what is decided in it otherwise than everywhere. */
import { z } from 'zod';
import { ChannelId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { operation } from '../declare.ts';
import { Override } from '../overrides.ts';

export const overrideList = operation({
  name: 'override.list',
  summary: 'What roles and people may do in a channel, or may not, otherwise than everywhere.',
  on: { http: 'GET /v1/channels/:channelId/overrides', socket: true },
  commit: 'read',
  input: z.strictObject({ channelId: ChannelId }),
  output: z.strictObject({ overrides: z.array(Override) }),
  access: onChannel('channel.update', 'read'),
  limit: 'read',
  audit: {
    // Whom a channel denies what is about people.
    record: ({ subject: { channel } }) => ({ resource: { kind: 'channel', id: channel.id } }),
  },
  refuses: [],
  async handle({ subject: { channel }, services: { overrides } }) {
    return reply({ overrides: [...(await overrides.list(channel.id))] });
  },
});
