/** Why an admin asks for somebody's data, in their words: one line that any screen can show. */
import { z } from 'zod';
import { REASON_CHARACTERS } from '../../contract/index.ts';

/** NUL and lone surrogates cannot be stored; line ends and marks that turn the direction of writing fit in no line. */
const UNFIT = /[\p{Cc}\p{Surrogate}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

export const Reason = z
  .string()
  .min(1)
  .max(REASON_CHARACTERS)
  .refine((text) => !UNFIT.test(text), { message: 'holds characters that do not fit in a line' })
  .refine((text) => text.trim().length > 0, { message: 'holds nothing to see' });
