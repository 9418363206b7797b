/** Every setting there is: its variable, what it means and what it may be. Docs and .env.example are made from this. */
import { z } from 'zod';
import { CHAT_SETTINGS } from './chat-settings.ts';
import { EXPORT_SETTINGS } from './export-settings.ts';
import { MAIL_SETTINGS } from './mail-settings.ts';
import { ERASURE_SETTINGS } from './erasure-settings.ts';
import { HOST_SETTINGS } from './host-settings.ts';
import { KMS_SETTINGS } from './kms-settings.ts';
import {
  busKeys,
  count,
  host,
  networks,
  origins,
  postgresUrl,
  ring,
  rootKeys,
  signingKeys,
} from './setting-shapes.ts';
import { SOCKET_SETTINGS } from './socket-settings.ts';
import { TLS_SETTINGS } from './tls-settings.ts';

/** Settings that are `secret` or `fromFile` may also be given as NAME_FILE, a file that holds the value. */
export interface Setting {
  readonly schema: z.ZodType;
  readonly about: string;
  readonly allowed: string;
  readonly secret?: true;
  /** In production its file must be one that nobody else can read or write. */
  readonly ownerAlone?: true;
  /** No secret, and usually kept in a file all the same. */
  readonly fromFile?: true;
  /** The value when nothing is set, as text; without one the setting is needed, or optional if so said. */
  readonly standard?: string;
  readonly optional?: true;
}

