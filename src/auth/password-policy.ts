/** Which rules a new password breaks: all of them at once, as codes that stay the same. */
import type { WorkspaceRow } from './store.ts';
import { isCommon } from './common-passwords.ts';

export type PasswordRule =
  | 'too_short'
  | 'too_long'
  | 'no_upper'
  | 'no_lower'
  | 'no_digit'
  | 'no_special'
  | 'too_common'
  | 'contains_context'
  | 'contains_nul'
  | 'unchanged';

/** The words of one registration that a password must not contain. */
export interface PasswordContext {
  readonly workspace: Pick<WorkspaceRow, 'slug' | 'name'>;
  readonly displayName: string;
  readonly email: string;
}

/**
 * Shortest password, in code points. `composition`: the product's default. `nist`: 15 for a password that is
 * the only factor (NIST SP 800-63B-4).
 */
const SHORTEST = { composition: 8, nist: 15 } as const;
/** Longest password, in code points. Both profiles; NIST asks that 64 be allowed. */
const LONGEST = 128;
/** A shorter word stands in too many harmless passwords. */
const SHORTEST_WORD = 4;
const PRODUCT = 'conclave';

/** What each character class of `composition` demands; `nist` demands none ("SHALL NOT impose"). */
const CLASSES = [
  ['no_upper', /\p{Lu}/u],
  ['no_lower', /\p{Ll}/u],
  ['no_digit', /\p{Nd}/u],
  ['no_special', /[^\p{L}\p{M}\p{N}\p{Cc}]/u],
] as const satisfies readonly (readonly [PasswordRule, RegExp])[];

/** Empty when the password may be used. It is judged in the form in which it is hashed: NFC. */
export async function brokenRules(
  given: string,
  profile: WorkspaceRow['passwordPolicy'],
  context: PasswordContext,
): Promise<PasswordRule[]> {
  const password = given.normalize('NFC');
  const length = Array.from(password).length;
  const broken: PasswordRule[] = [];
  if (length < SHORTEST[profile]) broken.push('too_short');
  if (length > LONGEST) broken.push('too_long');
  if (profile === 'composition')
    for (const [rule, needed] of CLASSES) if (!needed.test(password)) broken.push(rule);
  if (await isCommon(password)) broken.push('too_common');
  if (containsAny(password, wordsOf(context))) broken.push('contains_context');
  if (password.includes('\0')) broken.push('contains_nul');
  return broken;
}

function wordsOf({ workspace, displayName, email }: PasswordContext): string[] {
  const localPart = email.slice(0, email.lastIndexOf('@'));
  const names = [workspace.name, displayName].flatMap((name) => name.split(/[^\p{L}\p{M}\p{N}]+/u));
  return [PRODUCT, workspace.slug, localPart, ...names]
    .map(folded)
    .filter((word) => Array.from(word).length >= SHORTEST_WORD);
}

function containsAny(password: string, words: readonly string[]): boolean {
  const text = folded(password);
  return words.some((word) => text.includes(word));
}

function folded(text: string): string {
  return text.toLowerCase().normalize('NFC');
}
