/** The auth domain on a real Postgres with a clock moved by hand; calls go down the same road as in the server. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { appUrl } from '../../src/config.ts';
import {
  authDomain,
  sessionLookup,
  signingKeyRows,
  signingKeySeals,
  workspaceLookups,
  type Auth,
  type AuthOptions,
  type SessionLookup,
  type SigningKeysText,
} from '../../src/auth/index.ts';
import type { Reply, SessionId, WorkspaceId } from '../../src/contract/index.ts';
import { digests, keyring, Vault, type KeyringText } from '../../src/crypto/index.ts';
import {
  execute,
  Secret,
  type AnyOperation,
  type AuditFacts,
  type Call,
  type Clock,
  type Credential,
  type Effect,
  type Refusal,
  type Stages,
} from '../../src/kernel/index.ts';
import { hashPool, type HashPool } from '../../src/platform/hash-pool/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemEntropy } from '../../src/platform/system.ts';

export { accepted, bearer, refused } from './answers.ts';

export const ISSUER = 'https://chat.example';
export const AUDIENCE = 'conclave';
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const NOBODY: Credential = { kind: 'none' };
export const GOOD_PASSWORD = 'Correct-Horse-7-Battery';

export interface HandClock extends Clock {
  advance(milliseconds: number): void;
}

export function handClock(): HandClock {
  let at = Date.parse('2031-05-05T10:00:00.000Z');
  return {
    now: () => new Date(at),
    monotonic: () => at,
    advance: (milliseconds) => {
      at += milliseconds;
    },
  };
}

/** A ring of fresh keys; the last name is the current one. */
export function ring(...names: string[]): KeyringText {
  const keys = Object.fromEntries(names.map((name) => [name, randomBytes(32).toString('base64')]));
  return { current: names.at(-1) ?? '', keys };
}

export function signingKey(kid: string): SigningKeysText['keys'][number] {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid } as SigningKeysText['keys'][number];
}

function fromFile<T>(variable: string, otherwise: () => T): T {
  const path = process.env[variable];
  return path ? (JSON.parse(readFileSync(path, 'utf8')) as T) : otherwise();
}

export const SIGNING_KEYS = fromFile<SigningKeysText>('CONCLAVE_SIGNING_KEYS_FILE', () => ({
  current: 'one',
  keys: [signingKey('one')],
}));
const ROOT_KEYS = fromFile('CONCLAVE_ROOT_KEYS_FILE', () => ring('1'));
export const PEPPERS = fromFile('CONCLAVE_PEPPERS_FILE', () => ring('1'));
export const DIGEST_KEYS = fromFile('CONCLAVE_DIGEST_KEYS_FILE', () => ring('1'));

export function ownerUrl(): string {
  const url = process.env['DATABASE_URL'];
  assert.ok(url, 'DATABASE_URL names the migrated database to test against');
  return url;
}

export function appPassword(): string {
  const path = process.env['DATABASE_APP_PASSWORD_FILE'];
  if (path) return readFileSync(path, 'utf8').trim();
  const password = process.env['DATABASE_APP_PASSWORD'];
  assert.ok(password, 'DATABASE_APP_PASSWORD_FILE names the password of the login');
  return password;
}

export interface HouseOptions {
  readonly database?: string;
  readonly clock?: HandClock;
  readonly cost?: number;
  readonly peppers?: KeyringText;
  readonly digestKeys?: KeyringText;
  readonly auth?: Partial<AuthOptions>;
}

export interface Answer {
  readonly reply: Reply<unknown>;
  readonly effects: readonly Effect[];
  readonly facts: readonly AuditFacts[];
  readonly refusal: Refusal | null;
}

/** One node: its own connections, caches and hash pool. Two of them on one database are two nodes. */
export class House {
  readonly clock: HandClock;
  readonly pool: HashPool;
  readonly auth: Auth;
  readonly postgres: Postgres;
  readonly vault: Vault;
  readonly owner: pg.Client;
  /** What the port `sessionEnded` was told. */
  readonly ended: SessionId[] = [];
  readonly alarms: object[] = [];
  /** Sessions looked up, to prove that a warm cache looks none up. */
  lookUps = 0;
  readonly lookUp: SessionLookup;

