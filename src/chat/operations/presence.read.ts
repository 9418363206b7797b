/** Tells how present people are who share a channel with the caller, and from then on this connection of changes. */
import { z } from 'zod';
import { signedIn } from '../../access/index.ts';
import { PRESENCE_PEOPLE, ShownPresence, UserId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const presenceRead = operation({
  name: 'presence.read',
  summary:
    'How present these people are, as far as they share a channel with the caller; changes are told to this connection.',
  on: { socket: true },
  commit: 'read',
  input: z.strictObject({
    userIds: z
      .array(UserId)
      .min(1)
      .max(PRESENCE_PEOPLE)
      .refine((ids) => new Set(ids).size === ids.length, { message: 'names somebody twice' }),
  }),
  output: z.strictObject({
    /** In the order of the input. Who shares no channel with the caller is left out, as is who does not exist. */
    people: z.array(z.strictObject({ userId: UserId, state: ShownPresence })),
  }),
  access: signedIn(),
  limit: 'read',
  audit: { skip: 'reading what people show to everybody who shares a channel with them' },
  refuses: [],
  // Before the transaction: Redis may be slow, and nobody waits for it with a connection to the database.
  prepare: ({ input, caller, domain }) => domain.presence.states(caller.workspaceId, input.userIds),
  async handle({ input, caller, services, prepared: states }) {
    const { workspaceId, userId: reader } = caller;
    const pairs = input.userIds.map((person) => ({ reader, person }));
    const isShared = await services.memberships.sharing(pairs);
    const people = input.userIds
      .filter((_, i) => isShared[i])
      .map((userId) => ({ userId, state: states.get(userId) ?? ('unknown' as const) }));
    const shown = new Map(people.map(({ userId, state }) => [userId, state]));
    return reply({ people }, { effect: 'presence-watched', workspaceId, userId: reader, shown });
  },
});
