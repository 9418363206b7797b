/** Mails about mentions: asked for with the proof that their reader consents, and called off when that is taken back. */
import type { UserId } from '../contract/index.ts';
import type { Consented } from '../kernel/index.ts';
import type { AskForMail } from './mail-asks.ts';
import type { AuthRows } from './store.ts';

export interface MentionMails {
  /** False where one waits already, or too many mails do. */
  readonly ask: (consented: Consented<'mention-mail'>) => Promise<boolean>;
  readonly callOff: (userId: UserId) => Promise<void>;
}

export function mentionMails(rows: AuthRows, askForMail: AskForMail): MentionMails {
  return {
    ask: ({ userId }) => askForMail(rows, { kind: 'mentions', userId }),
    callOff: (userId) => rows.mails.callOffMentions(userId),
  };
}
