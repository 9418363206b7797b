/** The settings of mail: by which server it goes, or which folder it is written to. */
import { count, folder, mailbox, smtpUrl } from './setting-shapes.ts';

export const MAIL_SETTINGS = {
  SMTP_URL: {
    schema: smtpUrl,
    about:
      'Mail server: smtps://user:password@host:465, or smtp:// where it offers STARTTLS, which production demands. Its certificate is checked; NODE_EXTRA_CA_CERTS adds an authority of your own.',
    allowed: 'an smtp or smtps URL of a host, with a port, a user and a password or without',
    secret: true,
    optional: true,
  },
  MAIL_FROM: {
    schema: mailbox,
    about: 'The address that mails come from; needed with SMTP_URL.',
    allowed: 'an e-mail address, or a name with one: Conclave <chat@example.org>',
    optional: true,
  },
  MAIL_OUTBOX: {
    schema: folder,
    about:
      'Folder that mails are written to, one file each, where SMTP_URL is not set. npm start uses var/mail. Without either, no mail is sent.',
    allowed: 'the absolute path of a folder',
    optional: true,
  },
  MAIL_OUTBOX_FILES: {
    schema: count(1, 100_000),
    about: 'Most files kept in MAIL_OUTBOX; the oldest are removed.',
    allowed: '1-100000',
    standard: '200',
  },
} as const;
