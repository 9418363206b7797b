/** Shows people by when they must have an answer about their data, and why it takes longer where it does. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { OwnPrivacyRequest, PAGE_ENTRIES, PrivacyRequestId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { shownRequest } from '../deadlines/shown.ts';

export const privacyMine = operation({
  name: 'privacy.mine',
  summary: "Requests about the caller's data, with their due dates; the eldest first.",
  on: { http: 'GET /v1/me/privacy-requests', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    after: PrivacyRequestId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    requests: z.array(OwnPrivacyRequest),
    /** Where the next page begins, as its `after`; null on the last. */
    next: PrivacyRequestId.nullable(),
    /** How long an erasure can be taken back before it begins, in milliseconds. */
    erasureGraceMs: z.int().nonnegative(),
  }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'reading what is recorded where it was asked for' },
  refuses: [],
  async handle({ input: { after = null, limit }, caller: { userId }, services, now }) {
    const found = await services.deadlines.about(userId, after, limit + 1);
    const rows = found.slice(0, limit).map(async (request) => ({
      ...(await shownRequest(services, request, now)),
      byMe: request.requestedBy === userId,
    }));
    const requests = await Promise.all(rows);
    const next = found.length > limit ? (requests.at(-1)?.requestId ?? null) : null;
    return reply({ requests, next, erasureGraceMs: services.graceMs });
  },
});
