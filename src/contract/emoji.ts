/** What one can react with: one emoji as it is meant to be shown, or a short name between colons. */
import { z } from 'zod';

/**
 * The emoji recommended for general interchange, each one grapheme cluster (UTS #51, RGI_Emoji): a heart is taken with
 * its variation selector only, so that nothing looks the same and counts apart. The `v` flag is newer than the
 * compiler's target.
 */
const EMOJI = new RegExp('^\\p{RGI_Emoji}$', 'v');
const NAME = /^:[a-z0-9_+-]{1,32}:$/;

export const Emoji = z
  .string()
  .max(64)
  .refine((text) => EMOJI.test(text) || NAME.test(text), {
    message: 'is neither one emoji nor a name between colons',
  });
