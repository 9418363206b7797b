/** A node serves only on a Postgres that is fit for it, and with every root key that something there is wrapped under. */
import type { Config } from '../config.ts';
import { rootKeysInUse, type Keyring } from '../crypto/index.ts';
import type { Part } from '../kernel/index.ts';
import { RESTORE_LOCK } from '../platform/owner-postgres.ts';
import { Claimed, type Postgres, type Statements } from '../platform/postgres/index.ts';

export interface FitPostgres extends Omit<Part, 'name'> {
  /**
   * Throws where a restore has the database, or has had it since the start: what this node remembers is of another one,
   * and the ledger of erasures was not held against this one. Asked with each read of the lease.
   */
  readonly stands: () => Promise<void>;
  /** Resolves when it had it, with what to tell the operator: this node serves nobody any more, and only a new one will. */
  readonly outlived: Promise<Error>;
}

/** Postgres as a part of the node: its start throws an Error that says by name what is wrong or missing. */
export function fitPostgres(
  postgres: Postgres,
  { config, root }: { readonly config: Config; readonly root: Keyring },
): FitPostgres {
  const claim = postgres.share(RESTORE_LOCK);
  let known: string | null = null;
  let outlive: (why: Error) => void = () => undefined;
  const outlived = new Promise<Error>((resolve) => (outlive = resolve));

  /** While a backup is put in, the database looks empty and nothing has to be erased again. No restore begins from here on. */
  async function stands(): Promise<void> {
    const found = await claim.stands().catch((error: unknown) => {
      if (!(error instanceof Claimed)) throw error;
      throw new Error(
        'A backup is being put into this database just now. Start the server when conclave restore is done.',
      );
    });
    known ??= found;
    if (found === known) return;
    const why = new Error(
      'A backup was put into this database while the server ran: it serves nobody any more, and ends. Start it again.',
    );
    outlive(why);
    throw why;
  }

  return {
    async start() {
      await postgres.assertFit(config);
      await stands();
      await assertRootKeys(root, postgres.statements);
    },
    stands,
    outlived,
    async stop() {
      await claim.release();
      await postgres.close();
    },
  };
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
