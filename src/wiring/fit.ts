/** A node serves only on a Postgres that is fit for it, and with every root key that something there is wrapped under. */
import type { Config } from '../config.ts';
import { rootKeysInUse, type Keyring } from '../crypto/index.ts';
import type { Part } from '../kernel/index.ts';
import { RESTORE_LOCK } from '../platform/owner-postgres.ts';
import type { Postgres, Statements } from '../platform/postgres/index.ts';

/** Postgres as a part of the node: its start throws an Error that says by name what is wrong or missing. */
export function fitPostgres(
  postgres: Postgres,
  { config, root }: { readonly config: Config; readonly root: Keyring },
): Omit<Part, 'name'> {
  return {
    async start() {
      await postgres.assertFit(config);
      await assertNotRestoring(postgres.statements);
      await assertRootKeys(root, postgres.statements);
    },
    stop: () => postgres.close(),
  };
}

/**
 * While a backup is put in, the database looks empty and nothing has to be erased again: a node that began then would
 * serve what comes. From here on its connection is seen by the restore, which refuses to go on.
 */
async function assertNotRestoring(statements: Statements): Promise<void> {
  const [found] = await statements.read<{ free: boolean }>(
    'not-restoring',
    'SELECT pg_try_advisory_xact_lock_shared($1) AS free',
    [RESTORE_LOCK],
  );
  if (found?.free !== true)
    throw new Error(
      'A backup is being put into this database just now. Start the server when conclave restore is done.',
    );
}

/** Without one of them, what people wrote is lost to the node, although it is still there. */
async function assertRootKeys(root: Keyring, statements: Statements): Promise<void> {
  const missing = (await rootKeysInUse(statements)).filter(
    ({ rootKey }) => !root.names.includes(rootKey),
  );
  if (missing.length === 0) return;
  const named = missing.map(
    ({ rootKey, workspaceKeys, signingKeys }) =>
      `${JSON.stringify(rootKey)} (${workspaceKeys} workspace keys, ${signingKeys} signing keys)`,
  );
  throw new Error(
    `CONCLAVE_ROOT_KEYS lacks versions that are still in use: ${named.join(', ')}. Put them back; conclave rotate-keys moves what they wrap under the current one.`,
  );
}
