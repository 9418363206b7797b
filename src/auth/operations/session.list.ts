/** Shows people where they are signed in: their own live sessions, in outline, and nobody else's. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { PAGE_ENTRIES, SessionId, Timestamp } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';

export const sessionList = operationsFor<AuthServices, AuthDomain>()({
  name: 'session.list',
  summary: "The caller's own live sessions, the newest first, page by page.",
  on: { http: 'GET /v1/sessions', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    after: SessionId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    sessions: z.array(
      z.strictObject({
        id: SessionId,
        /** What it was called when it was opened; null, like the next two, where that is not known. */
        device: z.string().nullable(),
        /** Program and system as the `User-Agent` claimed them, e.g. `Firefox on Linux`. */
        client: z.string().nullable(),
        /** Where it was opened from, without the last part. */
        address: z.string().nullable(),
        createdAt: Timestamp,
        /** The last time that its tokens were renewed. */
        lastUsedAt: Timestamp,
        expiresAt: Timestamp,
        /** Whether it is the one that asks. */
        current: z.boolean(),
      }),
    ),
    /** Where the next page begins, as its `after`; null on the last. */
    next: SessionId.nullable(),
  }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: "reads no other person's data" },
  refuses: [],
  async handle({ input: { after, limit }, caller, services, now }) {
    const page = { before: after ?? null, limit };
    const found = await services.ownSessions.list(caller.userId, now, page);
    const sessions = found.slice(0, limit).map(({ createdAt, lastUsedAt, expiresAt, ...rest }) => ({
      ...rest,
      createdAt: createdAt.getTime(),
      lastUsedAt: lastUsedAt.getTime(),
      expiresAt: expiresAt.getTime(),
      current: rest.id === caller.sessionId,
    }));
    return reply({ sessions, next: found.length > limit ? (sessions.at(-1)?.id ?? null) : null });
  },
});
