/** Tells who reads a channel whom else a role lets into it: nobody looks on unseen. */
import { z } from 'zod';
import { ChannelId, PAGE_ENTRIES, RoleName, UserId } from '../../contract/index.ts';
import { operationsFor, Refusal, reply, type Access, type Actor } from '../../kernel/index.ts';
import { mayInChannel, sees } from '../decide.ts';
import type { AccessServices } from '../services.ts';
import type { Standing } from '../standing.ts';

const input = z.strictObject({
  channelId: ChannelId,
  /** The last id of the page before. */
  after: UserId.optional(),
  limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
});

/** The standing of a caller who reads the channel. */
const reader: Access<z.output<typeof input>, Actor, Standing, AccessServices> = {
  describe: 'channel permission message.read',
  asks: { of: 'channel', permissions: ['message.read'] },
  audience: 'signed-in',
  workspace: null,
  about: ({ channelId: id }) => ({ kind: 'channel', id }),
  async resolve({ input: { channelId }, caller: { userId }, services: { standings } }) {
    const standing = await standings.inChannel(userId, channelId);
    if (!standing || !sees(standing)) throw new Refusal('not_found');
    if (!mayInChannel(standing, 'message.read')) throw new Refusal('forbidden');
    return standing;
  },
};

export const roleListReaching = operationsFor<AccessServices, unknown>()({
  name: 'role.list-reaching',
  summary: 'To whom roles that name the channel give something there, and what, in order of id.',
  on: { http: 'GET /v1/channels/:channelId/roles', socket: true },
  commit: 'read',
  input,
  output: z.strictObject({
    people: z.array(
      z.strictObject({
        userId: UserId,
        roles: z.array(z.strictObject({ name: RoleName, permissions: z.array(z.string()) })),
      }),
    ),
    /** Where the next page begins, as its `after`; null on the last. */
    next: UserId.nullable(),
  }),
  access: reader,
  limit: 'read',
  audit: { skip: 'reads what everybody who reads the channel may know' },
  refuses: [],
  async handle({ input: { channelId, after = null, limit }, services: { roles } }) {
    const found = await roles.reaching(channelId, after, limit + 1);
    const people = found.slice(0, limit).map(({ userId, roles: given }) => {
      return { userId, roles: given.map((one) => ({ ...one, permissions: [...one.permissions] })) };
    });
    return reply({ people, next: found.length > limit ? (people.at(-1)?.userId ?? null) : null });
  },
});
