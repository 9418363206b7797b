/** Changes what a filter looks for, or what becomes of what it finds. */
import { z } from 'zod';
import { plainText } from '../../chat/index.ts';
import { ContentFilter, FilterAction, FilterId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { onFilter } from '../filter-access.ts';
import { admit, shownFilter } from '../filters.ts';
import { FILTER_CHARACTERS } from '../matching.ts';

export const filterUpdate = operation({
  name: 'filter.update',
  summary: 'Changes the text of a filter or what it does; what is left out stays.',
  on: { http: 'PATCH /v1/filters/:filterId', socket: true },
  commit: 'own',
  input: z.strictObject({
    filterId: FilterId,
    action: FilterAction.optional(),
    text: plainText(FILTER_CHARACTERS).optional(),
  }),
  output: ContentFilter,
  access: onFilter(),
  limit: 'state.write',
  audit: {
    record: ({ input: { text }, reply: { id, channelId, kind, action } }) => ({
      resource: { kind: 'filter', id },
      details: { channelId, kind, action, text: text !== undefined },
    }),
  },
  refuses: ['too_many_filters'],
  async handle({ input: { action, text }, subject: filter, services }) {
    const { id, kind, channelId } = filter;
    if (text !== undefined) await admit(services, { id, kind, text }, channelId);
    const sealed = text === undefined ? {} : await services.filterTexts.seal(id, text);
    const changed = await services.filters.change(filter, {
      ...sealed,
      ...(action !== undefined && { action }),
    });
    return reply(await shownFilter(services, changed));
  },
});
