/** What the operator does to a server from where its settings are: straight in Postgres, and on record. */
import { rolesByOperator } from '../access/index.ts';
import { auditDomain } from '../audit/index.ts';
import {
  byOperator,
  isHost,
  isSlug,
  rotateSigningKeys,
  signingKeyRows,
  signingKeySeals,
  tenancy,
  workspaceLookups,
  type During,
  type InvitedRole,
  type KeyRotation,
  type OnRecord,
} from '../auth/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import { digests, keyring, Vault } from '../crypto/index.ts';
import { Refusal, type Origin } from '../kernel/index.ts';
import { Postgres } from '../platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../platform/system.ts';
import { configOf, type Fail } from './config-of.ts';
import { operatorHolds, type OperatorHolds } from './held-texts.ts';
import { operatorKeys, type OperatorKeys } from './keys.ts';
import { operatorPeople, type OperatorPeople } from './people.ts';
import type { Whereabouts } from './server-settings.ts';

export type { Fail } from './config-of.ts';
export { openKeeper, type Keeper, type KeeperOptions } from './keeper.ts';
export { ledgerHeads } from './backup/index.ts';
export { diagnose, type DiagnoseOptions, type Finding } from './doctor/index.ts';

export interface OperatorOptions extends Whereabouts {
  readonly fail: Fail;
  /** Of the machine that is asked from, for the audit trail. */
  readonly host: string;
}

/**
 * All of it refuses `unavailable` and `outcome_unknown` as calls do, and `outdated_database` where the server of this
 * version has not run yet.
 */
export interface Operator extends OperatorPeople, OperatorKeys, OperatorHolds {
  rotateSigningKeys(options: { readonly atOnce: boolean }): Promise<KeyRotation>;
  /** Refuses `invalid_slug`, `invalid_name`, `invalid_host`, `slug_taken` and `host_taken`. */
  createWorkspace(workspace: {
    readonly slug: string;
    readonly name: string;
    readonly host?: string;
    readonly registration?: 'open' | 'invited';
  }): Promise<{ readonly workspaceId: WorkspaceId; readonly setupCode: string }>;
  /** Refuses `not_found` when there is no such workspace. */
  invite(
    slug: string,
    role: InvitedRole,
  ): Promise<{ readonly workspaceId: WorkspaceId; readonly code: string }>;
  close(): Promise<void>;
}

const CONNECTIONS = 2;
const NAME_CHARACTERS = 100;
/** Postgres: undefined_function. */
const UNDEFINED = '42883';

