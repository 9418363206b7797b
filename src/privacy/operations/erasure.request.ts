/** Asks that the caller be erased, or what they wrote in one channel, after a time in which it can be taken back. */
import { z } from 'zod';
import {
  ChannelId,
  ErasureId,
  PasswordText,
  ReceiptToken,
  Timestamp,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onSelf } from '../access.ts';
import { operation } from '../declare.ts';
import { requestErasure } from '../erasure/request.ts';

export const erasureRequest = operation({
  name: 'erasure.request',
  summary:
    'Asks that the caller be erased, or what they wrote in one channel; takes their password again.',
  on: { http: 'POST /v1/me/erasure', socket: true },
  status: 202,
  commit: 'own',
  input: z.strictObject({
    password: PasswordText,
    /** Only what they wrote there; whoever asks goes on being a member. */
    channelId: ChannelId.optional(),
  }),
  output: z.strictObject({
    erasureId: ErasureId,
    /** Until then `erasure.cancel` takes it back. */
    dueAt: Timestamp,
    /** Shown this once: `receipt.fetch` takes it when there is no account to ask with any more. */
    receiptToken: ReceiptToken,
  }),
  access: onSelf(),
  limit: 'auth.password',
  audit: {
    record: ({ input: { channelId }, subject: { target }, reply: { erasureId, dueAt } }) => ({
      resource: { kind: 'erasure', id: erasureId },
      subjectId: target.id,
      details: { channelId: channelId ?? null, dueAt },
    }),
  },
  refuses: ['invalid_credentials', 'last_admin', 'erasure_open'],
  async prepare({ input: { password }, caller, domain, refuse }) {
    return (await domain.prove(caller, password)) ?? refuse('invalid_credentials');
  },
  async handle({ input, caller, subject, services, prepared, now, refuse }) {
    if (!(await services.stands(prepared))) refuse('invalid_credentials');
    const { userId: by, origin } = caller;
    const { token: receiptToken, digest: receiptDigest } = services.newReceiptToken();
    const wish = { by, channelId: input.channelId ?? null, origin, reason: null, receiptDigest };
    return reply({ ...(await requestErasure(services, subject, wish, now)), receiptToken });
  },
});
