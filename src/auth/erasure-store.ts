/** What an erasure takes from accounts, sessions and mail: a shell stays, whose id the log of channels refers to. */
import { createHash } from 'node:crypto';
import { recordControl } from '../access/index.ts';
import type { ErasureScope, ErasureStep } from '../kernel/index.ts';
import { sessionRows } from './session-store.ts';
import type { Tx } from './store.ts';

/** Rows that one piece removes at most. */
const PIECE = 1_000;

export const authErasure: readonly ErasureStep<Tx>[] = [
  {
    name: 'auth.account',
    phase: 'keys',
    answersFor: [
      ...['account.id', 'account.email_sealed', 'account.profile_sealed', 'account.email_digest'],
    ],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId }) {
      // UPDATE and not NO KEY UPDATE: who is just making a key for this account is waited for, and then makes none.
      await tx.$executeRaw`SELECT FROM account
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${subjectId}::uuid FOR UPDATE`;
      const { count } = await tx.account.updateMany({
        where: { workspaceId, id: subjectId, status: { not: 'erased' } },
        data: {
          ...{ status: 'erased', emailSealed: null, profileSealed: null, emailVerifiedAt: null },
          ...{ passwordHash: null, passwordPepper: null, passwordChangedAt: null },
          // The address is free again: who registers with it is somebody else.
          ...{ emailDigest: nobodys(subjectId), emailDigestKey: 'erased' },
        },
      });
      await recordControl(tx, workspaceId, { kind: 'account-changed', userId: subjectId });
      return { next: null, counts: { account: count } };
    },
  },
  {
    name: 'auth.sessions',
    phase: 'sessions',
    answersFor: [
      'session.user_id',
      'session.device_sealed',
      'refresh_token.session_id',
      'refresh_token.successor_sealed',
    ],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId, now }) {
      const ended = await sessionRows(tx, workspaceId).endAll(subjectId, 'erased', now);
      const all = { workspaceId, userId: subjectId };
      // Of those too that had ended before: how one ended is of no more use, and tokens go only with such an end.
      await tx.session.updateMany({
        where: { ...all, NOT: { endReason: 'erased', deviceSealed: null } },
        data: { endReason: 'erased', deviceSealed: null },
      });
      await tx.session.updateMany({ where: { ...all, endedAt: null }, data: { endedAt: now } });
      const gone = await tx.$executeRaw`DELETE FROM refresh_token WHERE (workspace_id, digest) IN (
        SELECT t.workspace_id, t.digest FROM session s
        JOIN refresh_token t ON t.workspace_id = s.workspace_id AND t.session_id = s.id
        WHERE s.workspace_id = ${workspaceId}::uuid AND s.user_id = ${subjectId}::uuid LIMIT ${PIECE})`;
      const counts = { session: ended.length, refresh_token: gone };
      return { next: gone === PIECE ? {} : null, counts };
    },
  },
  {
    name: 'auth.mail',
    phase: 'rows',
    answersFor: ['one_time_token.user_id', 'mail.user_id', 'invitation.email_digest'],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId }: ErasureScope) {
      const where = { workspaceId, userId: subjectId };
      const tokens = await tx.oneTimeToken.deleteMany({ where });
      const mails = await tx.mail.deleteMany({ where });
      const invitations = await tx.invitation.updateMany({
        where: { workspaceId, usedBy: subjectId, emailDigest: { not: null } },
        data: { emailDigest: null },
      });
      const counts = {
        ...{ one_time_token: tokens.count, mail: mails.count, invitation: invitations.count },
      };
      return { next: null, counts };
    },
  },
];

/** Of no address, and of no two accounts the same. */
function nobodys(id: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(`erased\0${id}`).digest());
}
