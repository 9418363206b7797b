/** Publishes what receipts and exports are checked with, so that nobody has to believe the server that signed them. */
import { z } from 'zod';
import { bySlug, open } from '../../access/index.ts';
import { PublicKeySet } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

const input = z.strictObject({
  /** Where the server has several: they all have the same keys. */
  workspace: z.string().min(1).max(63).optional(),
});

export const receiptKeys = operation({
  name: 'receipt.keys',
  summary:
    'The public keys that receipts, exports and backups are signed with, for --keys of what verifies them.',
  on: { http: 'GET /v1/receipt-keys' },
  commit: 'read',
  input,
  /** Of the ring. Keep them: they verify what they signed for good. */
  output: PublicKeySet,
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
