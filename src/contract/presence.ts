/** How present somebody is, as they say it and as others are shown it. */
import { z } from 'zod';

/** What somebody says of one connection of theirs. `invisible` looks to others as if there were no connection. */
export const OwnPresence = z.enum(['online', 'busy', 'away', 'invisible']);
/**
 * What others are shown: of all connections of a person the most present, in this order. `offline` is also who has said
 * nothing; `unknown` is everybody while what knows it is away.
 */
export const ShownPresence = z.enum(['online', 'busy', 'away', 'offline', 'unknown']);

export type OwnPresence = z.infer<typeof OwnPresence>;
export type ShownPresence = z.infer<typeof ShownPresence>;
