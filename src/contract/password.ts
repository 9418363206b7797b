/** A password on the wire, wherever one is given: to sign in, to choose one, or to prove again who is asking. */
import { z } from 'zod';

/**
 * A password as it comes in. The policy says how long it may be; this only bounds the work. Half a surrogate
 * pair is no character and would be hashed as any other half, so it is not let in.
 */
export const PasswordText = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[^\p{Cs}]*$/u);
