/** Tells whoever looks around which public channels there are, and what goes on in them. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import { ChannelId, ChannelRole, PAGE_ENTRIES, Timestamp } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const channelDiscover = operation({
  name: 'channel.discover',
  summary: 'The public channels of the workspace with how many are in them, in order of id.',
  on: { http: 'GET /v1/public-channels', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** Those that are archived, too. */
    archived: z.boolean().default(false),
    /** The last id of the page before. */
    after: ChannelId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    channels: z.array(
      z.strictObject({
        id: ChannelId,
        name: z.string(),
        topic: z.string().nullable(),
        archived: z.boolean(),
        /** Who is in it at the moment. */
        members: z.int().nonnegative(),
        /** When the last post was made, or the channel where there is none. */
        activeAt: Timestamp,
        /** The caller's role, or null for who has not joined. */
        role: ChannelRole.nullable(),
      }),
    ),
    /** Where the next page begins, as its `after`; null on the last. */
    next: ChannelId.nullable(),
  }),
  access: onServer('channel.read'),
  limit: 'read',
  audit: { skip: 'reads what everybody of the workspace may see' },
  refuses: [],
  async handle({ input, caller, services: { directory, content, keys } }) {
    const { after = null, limit, archived: archivedToo } = input;
    const rows = await directory.publicOnes(caller.userId, archivedToo, after, limit + 1);
    const page = rows.slice(0, limit);
    const shown = [];
    for (const row of page) {
      const { id, members, role } = row;
      const { name, topic, archived } = await content.settings(keys, row);
      shown.push({ id, name, topic, archived, members, activeAt: row.activeAt.getTime(), role });
    }
    return reply({
      channels: shown,
      next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    });
  },
});
