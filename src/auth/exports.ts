/** What this domain gives to an export of somebody's data: the account, where it was signed in, and who was let in. */
import { z } from 'zod';
import { InvitationId, SessionId, Timestamp, UserId } from '../contract/index.ts';
import type { ExportContributor } from '../kernel/index.ts';
import type { Devices } from './devices.ts';
import { accountRow, invitationsPage, sessionsPage } from './exports-store.ts';
import type { Profiles } from './profiles.ts';
import type { Within } from './store.ts';

export interface AuthExports {
  readonly within: Within;
  readonly profiles: Profiles;
  readonly devices: Devices;
}

const time = (at: Date | null) => at?.getTime() ?? null;

export function authExports({
  within,
  profiles,
  devices,
}: AuthExports): readonly ExportContributor[] {
  const account: ExportContributor = {
    name: 'account',
    about: 'Your account: what you are called, how you are reached, and what you may do.',
    row: z.strictObject({
      id: UserId,
      displayName: z.string().nullable(),
      email: z.string().nullable(),
      emailVerifiedAt: Timestamp.nullable(),
      role: z.string(),
      status: z.string(),
      createdAt: Timestamp,
      passwordChangedAt: Timestamp.nullable(),
    }),
    columns: {
      'account.id': 'id',
      'account.role': 'role',
      'account.status': 'status',
      'account.created_at': 'createdAt',
      'account.email_sealed': 'email',
      'account.email_verified_at': 'emailVerifiedAt',
      'account.profile_sealed': 'displayName',
      'account.password_changed_at': 'passwordChangedAt',
    },
    page: (subject) =>
      within(subject.workspaceId, 'read', async (rows, tx) => {
        const row = await accountRow(tx, subject);
        if (!row) return { rows: [], next: null };
        const { displayName, email } = await profiles.own(rows, subject.userId);
        const { role, status, createdAt, passwordChangedAt, emailVerifiedAt } = row;
        const shown = {
          ...{ id: subject.userId, displayName, email, emailVerifiedAt: time(emailVerifiedAt) },
          ...{ role, status, createdAt: createdAt.getTime() },
          passwordChangedAt: time(passwordChangedAt),
        };
        return { rows: [shown], next: null };
      }),
  };

  const sessions: ExportContributor = {
    name: 'sessions',
    about: 'Where you signed in: with what, from which address, and until when.',
    row: z.strictObject({
      id: SessionId,
      user: UserId,
      device: z
        .strictObject({
          name: z.string().nullable(),
          address: z.string(),
          userAgent: z.string().nullable(),
        })
        .nullable(),
      createdAt: Timestamp,
      lastUsedAt: Timestamp,
      expiresAt: Timestamp,
      endedAt: Timestamp.nullable(),
      endReason: z.string().nullable(),
    }),
    columns: {
      'session.id': 'id',
      'session.user_id': 'user',
      'session.device_sealed': 'device',
      'session.created_at': 'createdAt',
      'session.last_used_at': 'lastUsedAt',
      'session.expires_at': 'expiresAt',
      'session.ended_at': 'endedAt',
      'session.end_reason': 'endReason',
    },
    page: (subject, cursor) =>
      within(subject.workspaceId, 'read', async (rows, tx) => {
        const { rows: found, next } = await sessionsPage(tx, subject, cursor);
        const whole = await devices.whole(rows, subject.userId, found);
        const shown = found.map(
          ({ id, createdAt, lastUsedAt, expiresAt, endedAt, endReason }, i) => ({
            ...{ id, user: subject.userId, device: whole[i] ?? null },
            ...{ createdAt: createdAt.getTime(), lastUsedAt: lastUsedAt.getTime() },
            ...{ expiresAt: expiresAt.getTime(), endedAt: time(endedAt), endReason },
          }),
        );
        return { rows: shown, next };
      }),
  };

  const invitations: ExportContributor = {
    name: 'invitations',
    about: 'Invitations that you made, came by or took back; not to whom the others went.',
    row: z.strictObject({
      id: InvitationId,
      role: z.string(),
      madeByMe: z.boolean(),
      usedByMe: z.boolean(),
      revokedByMe: z.boolean(),
      createdAt: Timestamp,
      expiresAt: Timestamp,
      usedAt: Timestamp.nullable(),
      revokedAt: Timestamp.nullable(),
    }),
    columns: {
      'invitation.id': 'id',
      'invitation.role': 'role',
      'invitation.invited_by': 'madeByMe',
      'invitation.created_at': 'createdAt',
      'invitation.expires_at': 'expiresAt',
      'invitation.used_at': 'usedAt',
      'invitation.used_by': 'usedByMe',
      'invitation.revoked_at': 'revokedAt',
      'invitation.revoked_by': 'revokedByMe',
    },
    page: (subject, cursor) =>
      within(subject.workspaceId, 'read', async (_rows, tx) => {
        const { rows: found, next } = await invitationsPage(tx, subject, cursor);
        const { userId } = subject;
        const shown = found.map(({ id, role, invitedBy, usedBy, revokedBy, ...row }) => ({
          ...{ id, role, madeByMe: invitedBy === userId },
          ...{ usedByMe: usedBy === userId, revokedByMe: revokedBy === userId },
          ...{ createdAt: row.createdAt.getTime(), expiresAt: row.expiresAt.getTime() },
          ...{ usedAt: time(row.usedAt), revokedAt: time(row.revokedAt) },
        }));
        return { rows: shown, next };
      }),
  };

  return [account, sessions, invitations];
}
