/** Secrets that a person or a client keeps: they name their workspace, and are stored only as keyed digests. */
import { z } from 'zod';
import { tokenForm, type WorkspaceId } from '../contract/index.ts';

export interface OpaqueToken {
  readonly workspaceId: WorkspaceId;
  /** 32 random bytes as base64url. */
  readonly secret: string;
}

/** `cr1`: refresh tokens. `ci1`: invitations. `cp1`: password resets. `cv1`: e-mail verifications. */
export type TokenKind = 'cr1' | 'ci1' | 'cp1' | 'cv1';

const FORMS = {
  cr1: tokenForm('cr1'),
  ci1: tokenForm('ci1'),
  cp1: tokenForm('cp1'),
  cv1: tokenForm('cv1'),
} as const satisfies Record<TokenKind, RegExp>;

/** A refresh token as a client sends it. */
export const RefreshToken = z.string().regex(FORMS.cr1);

/** A token that came by mail, as somebody sends it back. */
export const ResetToken = z.string().regex(FORMS.cp1);
export const VerificationToken = z.string().regex(FORMS.cv1);

export function writeToken(kind: TokenKind, { workspaceId, secret }: OpaqueToken): string {
  return `${kind}.${workspaceId}.${secret}`;
}

/** Null when the text is no token of that kind. */
export function readToken(kind: TokenKind, text: string): OpaqueToken | null {
  const [, workspaceId, secret] = FORMS[kind].exec(text) ?? [];
  if (workspaceId === undefined || secret === undefined) return null;
  return { workspaceId: workspaceId as WorkspaceId, secret };
}
