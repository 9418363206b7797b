/** Secrets that a person or a client keeps: they name their workspace, and are stored only as keyed digests. */
import { z } from 'zod';
import type { WorkspaceId } from '../contract/index.ts';
import type { Entropy } from '../kernel/index.ts';

export interface OpaqueToken {
  readonly workspaceId: WorkspaceId;
  /** 32 random bytes as base64url. */
  readonly secret: string;
}

/** `cr1`: refresh tokens. `ci1`: invitations. `cp1`: password resets. `cv1`: e-mail verifications. */
export type TokenKind = 'cr1' | 'ci1' | 'cp1' | 'cv1';

/** 256 bits: out of reach of guessing at any rate (ASVS 7.2.3 asks for 128). */
const SECRET_BYTES = 32;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const FORMATS = {
  cr1: new RegExp(`^cr1\\.(${UUID})\\.([\\w-]{43})$`),
  ci1: new RegExp(`^ci1\\.(${UUID})\\.([\\w-]{43})$`),
  cp1: new RegExp(`^cp1\\.(${UUID})\\.([\\w-]{43})$`),
  cv1: new RegExp(`^cv1\\.(${UUID})\\.([\\w-]{43})$`),
} as const satisfies Record<TokenKind, RegExp>;

/** A refresh token as a client sends it. */
export const RefreshToken = z.string().regex(FORMATS.cr1);

/** A token that came by mail, as somebody sends it back. */
export const ResetToken = z.string().regex(FORMATS.cp1);
export const VerificationToken = z.string().regex(FORMATS.cv1);

/** 32 fresh random bytes, as base64url. */
export function newSecret(entropy: Entropy): string {
  return entropy.bytes(SECRET_BYTES).toString('base64url');
}

export function writeToken(kind: TokenKind, { workspaceId, secret }: OpaqueToken): string {
  return `${kind}.${workspaceId}.${secret}`;
}

/** Null when the text is no token of that kind. */
export function readToken(kind: TokenKind, text: string): OpaqueToken | null {
  const [, workspaceId, secret] = FORMATS[kind].exec(text) ?? [];
  if (workspaceId === undefined || secret === undefined) return null;
  return { workspaceId: workspaceId as WorkspaceId, secret };
}
