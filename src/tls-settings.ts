/** The settings by which connections are encrypted: to clients, to Postgres and to Redis. */
import { z } from 'zod';
import { certificates, privateKey } from './setting-shapes.ts';
import type { Setting } from './settings.ts';

export const TLS_SETTINGS = {
  TLS_CERT: {
    schema: certificates,
    about:
      'Certificate of this server with those between it and its authority: then it speaks HTTPS itself, TLS 1.2 or newer. Read again on SIGHUP.',
    allowed: 'certificates in PEM, the own one first',
    fromFile: true,
    optional: true,
  },
  TLS_KEY: {
    schema: privateKey,
    about: 'The private key of TLS_CERT.',
    allowed: 'a private key in PEM, without a passphrase',
    secret: true,
    optional: true,
  },
  DATABASE_TLS: {
    schema: z.enum(['off', 'verify']),
    about:
      'Whether Postgres is spoken to over TLS, with its certificate checked for the host name of its URL.',
    allowed: 'off or verify',
    standard: 'off',
  },
  DATABASE_CA: {
    schema: certificates,
    about: 'The only authorities that may vouch for Postgres; those that Node knows when not set.',
    allowed: 'certificates in PEM',
    fromFile: true,
    optional: true,
  },
  REDIS_CA: {
    schema: certificates,
    about:
      'The only authorities that may vouch for a rediss server; those that Node knows when not set.',
    allowed: 'certificates in PEM',
    fromFile: true,
    optional: true,
  },
  SERVICES_NETWORK: {
    schema: z.enum(['untrusted', 'private']),
    about:
      'Who else is on the way to Postgres and Redis. Unless it is private, production demands TLS to both, except on this machine.',
    allowed: 'untrusted or private',
    standard: 'untrusted',
  },
} as const satisfies Record<string, Setting>;
