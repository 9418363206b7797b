/** Gives a request more time, once, with a reason that its subject is told, as Art. 12 (3) GDPR allows and demands. */
import { z } from 'zod';
import { onServer, Reason } from '../../access/index.ts';
import { PrivacyRequestId, Timestamp } from '../../contract/index.ts';
import { Refusal, reply, type Access, type Actor } from '../../kernel/index.ts';
import { DAY_MS, FURTHER_DAYS, untilReminder } from '../deadlines/deadline.ts';
import type { Deadline } from '../deadlines/deadline-store.ts';
import { operation } from '../declare.ts';
import type { PrivacyServices } from '../services.ts';

const keeper = onServer('user.administer');

/** Locked, so that of two who extend it one does. */
const onRequest: Access<
  { readonly requestId: PrivacyRequestId },
  Actor,
  Deadline,
  PrivacyServices
> = {
  ...keeper,
  about: ({ requestId: id }) => ({ kind: 'privacy-request', id }),
  async resolve(request) {
    await keeper.resolve(request);
    const found = await request.services.deadlines.lock(request.input.requestId);
    if (!found) throw new Refusal('not_found');
    return found;
  },
};

export const privacyExtend = operation({
  name: 'privacy.extend',
  summary:
    'Gives a request up to two further months, once and within the first one; its subject is told why.',
  on: { http: 'POST /v1/privacy-requests/:requestId/extension', socket: true },
  commit: 'own',
  input: z.strictObject({
    requestId: PrivacyRequestId,
    /** How many days more. */
    days: z.int().min(1).max(FURTHER_DAYS),
    reason: Reason,
  }),
  output: z.strictObject({ dueAt: Timestamp }),
  access: onRequest,
  limit: 'state.write',
  audit: {
    record: ({ subject: { id, subjectId }, input: { reason }, reply: { dueAt } }) => ({
      resource: { kind: 'privacy-request', id },
      subjectId,
      details: { dueAt },
      reason,
    }),
  },
  refuses: ['extension_closed'],
  async handle({ subject: request, input: { days, reason }, caller, services, now, refuse }) {
    const { id, subjectId } = request;
    const isLate = request.dueAt <= now;
    if (request.answeredAt || request.extendedAt || isLate) return refuse('extension_closed');
    const dueAt = new Date(request.dueAt.getTime() + days * DAY_MS);
    const { sealed, version } = await services.seal({ kind: 'extension-reason', id }, reason);
    await services.deadlines.extend(id, {
      ...{ dueAt, extendedAt: now, extendedBy: caller.userId },
      ...{ reasonSealed: sealed, reasonKey: version },
    });
    const delay = untilReminder(dueAt, now);
    if (delay !== null) await services.deadlines.remindAfter(id, delay);
    await services.writeOfExtension(subjectId);
    const payload = { requestId: id, dueAt: dueAt.getTime() };
    return reply(
      { dueAt: dueAt.getTime() },
      { effect: 'tell', userId: subjectId, event: 'privacy.request-extended', payload },
    );
  },
});
