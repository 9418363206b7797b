/** Lists the channels that exist for the caller, a page at a time. */
import { z } from 'zod';
import { mayInWorkspace, signedIn } from '../../access/index.ts';
import { Channel, ChannelId, PAGE_ENTRIES } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const channelList = operation({
  name: 'channel.list',
  summary:
    'The channels the caller is in, and public ones if the caller may see them, in order of id.',
  on: { http: 'GET /v1/channels', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    after: ChannelId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ channels: z.array(Channel), more: z.boolean() }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: "reads only what is visible to the caller, no other person's data" },
  refuses: [],
  async handle({ input, caller, subject: role, services }) {
    const publicToo = mayInWorkspace(role, 'channel.read');
    const { after = null, limit } = input;
    const rows = await services.directory.list(caller.userId, publicToo, after, limit + 1);
    const channels: Channel[] = [];
    for (const row of rows.slice(0, limit))
      channels.push(await services.content.channel(services.keys, row, row.role, row.readSeq));
    return reply({ channels, more: rows.length > limit });
  },
});
