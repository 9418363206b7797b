/** Places a legal hold: what it is about is kept from erasure, whoever asked for that, until another admin lifts it. */
import { z } from 'zod';
import { mayInWorkspace, onServer, Reason } from '../../access/index.ts';
import { ChannelId, HoldId, PasswordText, Timestamp, UserId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';

export const holdPlace = operation({
  name: 'hold.place',
  summary: 'Keeps what a person is and wrote, or what was written in a channel, from erasure.',
  on: { http: 'POST /v1/holds', socket: true },
  status: 201,
  commit: 'own',
  input: z
    .strictObject({
      /** Whose; without one, of everybody who wrote in the channel. */
      userId: UserId.optional(),
      /** Where; without one, everything of the person. */
      channelId: ChannelId.optional(),
      /** In a channel: only what was posted at that time or later. */
      from: Timestamp.optional(),
      /** In a channel: only what was posted before that time. */
      to: Timestamp.optional(),
      reason: Reason,
      /** Of the caller. */
      password: PasswordText,
    })
    .refine(({ userId, channelId }) => userId !== undefined || channelId !== undefined, {
      message: 'of a person, a channel, or both',
    })
    .refine(
      ({ channelId, from, to }) =>
        channelId !== undefined || (from === undefined && to === undefined),
      { message: 'a time is of a channel' },
    ),
  output: z.strictObject({ holdId: HoldId }),
  access: onServer('audit.administer'),
  limit: 'auth.password',
  audit: {
    record: ({ input: { userId, channelId, from, to, reason }, reply: { holdId } }) => ({
      resource: { kind: 'hold', id: holdId },
      ...(userId && { subjectId: userId }),
      details: { channelId: channelId ?? null, from: from ?? null, to: to ?? null },
      reason,
    }),
  },
  refuses: ['invalid_credentials'],
  async prepare({ input: { password }, caller, domain, refuse }) {
    return (await domain.prove(caller, password)) ?? refuse('invalid_credentials');
  },
  async handle({ input, caller, services, prepared, now, refuse }) {
    if (!(await services.stands(prepared))) refuse('invalid_credentials');
    // Held since then: what they may do is now what it is at the commit.
    const standing = await services.standings.inWorkspace(caller.userId);
    if (!standing || !mayInWorkspace(standing, 'audit.administer')) refuse('forbidden');
    const { userId = null, channelId = null, from, to, reason } = input;
    const { holds } = services;
    if (!(await holds.canBeAbout(userId, channelId))) refuse('not_found');
    // Whoever is just destroying something decides before this, or sees it.
    await holds.exclude();
    const id = services.entropy.id() as HoldId;
    const { sealed, version } = await services.seal({ kind: 'hold-reason', id }, reason);
    const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms));
    await holds.add({
      ...{ id, subjectId: userId, channelId, fromAt: time(from), toAt: time(to) },
      ...{ reasonSealed: sealed, reasonKey: version, placedBy: caller.userId, placedAt: now },
    });
    return reply({ holdId: id });
  },
});
