/** Fits the way that the settings choose for mail to the domain that has some to send. */
import { mailQueue, type MailDesk } from '../auth/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/index.ts';
import type { Logger } from '../platform/log.ts';
import { outboxPost, smtpPost } from '../platform/mail/index.ts';
import type { Statements } from '../platform/postgres/index.ts';
import { later } from '../platform/system.ts';

export interface MailOptions {
  readonly config: Pick<Config, 'mail' | 'publicUrl'>;
  readonly statements: Statements;
  readonly clock: Clock;
  readonly log: Logger;
  readonly mentionsToTell: MailDesk['mentionsToTell'];
}

/** Null where no mail is sent. */
export function mailDesk({
  config,
  statements,
  clock,
  log,
  ...parts
}: MailOptions): MailDesk | null {
  const { mail, publicUrl: server } = config;
  if (!mail) {
    log.info('mail: none is sent, as neither SMTP_URL nor MAIL_OUTBOX is set');
    return null;
  }
  const post = mail.by === 'smtp' ? smtpPost(mail) : outboxPost({ ...mail, clock });
  const counts = { sent: 0, 'put off': 0, dropped: 0 };
  let isAway = false;
  return {
    post,
    server,
    ...parts,
    later,
    queue: mailQueue(statements),
    happened(what, event) {
      counts[what] += 1;
      log.log(what === 'dropped' ? 'warn' : 'info', `mail: ${what}`, { ...event, ...counts });
      isAway = false;
    },
    failed(cause) {
      if (!isAway) log.warn('mail: the queue cannot be worked off', { cause });
      isAway = true;
    },
  };
}
