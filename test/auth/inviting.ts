/** What the stories of invitations share: who registers with a code, and what became of them. */
import { randomBytes } from 'node:crypto';
import { asked } from '../support/asked.ts';
import type { Result } from '../support/result.ts';

export const address = () => `${randomBytes(8).toString('hex')}@example.org`;

/** Asks for an account with that code; the code carries the workspace. */
export function redeems(
  { url }: { readonly url: string },
  invitation: string,
  email = address(),
): Result<{ accepted: true }> {
  const password = `${randomBytes(12).toString('base64url')}-aA1!`;
  const body = { email, password, displayName: 'Newcomer', invitation };
  return asked(url, 'POST', '/v1/accounts', { headers: {}, body });
}
