/** How Postgres is connected to: over TLS its certificate is checked for the host that was asked for, or nothing is said. */
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import type { Secret } from '../../kernel/index.ts';

/** The authorities that may vouch for a server, in PEM; those that Node knows when none are given. */
export interface Authorities {
  readonly ca?: string | undefined;
}

export interface ConnectionTo {
  readonly connectionString: string;
  readonly ssl: ConnectionOptions | false;
}

/** For `pg.Pool` and `pg.Client`. Without `tls` nothing is encrypted. */
export function connectionTo(url: Secret<string>, tls: Authorities | null): ConnectionTo {
  const connectionString = url.reveal();
  if (tls === null) return { connectionString, ssl: false };
  const host = new URL(connectionString).hostname.replace(/^\[|\]$/g, '');
  return {
    connectionString,
    ssl: {
      ...(tls.ca !== undefined && { ca: tls.ca }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      // The driver does not tell Node the host when it is an address; then Node would look for "localhost".
      checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    },
  };
}
