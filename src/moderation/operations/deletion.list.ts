/** Tells how far one's bulk deletions are, also after a connection on which nothing was heard of them. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { Deletion } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { shownDeletion } from '../deletable.ts';

export const deletionList = operation({
  name: 'deletion.list',
  summary: 'The bulk deletions that the caller asked for, the newest first, and how far each is.',
  on: { http: 'GET /v1/deletions', socket: true },
  commit: 'read',
  input: z.strictObject({ limit: z.int().min(1).max(50).default(20) }),
  output: z.strictObject({ deletions: z.array(Deletion) }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'what the caller asked for, and is on record there' },
  refuses: [],
  async handle({ input: { limit }, caller: { userId }, services: { deletions } }) {
    const rows = await deletions.askedBy(userId, limit);
    return reply({ deletions: rows.map(shownDeletion) });
  },
});
