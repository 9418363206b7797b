/** Lists filters, with how often each was true of a message. */
import { z } from 'zod';
import { ChannelId, ContentFilter } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { onFilters } from '../filter-access.ts';
import { shownFilter } from '../filters.ts';

export const filterList = operation({
  name: 'filter.list',
  summary: 'The filters of a channel, or those of all channels, the oldest first.',
  on: { http: 'GET /v1/filters', socket: true },
  commit: 'read',
  input: z.strictObject({ channelId: ChannelId.optional() }),
  output: z.strictObject({ filters: z.array(ContentFilter) }),
  access: onFilters(),
  limit: 'read',
  audit: { skip: 'reading settings of a channel or of the workspace' },
  refuses: [],
  async handle({ input: { channelId = null }, services }) {
    const rows = await services.filters.list(channelId);
    return reply({ filters: await Promise.all(rows.map((row) => shownFilter(services, row))) });
  },
});
