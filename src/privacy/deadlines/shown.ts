/** A request as people see it: how it stands now, by when it is due, and why it takes longer where it does. */
import type { PrivacyRequestState } from '../../contract/index.ts';
import type { PrivacyServices } from '../services.ts';
import type { Deadline } from './deadline-store.ts';

export function stateOf(
  { answeredAt, dueAt }: Pick<Deadline, 'answeredAt' | 'dueAt'>,
  now: Date,
): PrivacyRequestState {
  if (answeredAt) return 'done';
  return dueAt > now ? 'open' : 'overdue';
}

export async function shownRequest(
  { open }: Pick<PrivacyServices, 'open'>,
  request: Deadline,
  now: Date,
) {
  const { id: requestId, kind, reasonSealed, reasonKey } = request;
  const isExtended = reasonSealed !== null && reasonKey !== null;
  const sealed = isExtended && { sealed: reasonSealed, version: reasonKey };
  return {
    ...{ requestId, kind, state: stateOf(request, now) },
    requestedAt: request.requestedAt.getTime(),
    dueAt: request.dueAt.getTime(),
    answeredAt: request.answeredAt?.getTime() ?? null,
    extendedAt: request.extendedAt?.getTime() ?? null,
    reason: sealed ? await open({ kind: 'extension-reason', id: requestId }, sealed) : null,
  };
}
