/** Consents on the wire: what people may agree to, in which version of its text, and what they said to it. */
import { z } from 'zod';
import { Timestamp } from './shapes.ts';

/** What is done only for who consents to it. None is on before somebody says so. */
export const ConsentPurpose = z.enum(['mention-mail', 'analytics']);
export type ConsentPurpose = z.infer<typeof ConsentPurpose>;

export const ConsentDecision = z.enum(['granted', 'withdrawn']);
export type ConsentDecision = z.infer<typeof ConsentDecision>;

/** What kind of program somebody said it with, as that program says. */
export const ConsentSource = z.enum(['web', 'cli', 'sdk']);
export type ConsentSource = z.infer<typeof ConsentSource>;

/** Of a text that is agreed to; another text has another one. */
export const TextVersion = z.int().min(1).max(1_000_000);

/** One thing that somebody said; `seq` counts all of theirs from 1. */
export const ConsentAct = z.strictObject({
  seq: z.int().positive(),
  purpose: ConsentPurpose,
  version: TextVersion,
  decision: ConsentDecision,
  at: Timestamp,
  source: ConsentSource,
  /** Whence, in outline; null where it is not known any more. */
  address: z.string().nullable(),
});
export type ConsentAct = z.infer<typeof ConsentAct>;

/** A purpose as its reader decides on it, and how that stands. */
export const ConsentChoice = z.strictObject({
  purpose: ConsentPurpose,
  title: z.string(),
  /** What is agreed to, and its version: to be said with `consent.give`. */
  text: z.string(),
  version: TextVersion,
  /** Whether it is done for the caller now: what was granted to an older text is not. */
  consented: z.boolean(),
  /** What the caller said last; null where they never did. */
  latest: ConsentAct.nullable(),
});
export type ConsentChoice = z.infer<typeof ConsentChoice>;
