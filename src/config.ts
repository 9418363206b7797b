/** The only reader of the environment: everything is checked before anything starts, or nothing starts. */
import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from './kernel/index.ts';
import { databaseUrl, jobsUrl, ownerOf } from './config-database.ts';
import { ConfigError } from './config-error.ts';
import { kmsOf } from './config-kms.ts';
import { checkAuthorities, checkWays, identityOf } from './config-tls.ts';
import { SETTINGS, type Setting, type SettingName, type Settings } from './settings.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

export { appLogin, appUrl, jobsLogin } from './config-database.ts';
export { ConfigError } from './config-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Config = ReturnType<typeof readConfig>;

/** Reads and checks all settings. Throws ConfigError with every problem found. */
export function readConfig(environment: Environment) {
  const settings = readSettings(environment);
  const { HOST, PORT, NODE_ENV } = settings;
  const problems: string[] = [];
  const problem = (text: string) => problems.push(text);
  const tls = identityOf(settings, problem);
  const scheme = tls ? 'https' : 'http';
  const publicUrl =
    settings.PUBLIC_URL ?? `${scheme}://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
  const production = NODE_ENV === 'production';
  const database = databaseUrl(settings);
  checkAuthorities(settings, problem);
  const kms = kmsOf(settings, problem);
  if (production) {
    checkWays(settings, { publicUrl, database }, problem);
    if (settings.ERASURE_LEDGER_FILE === undefined)
      problem('ERASURE_LEDGER_FILE must be set in production.');
    if (settings.BCRYPT_COST < 12) problem('BCRYPT_COST must be at least 12 in production.');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    production,
    listen: { host: HOST, port: PORT, tls },
    publicUrl,
    secure: publicUrl.startsWith('https:'),
    allowedOrigins: new Set([new URL(publicUrl).origin, ...settings.ALLOWED_ORIGINS]),
    hosts: hostsOf(settings, publicUrl),
    /** By which the server itself is reached, whatever others it answers to. */
    ownHosts: ownHosts(settings, publicUrl),
    logLevel: settings.LOG_LEVEL,
    database: {
      url: new Secret(database),
      tls: settings.DATABASE_TLS === 'verify' ? { ca: settings.DATABASE_CA } : null,
      /** Under which its nodes find each other, by whatever address each of them reaches it. */
      name: new URL(database).pathname.slice(1),
      connections: settings.DATABASE_CONNECTIONS,
      statementTimeoutMs: settings.STATEMENT_TIMEOUT_MS,
      owner: ownerOf(settings),
    },
    redis: { url: new Secret(settings.REDIS_URL), ca: settings.REDIS_CA },
    pubSub: settings.REDIS_PUBSUB,
    keys: {
      root: new Secret(settings.CONCLAVE_ROOT_KEYS),
      bus: settings.CONCLAVE_BUS_KEYS && new Secret(settings.CONCLAVE_BUS_KEYS),
      peppers: new Secret(settings.CONCLAVE_PEPPERS),
      digests: new Secret(settings.CONCLAVE_DIGEST_KEYS),
      signing: new Secret(settings.CONCLAVE_SIGNING_KEYS),
    },
    /** Who unwraps the root keys, which are not of use before; null where they are given as they are. */
    kms,
    tokens: {
      issuer: publicUrl,
      audience: settings.TOKEN_AUDIENCE,
      operatorToken: settings.OPERATOR_TOKEN ? new Secret(settings.OPERATOR_TOKEN) : null,
      accessTokenMs: settings.ACCESS_TOKEN_SECONDS * SECOND,
      refreshMs: settings.REFRESH_DAYS * DAY,
      sessionMs: settings.SESSION_DAYS * DAY,
      retryMs: settings.REFRESH_RETRY_SECONDS * SECOND,
    },
    hashing: {
      cost: settings.BCRYPT_COST,
      threads: settings.HASH_THREADS,
      queue: settings.HASH_QUEUE,
    },
    jobs: { url: new Secret(jobsUrl(databaseUrl(settings))) },
    mail: mailOf(settings),
    chat: {
      editWindowMs: settings.EDIT_WINDOW_MINUTES * MINUTE,
      keyEpochs: {
        messages: settings.KEY_EPOCH_MESSAGES,
        ageMs: settings.KEY_EPOCH_DAYS * DAY,
      },
    },
    erasure: {
      graceMs: settings.ERASURE_GRACE_DAYS * DAY,
      ledgerFile: settings.ERASURE_LEDGER_FILE ?? scratchLedger(database),
      /** Null: there is no second place for where the ledger ends. */
      headFile: settings.ERASURE_HEAD_FILE ?? null,
      keyCopiesMs: settings.BACKUP_KEY_DAYS * DAY,
    },
    /** Null: exports are refused. */
    exportFolder: settings.EXPORT_DIR ?? null,
    callsAdmitted: settings.CALLS_ADMITTED,
    drainMs: settings.DRAIN_MS,
    presenceHeartbeatMs: settings.PRESENCE_HEARTBEAT_MS,
    trustedProxies: settings.TRUSTED_PROXIES,
    door: {
      requestsPerHour: settings.HTTP_REQUESTS_PER_HOUR,
      handshakesPerMinute: settings.SOCKET_HANDSHAKES_PER_MINUTE,
      handshakes: {
        proved: settings.SOCKET_HANDSHAKES_PROVED,
        waiting: settings.SOCKET_HANDSHAKES_WAITING,
      },
      socketsPerAddress: settings.SOCKETS_PER_ADDRESS,
      frames: {
        perSecond: settings.SOCKET_FRAMES_PER_SECOND,
        burst: settings.SOCKET_FRAMES_BURST,
      },
    },
  };
}

/** For development and tests without npm start: beside no state folder, and of this database alone. */
function scratchLedger(database: string): string {
  const { host, pathname } = new URL(database);
  const name = `${host}${pathname}`.replace(/[^\w.-]/g, '_');
  return join(tmpdir(), `conclave-${name}.erasure-ledger.jsonl`);
}

/** Which hosts are answered to, besides those of workspaces. */
function hostsOf(settings: Settings, publicUrl: string): 'any' | ReadonlySet<string> {
  const { ALLOWED_HOSTS, NODE_ENV } = settings;
  if (NODE_ENV !== 'production' && ALLOWED_HOSTS.length === 0) return 'any';
  return ownHosts(settings, publicUrl);
}

function ownHosts({ ALLOWED_HOSTS }: Settings, publicUrl: string): ReadonlySet<string> {
  const { hostname } = new URL(publicUrl);
  return new Set([hostname.replace(/\.$/, ''), ...ALLOWED_HOSTS]);
}

function readSettings(environment: Environment): Settings {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const text = textOf(name, setting, environment, problems) ?? setting.standard;
    if (text === undefined) {
      if (!setting.optional) problems.push(`${name} is not set. It is ${setting.about}`);
      continue;
    }
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        `${name} is not valid. Allowed: ${setting.allowed}. (${reasons(parsed.error)})`,
      );
  }
  for (const name of Object.keys(environment)) {
    const known = Object.hasOwn(SETTINGS, name.replace(/_FILE$/, ''));
    if (/^CONCLAVE_/.test(name) && !known && !OF_OTHERS.has(name))
      problems.push(`${name} is not a setting. Check its spelling.`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Settings;
}

/** Read by the start script or by the terminal client, and not by the server: a shell may well have them set. */
const OF_OTHERS = new Set([
  'CONCLAVE_STATE_DIR',
  'CONCLAVE_POSTGRES_PORT',
  'CONCLAVE_HOME',
  'CONCLAVE_PROFILE',
  'CONCLAVE_SERVER',
]);

/** Empty counts as not set: that is how compose files and shells leave things out. */
function textOf(name: string, setting: Setting, environment: Environment, problems: string[]) {
  const text = environment[name] === '' ? undefined : environment[name];
  const file = (setting.secret ?? setting.fromFile) && environment[`${name}_FILE`];
  if (!file) return text;
  if (text !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set. Leave one out.`);
    return undefined;
  }
  try {
    const others = statSync(file).mode & 0o077;
    if (setting.ownerAlone && others !== 0 && environment['NODE_ENV'] === 'production')
      problems.push(`${name}_FILE is open to others than its owner. Say chmod 600.`);
    return readFileSync(file, 'utf8').trim();
  } catch {
    problems.push(`${name}_FILE names a file that cannot be read.`);
    return undefined;
  }
}

function reasons(error: { readonly issues: readonly { readonly message: string }[] }): string {
  return [...new Set(error.issues.map(({ message }) => message))].join('; ');
}

/** Where mails go: to a mail server, to files, or nowhere (null). */
function mailOf(settings: Settings) {
  const { SMTP_URL, MAIL_FROM, MAIL_OUTBOX, MAIL_OUTBOX_FILES, NODE_ENV } = settings;
  if (SMTP_URL !== undefined) {
    if (MAIL_FROM === undefined)
      throw new ConfigError(['MAIL_FROM must be set with SMTP_URL: mails come from somebody.']);
    const requireTls = NODE_ENV === 'production';
    return { by: 'smtp', url: new Secret(SMTP_URL), from: MAIL_FROM, requireTls } as const;
  }
  if (MAIL_OUTBOX === undefined) return null;
  const from = MAIL_FROM ?? 'conclave@localhost';
  return { by: 'outbox', folder: MAIL_OUTBOX, files: MAIL_OUTBOX_FILES, from } as const;
}

export type { SettingName };
