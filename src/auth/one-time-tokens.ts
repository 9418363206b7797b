/** Tokens that a mail carries: 32 random bytes, good once, for one account and purpose, and only the newest. */
import type { UserId } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import { newSecret, type Entropy } from '../kernel/index.ts';
import { readToken, writeToken, type TokenKind } from './opaque-token.ts';
import type { TokenPurpose } from './one-time-token-store.ts';
import type { AuthRows } from './store.ts';

export interface OneTimeTokens {
  /** A fresh one; the account's earlier one for this purpose is void. */
  readonly issue: (
    rows: AuthRows,
    userId: UserId,
    purpose: TokenPurpose,
    at: Date,
  ) => Promise<string>;
  /** Whose it is; null for one that was used, replaced, made up, of another workspace, or is too old. */
  readonly holder: (
    rows: AuthRows,
    purpose: TokenPurpose,
    token: string,
    at: Date,
  ) => Promise<UserId | null>;
  /** The same, and uses it up: whoever comes second, on whichever node, gets null. */
  readonly redeem: OneTimeTokens['holder'];
}

const MINUTE = 60_000;

/** How it is written, and for how many milliseconds it is good. */
export const PURPOSES = {
  // OWASP Forgot Password Cheat Sheet: short-lived; whoever asked is waiting for it.
  'password-reset': { kind: 'cp1', lifeMs: 30 * MINUTE },
  'email-verification': { kind: 'cv1', lifeMs: 24 * 60 * MINUTE },
} as const satisfies Record<TokenPurpose, { kind: TokenKind; lifeMs: number }>;

export function oneTimeTokens({
  digests,
  entropy,
}: {
  digests: Digests;
  entropy: Entropy;
}): OneTimeTokens {
  const digestsOf = ({ workspaceId }: AuthRows, purpose: TokenPurpose, token: string): Buffer[] => {
    const read = readToken(PURPOSES[purpose].kind, token);
    if (read?.workspaceId !== workspaceId) return [];
    return digests.each(purpose, workspaceId, read.secret);
  };
  return {
    async issue(rows, userId, purpose, at) {
      const { workspaceId } = rows;
      const { kind, lifeMs } = PURPOSES[purpose];
      const secret = newSecret(entropy);
      await rows.tokens.put({
        userId,
        purpose,
        digest: digests.of(purpose, workspaceId, secret),
        digestKey: digests.current,
        issuedAt: at,
        expiresAt: new Date(at.getTime() + lifeMs),
      });
      return writeToken(kind, { workspaceId, secret });
    },
    holder: (rows, purpose, token, at) =>
      rows.tokens.find(purpose, digestsOf(rows, purpose, token), at),
    redeem: (rows, purpose, token, at) =>
      rows.tokens.use(purpose, digestsOf(rows, purpose, token), at),
  };
}