export const SETTINGS = {
  NODE_ENV: {
    schema: z.enum(['development', 'production', 'test']),
    about: 'Production refuses embedded services, plain HTTP and cheap password hashes.',
    allowed: 'development, production or test',
    standard: 'development',
  },
  HOST: {
    schema: host,
    about: 'Address to listen on.',
    allowed: 'an address or host name',
    standard: '127.0.0.1',
  },
  PORT: {
    schema: count(0, 65_535),
    about: 'Port to listen on; 0 takes any free one.',
    allowed: '0-65535',
    standard: '3000',
  },
  PUBLIC_URL: {
    schema: z.url({ protocol: /^https?$/ }),
    about: 'Where clients reach the server; issuer of its tokens. Needs https in production.',
    allowed: 'an http or https URL; http://HOST:PORT when not set',
    optional: true,
  },
  ALLOWED_ORIGINS: {
    schema: origins,
    about: 'Origins of web pages that may connect, besides that of PUBLIC_URL.',
    allowed: 'origins, separated by commas',
    standard: '',
  },
  ...HOST_SETTINGS,
  TRUSTED_PROXIES: {
    schema: networks,
    about:
      'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Behind one that is not named here, all clients are one address to limits and audit.',
    allowed: 'addresses and networks (10.0.0.0/8), separated by commas',
    standard: '',
  },
  LOG_LEVEL: {
    schema: z.enum(['error', 'warn', 'info', 'debug']),
    about: 'Least serious lines that are logged.',
    allowed: 'error, warn, info or debug',
    standard: 'info',
  },
  DATABASE_URL: {
    schema: postgresUrl,
    about:
      'Postgres with a login that may create tables and roles; used to migrate. Embedded Postgres when not set.',
    allowed: 'a postgres URL',
    secret: true,
    optional: true,
  },
  DATABASE_APP_PASSWORD: {
    schema: z.string().min(16).max(200),
    about:
      "Password of the server's own login conclave_app_<database>, which the migration creates.",
    allowed: '16-200 characters',
    secret: true,
    optional: true,
  },
  DATABASE_APP_URL: {
    schema: postgresUrl,
    about:
      "The server's own login, where it should not know DATABASE_URL: it owns nothing and cannot migrate.",
    allowed: 'a postgres URL',
    secret: true,
    optional: true,
  },
  DATABASE_CONNECTIONS: {
    schema: count(1, 200),
    about: 'Connections to Postgres per node.',
    allowed: '1-200',
    standard: '10',
  },
  STATEMENT_TIMEOUT_MS: {
    schema: count(100, 60_000),
    about: 'When Postgres gives up a statement.',
    allowed: '100-60000',
    standard: '5000',
  },
  REDIS_URL: {
    schema: z.url({ protocol: /^rediss?$/ }),
    about: 'Redis or Valkey. An embedded one, which keeps nothing, when not set.',
    allowed: 'a redis or rediss URL',
    secret: true,
  },
  REDIS_PUBSUB: {
    schema: z.enum(['sharded', 'classic']),
    about:
      'How nodes talk through Redis, the same on all of them: sharded needs Redis 7, classic works with every server and proxy.',
    allowed: 'sharded or classic',
    standard: 'sharded',
  },
  CONCLAVE_ROOT_KEYS: {
    schema: rootKeys,
    about:
      'Keyring that wraps all other keys: {"current":"1","keys":{"1":"<32 bytes in base64>"}}. With KMS_URL, keys may stand there as the service wrapped them: "vault:v1:…".',
    allowed: 'a keyring in JSON',
    secret: true,
    ownerAlone: true,
  },
  CONCLAVE_BUS_KEYS: {
    schema: busKeys,
    about:
      'Keyring that seals what nodes say to each other; derived from CONCLAVE_ROOT_KEYS when not set, or where a key is "derived".',
    allowed: 'a keyring in JSON, whose keys may be "derived"',
    secret: true,
    optional: true,
  },
  CONCLAVE_PEPPERS: {
    schema: ring,
    about: 'Keyring that every password passes before bcrypt.',
    allowed: 'a keyring in JSON',
    secret: true,
  },
  CONCLAVE_DIGEST_KEYS: {
    schema: ring,
    about: 'Keyring of look-up digests (e-mail, refresh tokens, invitations).',
    allowed: 'a keyring in JSON',
    secret: true,
  },
  CONCLAVE_SIGNING_KEYS: {
    schema: signingKeys,
    about:
      'Private ES256 keys of access tokens until the first rotation by command: {"current":"<kid>","keys":[<JWK>]}.',
    allowed: 'private P-256 JWKs in JSON',
    secret: true,
  },
  TOKEN_AUDIENCE: {
    schema: z.string().min(1).max(200),
    about: 'Audience of the access tokens.',
    allowed: '1-200 characters',
    standard: 'conclave',
  },
  ACCESS_TOKEN_SECONDS: {
    schema: count(30, 3_600),
    about: 'How long an access token is valid.',
    allowed: '30-3600',
    standard: '900',
  },
  REFRESH_DAYS: {
    schema: count(1, 90),
    about: 'How long an unused refresh token is valid.',
    allowed: '1-90',
    standard: '7',
  },
  SESSION_DAYS: {
    schema: count(1, 365),
    about: 'How long a session lasts however often it is refreshed.',
    allowed: '1-365',
    standard: '90',
  },
  REFRESH_RETRY_SECONDS: {
    schema: count(1, 300),
    about: 'How long a refresh may be retried with the same nonce.',
    allowed: '1-300',
    standard: '60',
  },
  BCRYPT_COST: {
    schema: count(4, 16),
    about: 'Cost of password hashes; at least 12 in production.',
    allowed: '4-16',
    standard: '12',
  },
  HASH_THREADS: {
    schema: count(1, 16),
    about: 'Threads that hash passwords.',
    allowed: '1-16',
    standard: '1',
  },
  HASH_QUEUE: {
    schema: count(1, 1_000),
    about: 'Hashes that may wait; more are refused.',
    allowed: '1-1000',
    standard: '32',
  },
  ...MAIL_SETTINGS,
  ...ERASURE_SETTINGS,
  ...EXPORT_SETTINGS,
  ...CHAT_SETTINGS,
  CALLS_ADMITTED: {
    schema: count(10, 100_000),
    about: 'Calls under way at a time per node; more are refused.',
    allowed: '10-100000',
    standard: '1000',
  },
  DRAIN_MS: {
    schema: count(0, 7_000),
    about: 'How long a node that stops waits for calls under way; it ends within 10 s in any case.',
    allowed: '0-7000',
    standard: '6000',
  },
  HTTP_REQUESTS_PER_HOUR: {
    schema: count(10, 100_000_000),
    about: 'HTTP requests an hour per client address (IPv6: per /64), whatever they ask for.',
    allowed: '10-100000000',
    standard: '1000',
  },
  ...KMS_SETTINGS,
  ...SOCKET_SETTINGS,
  ...TLS_SETTINGS,
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
export type Settings = {
  readonly [N in SettingName]:
    | z.output<(typeof SETTINGS)[N]['schema']>
    | ((typeof SETTINGS)[N] extends { optional: true } ? undefined : never);
};