/** Refuses `no_settings`, `bad_settings` and `unreachable`. Whoever opened it closes it. */
export async function openOperator(options: OperatorOptions): Promise<Operator> {
  const { fail } = options;
  const config = await configOf(options);
  const postgres = new Postgres({ ...config.database, connections: CONNECTIONS });
  if (!(await postgres.answers())) {
    await postgres.close();
    const sentence =
      'The database of the server did not answer, or did not take the login of its settings.';
    throw fail('unreachable', 'unreachable', sentence);
  }
  const clock = systemClock;
  const entropy = systemEntropy(clock);
  const root = keyring(config.keys.root);
  const vault = new Vault(root, entropy, clock);
  const transaction = postgres.transaction.bind(postgres);
  const workspaces = workspaceLookups(postgres.statements);
  const shared = {
    clock,
    entropy,
    vault,
    transaction,
    digests: digests(keyring(config.keys.digests)),
  };
  const tenants = tenancy({ ...shared, workspaces, ownHosts: config.ownHosts });
  const audit = auditDomain({ vault, entropy, clock, transaction, failed: () => undefined });

  /** Nobody's account: `actor_id` stays empty and `transport` says why. */
  const recordIn =
    (workspaceId: WorkspaceId): OnRecord =>
    (tx, action, facts) =>
      audit.event(tx, {
        ...{ action, type: 'operation', outcome: 'ok', traceId: entropy.id(), facts },
        caller: { kind: 'anonymous', workspaceId, origin: originOf(options) },
      });
  const onRecord =
    (action: string, details: Readonly<Record<string, string>> = {}): During =>
    (tx, workspaceId) =>
      recordIn(workspaceId)(tx, action, {
        resource: { kind: 'workspace', id: workspaceId },
        details,
      });

  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw failureOf(error, fail);
    });

  // What does not open is shown as such; the nodes raise the alarm.
  const accounts = byOperator({ ...shared, alert: () => undefined });
  const rolePage: Parameters<typeof operatorPeople>[0]['rolePage'] = (workspaceId, ...page) =>
    transaction(workspaceId, 'own', (tx) => rolesByOperator(tx, workspaceId, ...page));
  const { statements } = postgres;
  const claim = postgres.claim.bind(postgres);
  return {
    ...operatorPeople({ accounts, rolePage, workspaces, recordIn, told, fail }),
    ...operatorHolds({ ...shared, recordIn, told, fail }),
    ...operatorKeys({
      ...shared,
      ledgerPath: config.erasure.ledgerFile,
      root,
      statements,
      claim,
      recordIn,
      told,
      fail,
    }),
    rotateSigningKeys({ atOnce }) {
      const rows = signingKeyRows(postgres.statements);
      const seals = signingKeySeals(root, entropy);
      const { accessTokenMs } = config.tokens;
      return told(rotateSigningKeys({ rows, seals, accessTokenMs, atOnce }));
    },
    async createWorkspace({ slug, name, ...choices }) {
      if (!isSlug(slug))
        throw fail(
          'usage',
          'invalid_slug',
          'A slug is 1-63 lower-case letters and digits, with single dashes between them.',
        );
      if (name.trim() === '' || name.length > NAME_CHARACTERS)
        throw fail('usage', 'invalid_name', `A name has 1-${NAME_CHARACTERS} characters.`);
      if (choices.host !== undefined && !isHost(choices.host))
        throw fail(
          'usage',
          'invalid_host',
          'A host is a name like tea.example.org, without a port.',
        );
      const during = onRecord('workspace.create');
      const made = await told(tenants.found({ slug, name, ...choices }, during));
      if (made === 'slug')
        throw fail('refused', 'slug_taken', `There is a workspace ${slug} already.`);
      if (made === 'host')
        throw fail('refused', 'host_taken', 'That host belongs to another workspace already.');
      if (made === 'own-host')
        throw fail(
          'refused',
          'host_taken',
          'That host is of the server (PUBLIC_URL, ALLOWED_HOSTS): its other workspaces are reached there.',
        );
      return made;
    },
    async invite(slug, role) {
      const during = onRecord('invitation.create', { role });
      const made = await told(tenants.invite(slug, role, during));
      if (!made) throw fail('refused', 'not_found', 'There is no workspace of that name.');
      return made;
    },
    close: () => postgres.close(),
  };
}

/** What went wrong with the database, as the operator can act on it; anything else is a bug. */
function failureOf(error: unknown, fail: Fail): unknown {
  if (error instanceof Refusal && error.code === 'outcome_unknown') {
    const sentence =
      'The database was lost on the way: look whether it was done before you repeat it.';
    return fail('unreachable', error.code, sentence);
  }
  if (error instanceof Refusal && error.code === 'unavailable')
    return fail(
      'unreachable',
      error.code,
      'The database did not answer in time; nothing was done.',
    );
  if (!(error instanceof Error && 'code' in error && error.code === UNDEFINED)) return error;
  const sentence =
    'The database is older than this program. Start the server of this version first.';
  return fail('local', 'outdated_database', sentence);
}

function originOf({ host, uid }: OperatorOptions): Origin {
  const userAgent = uid === null ? 'conclave admin' : `conclave admin (uid ${uid})`;
  return { transport: 'command', address: host, userAgent, connectionId: null };
}
