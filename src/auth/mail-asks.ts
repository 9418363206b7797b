/** Asks for a mail in the transaction of what it follows from: it is sent if that commits, and only then. */
import type { NewMail } from './mail-store.ts';
import type { AuthRows } from './store.ts';

/** False when too many are waiting. Where the server sends no mail nothing is kept, and nobody is told apart by it. */
export type AskForMail = (rows: AuthRows, mail: NewMail) => Promise<boolean>;

export function mailAsks(sendsMail: boolean): AskForMail {
  return (rows, mail) => (sendsMail ? rows.mails.add(mail) : Promise.resolve(true));
}
