/** Shows legal holds, those too that were lifted, to who administers the trail. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import { HoldId, LegalHold, PAGE_ENTRIES } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { shownHold } from '../holds/hold.ts';

export const holdList = operation({
  name: 'hold.list',
  summary: 'Legal holds, in the order in which they were placed, with who placed and lifted them.',
  on: { http: 'GET /v1/holds', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last id of the page before. */
    after: HoldId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    holds: z.array(LegalHold),
    /** Where the next page begins, as its `after`; null on the last. */
    next: HoldId.nullable(),
  }),
  access: onServer('audit.administer'),
  limit: 'read',
  audit: {
    record: ({ reply: { holds } }) => ({
      resource: { kind: 'hold', id: null },
      details: { holds: holds.length },
    }),
  },
  refuses: [],
  async handle({ input: { after, limit }, services }) {
    const found = await services.holds.page(after ?? null, limit + 1);
    const rows = found.slice(0, limit);
    const holds = await Promise.all(rows.map((row) => shownHold(services, row)));
    const next = found.length > limit ? (rows.at(-1)?.id ?? null) : null;
    return reply({ holds, next });
  },
});
