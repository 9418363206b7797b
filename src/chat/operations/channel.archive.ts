/** Archives a channel: what is in it stays to be read, and nothing in it changes any more. */
import { z } from 'zod';
import { Channel, ChannelId } from '../../contract/index.ts';
import { onChannel } from '../access.ts';
import { setArchived } from '../archiving.ts';
import { operation } from '../declare.ts';

export const channelArchive = operation({
  name: 'channel.archive',
  summary: 'Keeps a channel as it is: it is read, and takes no changes, until it is unarchived.',
  on: { http: 'POST /v1/channels/:channelId/archive', socket: true },
  commit: 'own',
  input: z.strictObject({ channelId: ChannelId }),
  output: Channel,
  access: onChannel('channel.archive', 'change-even-archived'),
  limit: 'state.write',
  audit: {
    record: ({ subject: { channel: before }, reply: after }) => ({
      resource: { kind: 'channel', id: after.id },
      details: { already: after.lastRev <= before.lastRev },
    }),
  },
  refuses: [],
  handle: ({ caller, subject, services, now }) =>
    setArchived(services, subject, caller.userId, now),
});
