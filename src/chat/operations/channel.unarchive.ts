/** Opens an archived channel again, with everything that was in it and everybody who was. */
import { z } from 'zod';
import { Channel, ChannelId } from '../../contract/index.ts';
import { onChannel } from '../access.ts';
import { setArchived } from '../archiving.ts';
import { operation } from '../declare.ts';

export const channelUnarchive = operation({
  name: 'channel.unarchive',
  summary: 'Opens an archived channel again. One that is open stays as it is.',
  on: { http: 'POST /v1/channels/:channelId/unarchive', socket: true },
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
  handle: ({ caller, subject, services }) => setArchived(services, subject, caller.userId, null),
});