  constructor(options: HouseOptions) {
    const database = options.database ?? ownerUrl();
    this.clock = options.clock ?? handClock();
    const entropy = systemEntropy(this.clock);
    const url = new Secret(appUrl(database, appPassword()));
    this.owner = new pg.Client({ connectionString: database });
    this.postgres = new Postgres({ url, connections: 10, statementTimeoutMs: 10_000 });
    this.pool = hashPool({ cost: options.cost ?? 4, threads: 1, queue: 100 });
    this.vault = new Vault(keyring(new Secret(ROOT_KEYS)), entropy, this.clock);
    this.lookUp = sessionLookup(this.postgres.statements);
    this.auth = authDomain({
      clock: this.clock,
      entropy,
      passwords: this.pool,
      vault: this.vault,
      digests: digests(keyring(new Secret(options.digestKeys ?? DIGEST_KEYS))),
      peppers: keyring(new Secret(options.peppers ?? PEPPERS)),
      signingKeys: new Secret(SIGNING_KEYS),
      signingKeyRows: signingKeyRows(this.postgres.statements),
      signingKeySeals: signingKeySeals(keyring(new Secret(ROOT_KEYS)), entropy),
      keyNotice: (what, kid) => void this.alarms.push({ what, kid }),
      operatorToken: null,
      ownHosts: new Set(),
      issuer: ISSUER,
      audience: AUDIENCE,
      mail: null,
      accessTokenMs: 15 * MINUTE,
      refreshMs: 7 * DAY,
      sessionMs: 90 * DAY,
      retryMs: MINUTE,
      transaction: this.postgres.transaction.bind(this.postgres),
      workspaces: workspaceLookups(this.postgres.statements),
      sessions: (...asked) => {
        this.lookUps += 1;
        return this.lookUp(...asked);
      },
      recordReuse: () => Promise.resolve(),
      alert: (row) => void this.alarms.push(row),
      sessionEnded: (sessionId) => void this.ended.push(sessionId),
      ...options.auth,
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.owner.end(), this.postgres.close(), this.pool.close()]);
  }

  /** A fresh workspace, so that no test sees what another left. */
  async workspace(
    choices: { registration?: 'open' | 'invited'; passwordPolicy?: 'composition' | 'nist' } = {},
  ): Promise<{ id: WorkspaceId; slug: string }> {
    const slug = `t-${randomBytes(8).toString('hex')}`;
    return { slug, id: await this.auth.createWorkspace({ slug, name: 'Tea House', ...choices }) };
  }

  async call(name: string, input: unknown, credential: Credential = NOBODY): Promise<Answer> {
    const operation = this.auth.module.operations.find((known) => known.name === name);
    assert.ok(operation, `${name} is an operation of the domain`);
    return this.callOf(operation, input, credential);
  }

  async callOf(operation: AnyOperation, input: unknown, credential: Credential): Promise<Answer> {
    const effects: Effect[] = [];
    const facts: AuditFacts[] = [];
    let refusal: Refusal | null = null;
    const { auth, clock, postgres } = this;
    const stages: Stages = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      admit: () => () => undefined,
      authenticate: auth.authenticate,
      limit: () => Promise.resolve(undefined),
      domainOf: () => auth.module.domain,
      transact: ({ commit }, caller, _traceId, work) =>
        postgres.transaction(caller.workspaceId, commit === 'own' ? 'own' : 'read', (tx) =>
          work({
            services: auth.module.services(tx, caller),
            record: (fact) => Promise.resolve(void facts.push(fact)),
          }),
        ),
      group: () => Promise.reject(new Error('nothing here is grouped')),
      publish: (committed) => Promise.resolve(void effects.push(...committed)),
      refused: (_operation, _call, _caller, no) => {
        refusal = no;
      },
      observe: () => undefined,
    };
    return {
      reply: await execute(operation, this.request(input, credential), stages),
      effects,
      facts,
      refusal,
    };
  }

  request(input: unknown, credential: Credential): Call {
    const origin = {
      transport: 'http',
      address: '203.0.113.77',
      userAgent: 'Canary/7.7',
      connectionId: null,
    } as const;
    return { input, credential, origin, traceId: 'trace' };
  }

  /** Rows as the owner of the database sees them, in every workspace. */
  async rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
    return (await this.owner.query<Record<string, unknown>>(text, values)).rows;
  }
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const house = new House(options);
  await house.owner.connect();
  return house;
}
