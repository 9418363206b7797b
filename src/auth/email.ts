/** E-mail addresses: parsed once at the edge, and found without being stored. */
import { z } from 'zod';
import type { WorkspaceId } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import type { EmailDigest } from './account-store.ts';

/** RFC 5321 §4.5.3.1: 64 for the part before the @, and with RFC 3696 erratum 1690 254 for all of it. */
const LONGEST = 254;
const SHAPE =
  /^[^\s@\p{Cc}\p{Cf}\p{Cs}]{1,64}@[^\s@.\p{Cc}\p{Cf}\p{Cs}]+(\.[^\s@.\p{Cc}\p{Cf}\p{Cs}]+)*$/u;

/** Trimmed and NFC, with upper and lower case as given: an address is written to as its owner writes it. */
export const Email = z.string().trim().normalize('NFC').max(LONGEST).regex(SHAPE);

/** Two spellings of one address, in upper or lower case, are one account. */
export function sameAddress(email: string): string {
  return email.toLowerCase().normalize('NFC');
}

/** How a new account is found later: under the current key. */
export function emailDigest(
  digests: Digests,
  workspaceId: WorkspaceId,
  email: string,
): EmailDigest {
  const digest = digests.of('e-mail', workspaceId, sameAddress(email));
  return { emailDigest: digest, emailDigestKey: digests.current };
}

/** The same address under each key of the ring, so that old accounts are found while keys rotate. */
export function emailDigests(digests: Digests, workspaceId: WorkspaceId, email: string): Buffer[] {
  return digests.each('e-mail', workspaceId, sameAddress(email));
}

/** Enough of an address to know it again: at most three characters of its beginning and its last two, `ali***om`. */
export function maskedEmail(email: string): string {
  const characters = Array.from(email);
  const local = characters.indexOf('@');
  return `${characters.slice(0, Math.max(0, Math.min(3, local - 1))).join('')}***${characters.slice(-2).join('')}`;
}
