/** What the settings say of encryption fits together, or stops the start. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { Secret } from './kernel/index.ts';
import type { Settings } from './settings.ts';

/** Who this server is to those that connect over TLS, in PEM; null when TLS ends elsewhere. `problem` hears what is wrong, and the identity is none. */
export function identityOf(
  { TLS_CERT, TLS_KEY }: Settings,
  problem: (text: string) => void,
): { readonly cert: string; readonly key: Secret<string> } | null {
  if (TLS_CERT === undefined && TLS_KEY === undefined) return null;
  if (TLS_CERT === undefined || TLS_KEY === undefined) {
    problem('TLS_CERT and TLS_KEY go together. Set both or neither.');
    return null;
  }
  if (!new X509Certificate(TLS_CERT).checkPrivateKey(createPrivateKey(TLS_KEY))) {
    problem('TLS_KEY is not the private key of TLS_CERT.');
    return null;
  }
  return { cert: TLS_CERT, key: new Secret(TLS_KEY) };
}

/** An authority for a connection that is not encrypted is a mistake about one of the two. */
export function checkAuthorities(settings: Settings, problem: (text: string) => void): void {
  if (settings.DATABASE_CA !== undefined && settings.DATABASE_TLS === 'off')
    problem('DATABASE_CA is set and DATABASE_TLS is off. Set it to verify.');
  if (settings.REDIS_CA !== undefined && !settings.REDIS_URL.startsWith('rediss:'))
    problem('REDIS_CA is set and REDIS_URL does not begin with rediss:.');
}

/** True for a socket file and for addresses that never leave the machine (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
export function isOnThisMachine(url: string): boolean {
  const { hostname, searchParams } = new URL(url);
  const named = searchParams.get('host') ?? hostname; // Postgres takes it there, too
  const host = decodeURIComponent(named).replace(/^\[|\]$/g, '');
  if (host === '' || host === 'localhost' || host.startsWith('/')) return true;
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1';
}

/** What production demands of every way that a secret travels. */
export function checkWays(
  settings: Settings,
  { publicUrl, database }: { readonly publicUrl: string; readonly database: string },
  problem: (text: string) => void,
): void {
  if (!publicUrl.startsWith('https:'))
    problem('PUBLIC_URL must be an https URL in production: tokens must not travel in the clear.');
  else if (settings.TLS_CERT === undefined && settings.TRUSTED_PROXIES.length === 0)
    problem(
      'Set TLS_CERT and TLS_KEY in production, or name the proxy at which TLS ends in TRUSTED_PROXIES.',
    );
  if (settings.SERVICES_NETWORK === 'private') return;
  if (settings.DATABASE_TLS === 'off' && !isOnThisMachine(database))
    problem('DATABASE_TLS must be verify in production, unless SERVICES_NETWORK is private.');
  if (!settings.REDIS_URL.startsWith('rediss:') && !isOnThisMachine(settings.REDIS_URL))
    problem('REDIS_URL must begin with rediss: in production, unless SERVICES_NETWORK is private.');
}
