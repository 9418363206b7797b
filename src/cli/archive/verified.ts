/** Takes a signed document for what it says only when one of the given keys signed it as that kind, and all of it is known. */
import type { z } from 'zod';
import { verifyDocument, type DocumentKind } from '../../crypto/signed-document.ts';
import { inTheWay, misused } from '../failure.ts';
import { jsonIn, publicKeysIn } from './public-keys.ts';

interface Expected<S extends z.ZodType> {
  readonly kind: DocumentKind;
  /** What a person calls it; its refusals are named after it. */
  readonly noun: 'receipt' | 'report';
  readonly shape: S;
}

const WRONG = {
  unsigned: (noun: string) => `The ${noun} bears no signature.`,
  'unknown-key': (noun: string) =>
    `The ${noun} is signed by a key that is not among those in --keys.`,
  forged: (noun: string) => `The ${noun} is not what was signed: something in it was changed.`,
} as const;

/**
 * Throws Failure: `usage` where nobody is to be believed, those of `jsonIn` and `publicKeysIn`, and `<noun>_unsigned`,
 * `<noun>_unknown_key`, `<noun>_forged` or `<noun>_unknown`.
 */
export async function verifiedIn<S extends z.ZodType>(
  { kind, noun, shape }: Expected<S>,
  { file, keys }: { readonly file: string; readonly keys: string | undefined },
): Promise<z.output<S>> {
  if (keys === undefined) throw misused('Say whom to believe: --keys FILE.');
  const trusted = await publicKeysIn(keys);
  const given = await jsonIn(file);
  const verdict = verifyDocument(kind, given, trusted);
  if (verdict !== 'valid')
    throw inTheWay(`${noun}_${verdict.replace('-', '_')}`, WRONG[verdict](noun));
  const document = shape.safeParse(given);
  if (!document.success)
    throw inTheWay(`${noun}_unknown`, `The ${noun} is signed, and of another version than this.`);
  return document.data;
}
