/** Bridges a gap: everything that changed since a position, filtered to what the reader may read. */
import { z } from 'zod';
import { ChannelEvent, ChannelId, PAGE_ENTRIES, Rev } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onChannel } from '../access.ts';
import { operation } from '../declare.ts';
import { canBridge, PAGE_BYTES, readSlice } from '../log.ts';

export const channelResume = operation({
  name: 'channel.resume',
  summary:
    'The current state of everything that changed after a revision, in order, a page at a time.',
  on: { socket: true, http: 'GET /v1/channels/:channelId/log' },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    /** The last revision the client has. */
    rev: Rev,
    epoch: z.int().positive(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(PAGE_ENTRIES),
  }),
  output: z.strictObject({
    /** True: the position cannot be bridged. Drop the channel's state and read its history again. */
    reset: z.boolean(),
    epoch: z.int().positive(),
    since: Rev,
    /** The client's new position. Below `head` there is more: resume again from here. */
    upTo: Rev,
    head: Rev,
    events: z.array(ChannelEvent),
  }),
  access: onChannel('message.read', 'read'),
  limit: 'read',
  audit: { skip: 'reading a channel one is allowed to read' },
  refuses: [],
  async handle({ input, caller, subject: { channel }, services }) {
    const { rev: since, limit } = input;
    const { epoch, lastRev: head } = channel;
    if (!canBridge(channel, input))
      return reply({ reset: true, epoch, since, upTo: head, head, events: [] });
    const readable = await services.memberships.readable(channel, caller.userId);
    const wanted = { channel, readable, since, limit };
    const { upTo, events } = await readSlice(services, wanted, PAGE_BYTES);
    return reply({ reset: false, epoch, since, upTo, head, events: [...events] });
  },
});
