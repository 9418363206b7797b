/** Publishes what receipts are checked with, so that nobody has to believe the server that signed them. */
import { z } from 'zod';
import { bySlug, open } from '../../access/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

const input = z.strictObject({
  /** Where the server has several: they all have the same keys. */
  workspace: z.string().min(1).max(63).optional(),
});

export const receiptKeys = operation({
  name: 'receipt.keys',
  summary: 'The public keys that receipts are signed with, for conclave verify-receipt.',
  on: { http: 'GET /v1/receipt-keys' },
  commit: 'read',
  input,
  output: z.strictObject({
    /** Of the ring; RFC 8037. Keep them: they verify what they signed for good. */
    keys: z.array(
      z.strictObject({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
      }),
    ),
  }),
  access: open(
    'who was erased has no account, and whoever checks a receipt needs none',
    ({ workspace }: z.output<typeof input>) => bySlug(workspace),
  ),
  limit: 'auth.refresh',
  audit: { skip: 'public keys' },
  refuses: [],
  prepare: ({ domain }) => Promise.resolve(domain.publicKeys),
  handle: ({ prepared }) => Promise.resolve(reply({ keys: [...prepared.keys] })),
});
