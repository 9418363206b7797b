/** Hands the receipt of an erasure to whom it is about, who has no account any more, for the token they were given. */
import { z } from 'zod';
import { open } from '../../access/index.ts';
import { ErasureReceipt, ReceiptToken } from '../../contract/index.ts';
import { reply, type WorkspaceHint } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { readReceiptToken, RECEIPT_MS } from '../erasure/receipt-token.ts';

const input = z.strictObject({ token: ReceiptToken });

/** The token carries its workspace. */
function hint({ token }: z.output<typeof input>): WorkspaceHint {
  return { by: 'id', id: readReceiptToken(token).workspaceId, otherwise: 'not_found' };
}

export const receiptFetch = operation({
  name: 'receipt.fetch',
  summary:
    'The signed receipt of an erasure, for the token that erasure.request gave; until 90 days after it is done.',
  on: { http: 'POST /v1/receipts' },
  commit: 'read',
  input,
  output: z.strictObject({
    /** `pending`: not all is erased yet. */
    state: z.enum(['pending', 'done']),
    /** Null before anything was; while a legal hold keeps the rest, that of what was. */
    receipt: ErasureReceipt.nullable(),
  }),
  access: open('who was erased has no account, and the token is the credential', hint),
  limit: 'auth.code',
  audit: {
    record: ({ reply: { receipt } }) =>
      receipt && {
        resource: { kind: 'erasure', id: receipt.erasureId },
        subjectId: receipt.subjectId,
      },
  },
  refuses: [],
  async handle({ input: { token }, services, now, refuse }) {
    const found = await services.erasures.byReceipt(services.receiptDigests(token));
    // Never given, of another workspace, taken back or too late: it is answered alike.
    if (!found || found.state === 'cancelled') return refuse('not_found');
    const { state, receipt, endedAt } = found;
    if (state !== 'done') return reply({ state: 'pending' as const, receipt });
    if (!endedAt || now.getTime() - endedAt.getTime() >= RECEIPT_MS) return refuse('not_found');
    return reply({ state: 'done' as const, receipt });
  },
});
