/** How a secret is written that somebody keeps: what it is, the ids of what it belongs to, and 256 random bits. */

const UUID = '([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})';
const SECRET = '([\\w-]{43})';

/** Matches the whole text; its groups are the ids, and then the secret as base64url. */
export const tokenForm = (kind: string, ids = 1): RegExp =>
  new RegExp(`^${[kind, ...Array<string>(ids).fill(UUID), SECRET].join('\\.')}$`);
