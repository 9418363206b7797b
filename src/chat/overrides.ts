/** What an override is on the wire, in what is asked for and in what is told. */
import { z } from 'zod';
import { OverrideEffect, OverridePermission, UserId } from '../contract/index.ts';

/** Nobody decides over the owners of a channel. */
export const OverrideRole = z.enum(['moderator', 'member', 'guest']);
export type OverrideRole = z.infer<typeof OverrideRole>;

export const Override = z.strictObject({
  permission: OverridePermission,
  /** Whom it is about: who has this role in the channel, or one person. */
  role: OverrideRole.nullable(),
  userId: UserId.nullable(),
  effect: OverrideEffect,
});
