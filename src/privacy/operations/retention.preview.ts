/** Shows what the next run would remove, and what a hold keeps: counted by channel, or one by one. Nothing changes. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import {
  FOR_EVER,
  RETENTION_MOST_DAYS,
  RetentionCandidate,
  RetentionKind,
  RetentionPortion,
  Timestamp,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { Place, placeIn, placeText } from '../retention/place.ts';

/** Channels of a page: each is gone through as far as something is due. */
const PORTIONS = 20;
const CANDIDATES = 200;

export const retentionPreview = operation({
  name: 'retention.preview',
  summary: 'What the next run of retention removes: counted by channel, or one by one.',
  on: { http: 'GET /v1/retention/preview', socket: true },
  commit: 'read',
  input: z.strictObject({
    kind: RetentionKind,
    show: z.enum(['counts', 'candidates']).default('counts'),
    /** As if that were set for the workspace: what would it remove? 0: for ever. */
    days: z.int().min(FOR_EVER).max(RETENTION_MOST_DAYS).optional(),
    /** `next` of the page before. */
    after: Place.optional(),
  }),
  output: z.strictObject({
    /** What is from before then goes, where no channel has it otherwise; null: nothing does. */
    before: Timestamp.nullable(),
    counts: z.array(RetentionPortion),
    candidates: z.array(RetentionCandidate),
    /** Where the next page begins; null on the last. A page may be empty and not be the last. */
    next: Place.nullable(),
  }),
  access: onServer('setting.administer'),
  limit: 'statistics',
  audit: {
    record: ({ input: { kind, show, days }, reply: { counts, candidates } }) => ({
      resource: { kind: 'retention', id: null },
      details: { kind, show, days: days ?? null, entries: counts.length + candidates.length },
    }),
  },
  refuses: [],
  async handle({ input: { kind, show, days, after }, services: { retention }, now, refuse }) {
    const asOf = await retention.asOf(now);
    const scope = await retention.scope({ kind, asOf, days, deciding: false });
    const all = retention.bound(scope, kind);
    const place = after === undefined ? null : (placeIn(after) ?? refuse('invalid_input'));
    const at = place === null ? 0 : all.findIndex(({ name }) => name === place.name);
    const one = all[at];
    const before = scope.before?.getTime() ?? null;
    const empty = { before, counts: [], candidates: [], next: null };
    if (!one) return reply(empty);
    const cursor = place?.cursor ?? null;
    const following = all[at + 1];
    const next = (reached: typeof cursor) =>
      reached === null
        ? following
          ? placeText({ name: following.name, cursor: null })
          : null
        : placeText({ name: one.name, cursor: reached });
    if (show === 'counts') {
      const page = await one.survey(cursor, PORTIONS);
      return reply({ ...empty, counts: [...page.found], next: next(page.next) });
    }
    const page = await one.candidates(cursor, CANDIDATES);
    return reply({ ...empty, candidates: [...page.found], next: next(page.next) });
  },
});
