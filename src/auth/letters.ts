/** Writes the mails: who is looked up, and what they redeem is made, only when a mail is about to leave. */
import type { Clock, Letter } from '../kernel/index.ts';
import type { AccountRow } from './account-store.ts';
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { MailKind, TakenMail } from './mail-store.ts';
import { at, mentioned, NOTICES, type About } from './notices.ts';
import type { TokenPurpose } from './one-time-token-store.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import type { Profiles } from './profiles.ts';
import type { AuthRows, Tx, Within } from './store.ts';

/** Null when there is nobody to write to, or no reason any more. */
export type Compose = (taken: TakenMail) => Promise<Letter | null>;

interface Parts {
  readonly clock: Clock;
  readonly within: Within;
  readonly people: Profiles;
  readonly oneTime: OneTimeTokens;
  /** Where the server is reached: the mail says which server it is about. */
  readonly server: string;
  readonly mentionsToTell: MentionsToTell;
}

/** How many mentions a mail that is about to leave tells of; 0: its reader does not want it any more. */
export type MentionsToTell = (
  tx: Tx,
  workspaceId: WorkspaceId,
  userId: UserId,
  now: Date,
) => Promise<number>;

export function letters({ clock, within, people, oneTime, server, ...parts }: Parts): Compose {
  return ({ workspaceId, mail }) =>
    within(workspaceId, 'own', async (rows, tx) => {
      const account =
        mail.kind === 'password-reset'
          ? await rows.accounts.byEmail(mail.emailDigests)
          : await rows.accounts.find(mail.userId);
      if (account?.status !== 'active' || !(await isWanted(rows, mail.kind, account))) return null;
      const { email: to } = await people.own(rows, account.id);
      const workspace = await rows.workspace();
      if (to === null || !workspace) return null;
      const about = { server, workspace };
      if (mail.kind === 'mentions') {
        const count = await parts.mentionsToTell(tx, workspaceId, account.id, clock.now());
        return count === 0 ? null : { to, ...mentioned(count, about) };
      }
      if (mail.kind === 'request-due' || mail.kind === 'request-extended')
        return { to, ...NOTICES[mail.kind](about) };
      const token = await oneTime.issue(rows, account.id, mail.kind, clock.now());
      return { to, ...WORDS[mail.kind](token, about) };
    });
}

/** Who may be somebody else is written to about nothing that comes again and again: only at an address that was confirmed. */
async function isWanted(
  rows: AuthRows,
  kind: MailKind,
  { id, role }: AccountRow,
): Promise<boolean> {
  if (kind === 'request-due') return role === 'admin'; // who is none any more has nothing to answer
  if (kind === 'password-reset' || kind === 'request-extended') return true;
  const isConfirmed = (await rows.accounts.emailVerifiedAt(id)) !== null;
  return kind === 'mentions' ? isConfirmed : !isConfirmed;
}

/** No name that somebody gave themselves stands in a mail: whoever registers could write to others with it. */
const WORDS: Readonly<
  Record<TokenPurpose, (token: string, about: About) => Pick<Letter, 'subject' | 'text'>>
> = {
  'password-reset': (token, about) => ({
    subject: 'Set a new password',
    text: `Somebody, probably you, asked to set a new password for the account that this
address has at ${at(about)}.

Your code, good once and for 30 minutes:

    ${token}

Give it to the program that you use, or to

    npx conclave reset --server ${about.server}

All devices that are signed in to the account will be signed out. If it was not
you who asked, do nothing: without this code nothing changes.
`,
  }),
  'email-verification': (token, about) => ({
    subject: 'Confirm your e-mail address',
    text: `An account was made with this address at ${at(about)}.

Your code, good once and for 24 hours:

    ${token}

Give it to the program that you use, or to

    npx conclave verify-email --server ${about.server}

If it was not you, do nothing.
`,
  }),
};
