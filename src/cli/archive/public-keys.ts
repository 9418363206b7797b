/** Reads the public keys of a server, as it publishes them: one file for everything that it signed. */
import { readFile } from 'node:fs/promises';
import { PublicKeySet } from '../../contract/privacy.ts';
import type { PublicKeySet as Keys } from '../../crypto/signed-document.ts';
import { text } from '../command.ts';
import { inTheWay, misused } from '../failure.ts';
import { printable } from '../printable.ts';

export const KEYS_OPTION = text(
  '--keys <FILE>',
  "The server's public keys, as GET /v1/receipt-keys gave them.",
);

/** A public key of Ed25519, or the SHA-256 that it is called by, as base64url. */
const KEY = /^[\w-]{43}$/;

/** Throws Failure: `unreadable` and `no_json`, or `usage` where it is another file. */
export async function publicKeysIn(path: string): Promise<Keys> {
  const { data } = PublicKeySet.safeParse(await jsonIn(path));
  if (!data) throw misused('That is no file of public keys.');
  return data;
}

/** Whom to believe: the one key, or those of the file; null where neither was said. Throws Failure `usage`, or as `publicKeysIn`. */
export async function trustedKeys({
  key,
  keys,
}: {
  readonly key: string | undefined;
  readonly keys: string | undefined;
}): Promise<readonly string[] | null> {
  if (key !== undefined && !KEY.test(key))
    throw misused(
      'That is no key: they are 43 letters, digits, - and _, as me export prints them.',
    );
  if (keys === undefined) return key === undefined ? null : [key];
  if (key !== undefined) throw misused('Say one key or a file of keys, not both.');
  return (await publicKeysIn(keys)).keys.map(({ x }) => x);
}

/** Throws Failure: `unreadable`, `no_json`. */
export async function jsonIn(path: string): Promise<unknown> {
  const content = await readFile(path, 'utf8').catch(() => {
    throw inTheWay('unreadable', `${printable(path)} cannot be read.`);
  });
  try {
    return JSON.parse(content);
  } catch {
    throw inTheWay('no_json', `${printable(path)} is no JSON.`);
  }
}
