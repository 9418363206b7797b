/** Tells people what moderators did to them or to what they wrote: why, and until when. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { ActId, ModerationAct, PAGE_ENTRIES } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const moderationMine = operation({
  name: 'moderation.mine',
  summary:
    'What was done to the caller or to what they wrote, the newest first: with its reason and end, not by whom.',
  on: { http: 'GET /v1/moderation/mine', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** Only acts before that one; the newest when left out. */
    before: ActId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ acts: z.array(ModerationAct), more: z.boolean() }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'reading what is recorded where it was done' },
  refuses: [],
  async handle({ input: { before = null, limit }, caller: { userId }, services: { acts } }) {
    const about = { subjectId: userId };
    const rows = await acts.list({ about, before, limit: limit + 1 });
    const shown = rows.slice(0, limit).map((act) => acts.shown(act, 'subject'));
    return reply({ acts: await Promise.all(shown), more: rows.length > limit });
  },
});
