/** Tells administrators of a request that is due soon: each time once, on whichever node, and not once it was answered. */
import { z } from 'zod';
import { PrivacyRequestId, type WorkspaceId } from '../../contract/index.ts';
import type { Told } from '../../kernel/index.ts';
import type { PrivacyOptions } from '../ports.ts';
import { remindersDue, untilReminder } from './deadline.ts';
import { deadlineStore } from './deadline-store.ts';

const About = z.strictObject({ requestId: PrivacyRequestId });

export type RemindOptions = Pick<
  PrivacyOptions<unknown>,
  'clock' | 'transaction' | 'announce' | 'writeTo'
>;

/** A node that was away for both times tells once. */
export function reminding({ clock, transaction, announce, writeTo }: RemindOptions) {
  return async (workspaceId: WorkspaceId, about: unknown): Promise<void> => {
    const { requestId } = About.parse(about);
    const told = await transaction(workspaceId, 'own', async (tx): Promise<readonly Told[]> => {
      const deadlines = deadlineStore(tx, workspaceId);
      const request = await deadlines.lock(requestId);
      if (!request || request.answeredAt) return [];
      const { kind, dueAt } = request;
      const now = clock.now();
      // The queue's clock is that of Postgres: neither of the two alone makes a reminder due.
      const next = untilReminder(dueAt, now);
      if (next !== null) await deadlines.remindAfter(requestId, next);
      const times = remindersDue(dueAt, now);
      if (times <= request.reminded) return [];
      await deadlines.reminded(requestId, times);
      const admins = await deadlines.admins();
      for (const id of admins) await writeTo(tx, workspaceId, id, 'request-due');
      const payload = { requestId, kind, dueAt: dueAt.getTime() };
      return admins.map((userId) => ({
        effect: 'tell',
        ...{ userId, event: 'privacy.request-due', payload },
      }));
    });
    for (const effect of told) announce(effect);
  };
}
