/** Requests of people about their data, and by when they must be answered, on the wire. */
import { z } from 'zod';
import { UserId } from './ids.ts';
import { Timestamp } from './shapes.ts';

/** That of the erasure or the export. */
export const PrivacyRequestId = z.uuid().toLowerCase().brand<'PrivacyRequestId'>();
export type PrivacyRequestId = z.infer<typeof PrivacyRequestId>;

export const PrivacyRequestKind = z.enum(['erasure', 'export']);
export type PrivacyRequestKind = z.infer<typeof PrivacyRequestKind>;

/** `open`: no answer yet, and in time. `overdue`: no answer, and the time is over. `done`: answered, or taken back. */
export const PrivacyRequestState = z.enum(['open', 'overdue', 'done']);
export type PrivacyRequestState = z.infer<typeof PrivacyRequestState>;

const Request = z.strictObject({
  requestId: PrivacyRequestId,
  kind: PrivacyRequestKind,
  state: PrivacyRequestState,
  requestedAt: Timestamp,
  /** 30 days from the request, and longer where that was told with a reason: Art. 12 (3) GDPR. */
  dueAt: Timestamp,
  answeredAt: Timestamp.nullable(),
  extendedAt: Timestamp.nullable(),
  /** Why it takes longer; null where it does not. */
  reason: z.string().nullable(),
});

/** As its subject sees it. */
export const OwnPrivacyRequest = Request.extend({ byMe: z.boolean() });
/** As administrators see it. */
export const PrivacyRequest = Request.extend({
  userId: UserId,
  requestedBy: UserId,
  extendedBy: UserId.nullable(),
});
