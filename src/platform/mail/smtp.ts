/** Sends letters by SMTP: over TLS whose certificate is checked, within bounded time, and telling nobody of whom. */
import { createTransport } from 'nodemailer';
import { NotSent, type Post, type Secret } from '../../kernel/index.ts';

export interface SmtpOptions {
  /** `smtps://user:password@host:port`, or `smtp://` for a server that offers STARTTLS. */
  readonly url: Secret<string>;
  readonly from: string;
  /** Refuses a server that offers no STARTTLS; without it, one that offers none is written to in the clear. */
  readonly requireTls: boolean;
  /** Certificates to trust instead of the system's, in PEM. */
  readonly ca?: string;
  /** Milliseconds that the server may take to be reached, and again to say something; 10 s unless told. */
  readonly patienceMs?: number;
}

/** Milliseconds; together under a minute (RFC 5321 §4.5.3.2 is more patient, but a node that stops is not). */
const CONNECT_MS = 10_000;
const SILENCE_MS = 20_000;
const WHOLE_MS = 45_000;
/** What the other side answers with when it will not take this letter at any time: 5yz, of the letter or its reader. */
const ABOUT_THE_LETTER = new Set(['EENVELOPE', 'EMESSAGE']);

export function smtpPost(options: SmtpOptions): Post {
  const { url, from, requireTls, ca, patienceMs = CONNECT_MS } = options;
  const { protocol, hostname, port, username, password } = new URL(url.reveal());
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: requireTls && !secure,
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
    dnsTimeout: patienceMs,
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  return {
    async send({ to, subject, text }) {
      const mail = {
        from,
        // As parts: the address is not read again as a list of addresses.
        to: { name: '', address: to },
        subject,
        text,
        // RFC 3834 §5: nobody's automatic answer is wanted.
        headers: { 'Auto-Submitted': 'auto-generated' },
      };
      await inTime(transport.sendMail(mail)).catch((error: unknown) => {
        throw notSent(error);
      });
    },
  };
}

function inTime<T>(sending: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NotSent('ETIMEDOUT', false)), WHOLE_MS);
    timer.unref();
  });
  return Promise.race([sending, overdue]).finally(() => clearTimeout(timer));
}

/** The message of such an error quotes addresses and what the server said: only codes are kept. */
function notSent(error: unknown): NotSent {
  if (error instanceof NotSent) return error;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const name = typeof code === 'string' ? code : 'EUNKNOWN';
  if (typeof responseCode !== 'number') return new NotSent(name, false);
  return new NotSent(`${name} ${responseCode}`, responseCode >= 500 && ABOUT_THE_LETTER.has(name));
}
