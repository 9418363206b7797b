/** Fits together what goes by mail: who asks for it, who writes it, who takes it to the post, and what comes of it. */
import type { Digests } from '../crypto/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import { emailVerification, type EmailVerification } from './email-verification.ts';
import { letters } from './letters.ts';
import { mailAsks, type AskForMail } from './mail-asks.ts';
import { oneTimeTokens } from './one-time-tokens.ts';
import type { OwnSessions } from './own-sessions.ts';
import { passwordReset, type PasswordReset } from './password-reset.ts';
import type { Passwords } from './passwords.ts';
import { postman, type MailDesk, type Postman } from './postman.ts';
import type { Profiles } from './profiles.ts';
import type { Within } from './store.ts';

interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly digests: Digests;
  readonly within: Within;
  readonly hashes: Passwords;
  readonly people: Profiles;
  readonly own: OwnSessions;
  /** Null: no mail is sent. */
  readonly mail: MailDesk | null;
}

export interface ByMail {
  readonly askForMail: AskForMail;
  readonly verification: EmailVerification;
  readonly passwordResets: PasswordReset;
  readonly postman: Postman;
}

const NOBODY: Postman = { start: () => Promise.resolve(), stop: () => Promise.resolve() };

export function byMail(parts: Parts): ByMail {
  const { mail, within } = parts;
  const oneTime = oneTimeTokens(parts);
  const askForMail = mailAsks(mail !== null);
  return {
    askForMail,
    verification: emailVerification({ oneTime, askForMail }),
    passwordResets: passwordReset({ ...parts, oneTime, askForMail }),
    postman: mail ? postman(mail, letters({ ...parts, ...mail, oneTime }), within) : NOBODY,
  };
}
