/** Asks that somebody else be erased, or what they wrote in one channel, with the reason and the password of who asks. */
import { z } from 'zod';
import { onAccount, Reason } from '../../access/index.ts';
import { ChannelId, ErasureId, PasswordText, Timestamp, UserId } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { requestErasure } from '../erasure/request.ts';

export const erasureRequestFor = operation({
  name: 'erasure.request-for',
  summary: 'Asks that an account be erased, or what its person wrote in one channel.',
  on: { http: 'POST /v1/users/:userId/erasure', socket: true },
  status: 202,
  commit: 'own',
  input: z.strictObject({
    userId: UserId,
    /** Of the caller. */
    password: PasswordText,
    reason: Reason,
    channelId: ChannelId.optional(),
  }),
  output: z.strictObject({
    erasureId: ErasureId,
    /** Until then `erasure.cancel` takes it back. */
    dueAt: Timestamp,
  }),
  access: onAccount('user.delete', 'own-too'),
  limit: 'auth.password',
  audit: {
    record: ({ input, subject: { target }, reply: { erasureId, dueAt } }) => ({
      resource: { kind: 'erasure', id: erasureId },
      subjectId: target.id,
      details: { channelId: input.channelId ?? null, dueAt },
      reason: input.reason,
    }),
  },
  refuses: ['invalid_credentials', 'last_admin', 'erasure_open'],
  async prepare({ input: { password }, caller, domain, refuse }) {
    return (await domain.prove(caller, password)) ?? refuse('invalid_credentials');
  },
  async handle({ input, caller, subject, services, prepared, now, refuse }) {
    if (!(await services.stands(prepared))) refuse('invalid_credentials');
    const { userId: by, origin } = caller;
    const wish = { by, channelId: input.channelId ?? null, origin, reason: input.reason };
    return reply(await requestErasure(services, subject, wish, now));
  },
});
