/** The token that the receipt of an erasure is fetched with: shown once, to who asked to be erased, and kept as a digest. */
import type { ReceiptToken, WorkspaceId } from '../../contract/index.ts';
import type { Digests } from '../../crypto/index.ts';
import { newSecret, type Entropy } from '../../kernel/index.ts';

/** How long the receipt is handed out once the erasure is over: long enough for a holiday, and for a letter that is late. */
export const RECEIPT_MS = 90 * 24 * 60 * 60 * 1_000;

export interface ReceiptTokens {
  readonly make: (workspaceId: WorkspaceId) => {
    readonly token: ReceiptToken;
    readonly digest: Buffer;
  };
  /** Under each key of the ring, and for this workspace: that of another one is found in none. */
  readonly digestsOf: (workspaceId: WorkspaceId, token: ReceiptToken) => readonly Buffer[];
}

export function receiptTokens(digests: Digests, entropy: Entropy): ReceiptTokens {
  return {
    make(workspaceId) {
      const secret = newSecret(entropy);
      const token = `ce1.${workspaceId}.${secret}` as ReceiptToken;
      return { token, digest: digests.of('receipt-token', workspaceId, secret) };
    },
    digestsOf(workspaceId, token) {
      const { secret } = readReceiptToken(token);
      return digests.each('receipt-token', workspaceId, secret);
    },
  };
}

/** What its schema let through has all three parts. */
export function readReceiptToken(token: ReceiptToken): {
  readonly workspaceId: WorkspaceId;
  readonly secret: string;
} {
  const [, workspaceId = '', secret = ''] = token.split('.');
  return { workspaceId: workspaceId as WorkspaceId, secret };
}
