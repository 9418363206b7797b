/** Takes a filter out of force. */
import { z } from 'zod';
import { FilterId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { onFilter } from '../filter-access.ts';

export const filterDelete = operation({
  name: 'filter.delete',
  summary: 'Takes a filter out of force, on every node within a second.',
  on: { http: 'DELETE /v1/filters/:filterId', socket: true },
  commit: 'own',
  input: z.strictObject({ filterId: FilterId }),
  output: z.strictObject({ filterId: FilterId }),
  access: onFilter(),
  limit: 'state.write',
  audit: {
    record: ({ subject: { id, channelId, kind, action } }) => ({
      resource: { kind: 'filter', id },
      details: { channelId, kind, action },
    }),
  },
  refuses: [],
  async handle({ subject: filter, services: { filters }, now }) {
    await filters.remove(filter, now);
    return reply({ filterId: filter.id });
  },
});
