/** Nodes that read published signing keys from a database of their own, each with a clock that the test moves. */
import { keyring } from '../../src/crypto/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { accessTokens } from '../../src/auth/access-token.ts';
import { rotateSigningKeys, type RotationOptions } from '../../src/auth/key-rotation.ts';
import { publishedKeys, type PublishedKeys } from '../../src/auth/published-keys.ts';
import { signingKeySeals } from '../../src/auth/sealed-signing-key.ts';
import { signingKeyRows } from '../../src/auth/signing-key-store.ts';
import { signingKeys } from '../../src/auth/signing-keys.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemEntropy } from '../../src/platform/system.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { AUDIENCE, handClock, ISSUER, MINUTE, ring, signingKey } from './support.ts';

export const LEAD_MS = 5_000;
export const LIFE_MS = 15 * MINUTE;
const key = signingKey('seed');
/** What the settings say. */
export const seed = signingKeys(new Secret({ current: 'seed', keys: [key] }));
const rootKeys = ring('1');

export interface Signing {
  readonly database: OwnDatabase;
  readonly postgres: Postgres;
  readonly end: () => Promise<void>;
}

export async function openSigning(): Promise<Signing> {
  const database = await ownDatabase();
  const url = new Secret(database.serverUrl);
  const postgres = new Postgres({ url, connections: 4, statementTimeoutMs: 5_000 });
  const end = async () => {
    await postgres.close();
    await database.remove();
  };
  return { database, postgres, end };
}

/** One node, with a clock of its own. Time passes for it as the test says; for the database it hardly does. */
export function signingNode({ postgres }: Signing, root = rootKeys) {
  const clock = handClock();
  const entropy = systemEntropy(clock);
  const rows = signingKeyRows(postgres.statements);
  const seals = signingKeySeals(keyring(new Secret(root)), entropy);
  const noticed: string[] = [];
  const notice = (what: string, kid: string) => void noticed.push(`${what} ${kid}`);
  const keys = publishedKeys({ seed, rows, seals, clock, notice });
  const tokens = accessTokens({
    clock,
    entropy,
    keys,
    issuer: ISSUER,
    audience: AUDIENCE,
    accessTokenMs: LIFE_MS,
  });
  const rotate = (options: Partial<RotationOptions> = {}) =>
    rotateSigningKeys({ rows, seals, accessTokenMs: LIFE_MS, ...options });
  return { clock, keys, rows, seals, noticed, rotate, tokens };
}

export const kids = (keys: PublishedKeys) => keys.publicSet().keys.map(({ kid }) => kid);
