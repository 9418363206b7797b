/** Shows administrators what people asked for about their data, and by when each must be answered: ids, times and states. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import {
  PAGE_ENTRIES,
  PrivacyRequest,
  PrivacyRequestId,
  PrivacyRequestState,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { shownRequest } from '../deadlines/shown.ts';

export const privacyRequests = operation({
  name: 'privacy.requests',
  summary:
    'Exports and erasures that people asked for, or that were asked for them, with their due dates; the eldest first.',
  on: { http: 'GET /v1/privacy-requests', socket: true },
  commit: 'read',
  input: z.strictObject({
    state: PrivacyRequestState.optional(),
    /** The last id of the page before. */
    after: PrivacyRequestId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    requests: z.array(PrivacyRequest),
    /** Where the next page begins, as its `after`; null on the last. */
    next: PrivacyRequestId.nullable(),
    /** Of all, whatever page this is. */
    waiting: z.strictObject({ open: z.int(), overdue: z.int() }),
  }),
  access: onServer('user.administer'),
  limit: 'read',
  audit: {
    record: ({ input: { state }, reply: { requests } }) => ({
      resource: { kind: 'privacy-request', id: null },
      details: { state: state ?? null, requests: requests.length },
    }),
  },
  refuses: [],
  async handle({ input: { state = null, after = null, limit }, services, now }) {
    const found = await services.deadlines.page(state, now, after, limit + 1);
    const rows = found.slice(0, limit).map(async (request) => ({
      ...(await shownRequest(services, request, now)),
      ...{ userId: request.subjectId, requestedBy: request.requestedBy },
      extendedBy: request.extendedBy,
    }));
    const requests = await Promise.all(rows);
    const next = found.length > limit ? (requests.at(-1)?.requestId ?? null) : null;
    return reply({ requests, next, waiting: await services.deadlines.count(now) });
  },
});
