/** Text that people give: kept verbatim, but never empty, too long, or carrying what no screen can show. */
import { z } from 'zod';

/** NUL cannot be stored by Postgres; a lone surrogate is no character and would not survive UTF-8. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
/** Line breaks, terminal escapes and marks that reverse the reading direction have no place in a one-line name. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** A message body: any text that can be stored, with something in it to see. */
export function bodyText(characters: number) {
  return z
    .string()
    .min(1)
    .max(characters)
    .refine((text) => !UNSTORABLE.test(text), { message: 'holds characters that cannot be stored' })
    .refine((text) => text.trim().length > 0, { message: 'holds nothing to see' });
}

/** A name or a reason: one line. */
export function plainText(characters: number) {
  return bodyText(characters).refine((text) => !UNPRINTABLE.test(text), {
    message: 'holds characters that do not fit in a line',
  });
}
