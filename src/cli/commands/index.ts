/** Every command, in the order of the help. */
import type { Command } from '../command.ts';
import { adminCreateWorkspace } from './admin/create-workspace.ts';
import { adminDoctor } from './admin/doctor.ts';
import { adminHeldTexts } from './admin/held-texts.ts';
import { adminInvite } from './admin/invite.ts';
import { adminLock } from './admin/lock.ts';
import { adminRequests } from './admin/requests.ts';
import { adminRetention } from './admin/retention.ts';
import { adminRoles } from './admin/roles.ts';
import { adminRotateSigningKeys } from './admin/rotate-signing-keys.ts';
import { adminSessions } from './admin/sessions.ts';
import { adminUnlock } from './admin/unlock.ts';
import { adminUsers } from './admin/users.ts';
import { backup } from './backup.ts';
import { backupVerify } from './backup-verify.ts';
import { channels } from './channels.ts';
import { chat } from './chat.ts';
import { create } from './create.ts';
import { doctor } from './doctor.ts';
import { remove } from './delete.ts';
import { history } from './history.ts';
import { invitationCreate } from './invitation-create.ts';
import { invitationList } from './invitation-list.ts';
import { invitationRevoke } from './invitation-revoke.ts';
import { invite } from './invite.ts';
import { join } from './join.ts';
import { keys } from './keys.ts';
import { leave } from './leave.ts';
import { listen } from './listen.ts';
import { meConsents } from './me-consents.ts';
import { meErase } from './me-erase.ts';
import { meExport } from './me-export.ts';
import { meReceipt } from './me-receipt.ts';
import { meSessions } from './me-sessions.ts';
import { members } from './members.ts';
import { reportClaim } from './report-claim.ts';
import { reportCreate } from './report-create.ts';
import { reportDismiss } from './report-dismiss.ts';
import { reportResolve } from './report-resolve.ts';
import { reports } from './reports.ts';
import { requestReset } from './request-reset.ts';
import { reset } from './reset.ts';
import { restore } from './restore.ts';
import { rotateKeys } from './rotate-keys.ts';
import { send } from './send.ts';
import { setup } from './setup.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { signUp } from './sign-up.ts';
import { verifyEmail } from './verify-email.ts';
import { verifyExportCommand } from './verify-export.ts';
import { verifyReceipt } from './verify-receipt.ts';
import { verifyReport } from './verify-report.ts';
import { whoami } from './whoami.ts';

export const COMMANDS: readonly Command[] = [
  chat,
  setup,
  signUp,
  signIn,
  signOut,
  requestReset,
  reset,
  verifyEmail,
  whoami,
  channels,
  create,
  join,
  leave,
  members,
  invite,
  history,
  send,
  listen,
  remove,
  reports,
  reportCreate,
  reportClaim,
  reportResolve,
  reportDismiss,
  invitationCreate,
  invitationList,
  invitationRevoke,
  keys,
  rotateKeys,
  verifyReceipt,
  verifyReport,
  meSessions,
  meConsents,
  meExport,
  meErase,
  meReceipt,
  verifyExportCommand,
  adminCreateWorkspace,
  adminInvite,
  adminRotateSigningKeys,
  adminUsers,
  adminRoles,
  adminLock,
  adminUnlock,
  adminSessions,
  adminRetention,
  adminHeldTexts,
  adminRequests,
  adminDoctor,
  doctor,
  backup,
  backupVerify,
  restore,
];

/** What the first word of commands of two words is about. */
export const GROUPS: Readonly<Record<string, string>> = {
  report: 'Bring messages to the moderators, and decide what was brought.',
  invitation: 'Let others register, as far as you may.',
  me: 'What is kept about you: where you are signed in, what you agree to, all of it as a file, and an end to it.',
  admin: 'Operate the server, on the machine that has its settings.',
};
