/** Says how long something is kept, in the workspace or in one channel; what is too old by that goes with the next run. */
import { z } from 'zod';
import { onServer, Reason } from '../../access/index.ts';
import {
  ChannelId,
  FOR_EVER,
  PasswordText,
  RETENTION_DAYS,
  RETENTION_MOST_DAYS,
  RetentionKind,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { stillMay } from '../retention/access.ts';

export const retentionSet = operation({
  name: 'retention.set',
  summary: 'Sets how long something is kept: for ever (0), for so many days, or as usual (null).',
  on: { http: 'PUT /v1/retention', socket: true },
  commit: 'own',
  input: z
    .strictObject({
      kind: RetentionKind,
      /** Only of messages: in this channel, whatever holds for the workspace. */
      channelId: ChannelId.optional(),
      /** 0: for ever. Null: in a channel as in the workspace, in the workspace as usual. */
      days: z.int().min(0).max(RETENTION_MOST_DAYS).nullable(),
      reason: Reason,
      /** Of the caller. */
      password: PasswordText,
    })
    .refine(({ kind, channelId }) => channelId === undefined || kind === 'messages', {
      message: 'only messages are of a channel',
    })
    .refine(
      ({ kind, days }) => days === null || days === FOR_EVER || days >= RETENTION_DAYS[kind].least,
      { message: 'fewer days than the least' },
    ),
  output: z.strictObject({
    /** What was said before; null where nobody had said anything. */
    before: z.int().nullable(),
  }),
  access: onServer('setting.administer'),
  limit: 'auth.password',
  audit: {
    record: ({ input: { kind, channelId, days, reason }, reply: { before } }) => ({
      resource: { kind: 'retention', id: channelId ?? null },
      details: { kind, days, before },
      reason,
    }),
  },
  refuses: ['invalid_credentials'],
  async prepare({ input: { password }, caller, domain, refuse }) {
    return (await domain.prove(caller, password)) ?? refuse('invalid_credentials');
  },
  async handle({ input, caller, services, prepared, now, refuse }) {
    const may = await stillMay(services, caller, prepared);
    if (may !== 'yes') refuse(may);
    const { policies } = services.retention;
    const { kind, channelId = null, days } = input;
    if (channelId !== null && !(await policies.hasChannel(channelId))) refuse('not_found');
    const id = services.entropy.id();
    const set = { id, kind, channelId, days, setBy: caller.userId, setAt: now };
    return reply({ before: await policies.set(set) });
  },
});
