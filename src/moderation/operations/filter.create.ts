/** Makes a filter that messages are held against from now on, on every node within a second. */
import { z } from 'zod';
import { plainText } from '../../chat/index.ts';
import {
  ChannelId,
  ContentFilter,
  FilterAction,
  FilterKind,
  type FilterId,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { onFilters } from '../filter-access.ts';
import { admit, shownFilter } from '../filters.ts';
import { FILTER_CHARACTERS } from '../matching.ts';

export const filterCreate = operation({
  name: 'filter.create',
  summary:
    'Makes a filter for a channel or for all: a word, a pattern (RE2) or a link domain that is refused, reported or counted.',
  on: { http: 'POST /v1/filters', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({
    channelId: ChannelId.optional(),
    kind: FilterKind,
    action: FilterAction,
    text: plainText(FILTER_CHARACTERS),
  }),
  output: ContentFilter,
  access: onFilters(),
  limit: 'state.write',
  audit: {
    record: ({ reply: { id, channelId, kind, action } }) => ({
      resource: { kind: 'filter', id },
      details: { channelId, kind, action },
    }),
  },
  refuses: ['too_many_filters'],
  async handle({ input, caller, services, now }) {
    const { channelId = null, kind, action, text } = input;
    const id = services.entropy.id() as FilterId;
    await admit(services, { id: null, kind, text }, channelId);
    const sealed = await services.filterTexts.seal(id, text);
    const made = { createdBy: caller.userId, createdAt: now, version: 1, hits: 0 };
    const filter = { id, channelId, kind, action, ...sealed, ...made };
    await services.filters.add(filter);
    return reply(await shownFilter(services, filter));
  },
});
