/** What the operator does to the keys of a server that runs: sees what they wrap, moves it on, and lets old ones go. */
import type { OnRecord } from '../auth/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import {
  BrokenKey,
  everyWorkspace,
  rootKeysInUse,
  rotateWorkspaceKey,
  rotationRows,
  type Keyring,
  type KeyUse,
  type RotationProgress,
} from '../crypto/index.ts';
import type { AuditDetail, Clock, Entropy } from '../kernel/index.ts';
import { receiptsByKey } from '../privacy/index.ts';
import { BrokenBackup, sealedUnder, type BackupFolders } from './backup/index.ts';
import type { Fail } from './index.ts';
import { signedUnder, type SignedUnder } from './signed-under.ts';

type RotationOptions = Parameters<typeof rotateWorkspaceKey>[0];
type Tx = Parameters<OnRecord>[0];
type Statements = Parameters<typeof everyWorkspace>[0];

export interface Rotated extends Omit<RotationProgress, 'is'> {
  /** `unreadable`: its newest key does not open under any root key, so there is nothing to go on from. */
  readonly is: RotationProgress['is'] | 'unreadable';
  readonly workspaceId: WorkspaceId;
  readonly workspace: string;
}

/** A root key, or a version of the key of one workspace, with what refers to it. */
export type KeyInUse =
  | ({
      readonly of: 'server';
      /** By the thumbprint of what it signed where no setting has it. */
      readonly rootKey: string;
      /** Whether the settings have it; the server does not start without one that is in use. */
      readonly present: boolean;
      readonly current: boolean;
      readonly workspaceKeys: number;
      readonly signingKeys: number;
      /** Backups that are restored with it alone; null where nobody said where they are. */
      readonly backups: number | null;
      /** Nothing that is wrapped or kept needs it: it may be taken out of the ring. Null: the ledger is not seen here. */
      readonly removable: boolean | null;
    } & SignedUnder)
  | ({
      readonly of: 'workspace';
      readonly workspaceId: WorkspaceId;
      readonly workspace: string;
      readonly current: boolean;
      /** Of everything that is wrapped or sealed under it. */
      readonly references: number;
      /** It was destroyed now. */
      readonly retired: boolean;
    } & KeyUse);

export interface OperatorKeys {
  /**
   * Wraps the keys of every workspace under a new version of its key, and that under the current root key. Whatever an
   * earlier call was stopped in is finished first, instead. Refuses `rotation_under_way` and, when all that can be done
   * is done, `unreadable_keys`.
   */
  rotateKeys(): AsyncGenerator<Rotated>;
  /**
   * With `retire`, versions that nothing refers to any more are destroyed. With `folders`, backups there count as
   * well; refuses `no_backup` and `forged` where one of them does not say what it is sealed under.
   */
  keys(options: {
    readonly retire: boolean;
    readonly folders?: BackupFolders | undefined;
  }): AsyncGenerator<KeyInUse>;
}

export interface OperatorKeysParts {
  readonly root: Keyring;
  readonly entropy: Entropy;
  readonly clock: Clock;
  /** Of the ledger of erasures. */
  readonly ledgerPath: string;
  readonly statements: Statements;
  readonly transaction: RotationOptions['transaction'];
  /** Null when another has it; see Postgres. */
  readonly claim: (lock: number) => Promise<(() => Promise<void>) | null>;
  readonly recordIn: (workspaceId: WorkspaceId) => OnRecord;
  readonly told: <T>(work: Promise<T>) => Promise<T>;
  readonly fail: Fail;
}

/** One rotation at a time on a database. */
const ROTATION_LOCK = 4_711_190;

export function operatorKeys(parts: OperatorKeysParts): OperatorKeys {
  const { statements, transaction, root, told, fail } = parts;
  const record =
    (workspaceId: WorkspaceId) =>
    (tx: Tx, action: string, details: Readonly<Record<string, AuditDetail>>) =>
      parts.recordIn(workspaceId)(tx, action, {
        resource: { kind: 'workspace', id: workspaceId },
        details,
      });

  async function* rotated(): AsyncGenerator<Rotated> {
    let unreadable = 0;
    for await (const { id: workspaceId, slug: workspace } of everyWorkspace(statements)) {
      const about = { workspaceId, workspace };
      try {
        const rotation = rotateWorkspaceKey({ ...parts, ...about, onRecord: record(workspaceId) });
        for await (const progress of rotation) {
          if (progress.is === 'done') unreadable += progress.broken;
          yield { ...progress, ...about };
        }
      } catch (error) {
        if (!(error instanceof BrokenKey)) throw error;
        unreadable += 1;
        yield { is: 'unreadable', ...about, ...NOTHING };
      }
    }
    if (unreadable > 0)
      throw fail(
        'local',
        'unreadable_keys',
        `${unreadable} keys do not open where they stand, and were left as they are. Somebody changed them in the database, or the settings lack the root key that they were wrapped under.`,
      );
  }

  async function* receipts() {
    for await (const { id } of everyWorkspace(statements))
      yield* await transaction(id, 'own', receiptsByKey);
  }

  const backupsIn = (folders: BackupFolders) =>
    sealedUnder(folders).catch((error: unknown) => {
      if (error instanceof BrokenBackup) throw fail('refused', error.fault, error.message);
      throw error;
    });

  async function* inUse(retire: boolean, folders?: BackupFolders): AsyncGenerator<KeyInUse> {
    const roots = await rootKeysInUse(statements);
    const signed = await signedUnder(root, { path: parts.ledgerPath, receipts: receipts() });
    const sealed = folders ? await backupsIn(folders) : null;
    const named = new Set([...signed.keys(), ...(sealed?.keys() ?? [])]);
    const unused = [...named].filter((name) => !roots.some((one) => one.rootKey === name));
    const none = unused.map((rootKey) => ({ rootKey, workspaceKeys: 0, signingKeys: 0 }));
    for (const use of [...roots, ...none]) {
      const { rootKey, workspaceKeys, signingKeys } = use;
      const present = root.names.includes(rootKey);
      const current = rootKey === root.current;
      const kept = signed.get(rootKey) ?? { ledgerLines: 0, receipts: 0 };
      const backups = sealed && (sealed.get(rootKey) ?? 0);
      // A receipt is checked with published keys, which whoever has one can keep: it holds no key back.
      const isWrapping = workspaceKeys + signingKeys + (backups ?? 0) > 0;
      const isFree = kept.ledgerLines === null ? null : kept.ledgerLines === 0;
      const removable = current || !present || isWrapping ? false : isFree;
      yield { of: 'server', ...use, ...kept, backups, present, current, removable };
    }
    for await (const { id: workspaceId, slug: workspace } of everyWorkspace(statements)) {
      const uses = await transaction(workspaceId, 'own', async (tx) => {
        const rows = rotationRows(tx, workspaceId);
        const found = await rows.uses();
        const gone = new Set<number>();
        for (const use of retire ? found.slice(0, -1) : [])
          if (referencesTo(use) === 0 && (await rows.retire(use.version))) gone.add(use.version);
        for (const version of gone) await record(workspaceId)(tx, 'key.retire', { version });
        return found.map((use) => ({ ...use, retired: gone.has(use.version) }));
      });
      for (const use of uses) {
        const current = use === uses.at(-1);
        const references = referencesTo(use);
        yield { of: 'workspace', workspaceId, workspace, ...use, current, references };
      }
    }
  }

  return {
    async *rotateKeys() {
      const release = await told(parts.claim(ROTATION_LOCK));
      if (!release)
        throw fail('refused', 'rotation_under_way', 'Keys are being rotated on this database now.');
      try {
        yield* toldEach(rotated(), told);
      } finally {
        await release();
      }
    },
    keys: ({ retire, folders }) => toldEach(inUse(retire, folders), told),
  };
}

const NOTHING = { version: 0, resumed: false, rerooted: 0, total: 0, rewrapped: 0, broken: 1 };

function referencesTo(use: KeyUse): number {
  const { dataKeys, subjectKeys, channels, filters, auditEvents, erasures, holds } = use;
  return dataKeys + subjectKeys + channels + filters + auditEvents + erasures + holds;
}

async function* toldEach<T>(
  rows: AsyncGenerator<T>,
  told: OperatorKeysParts['told'],
): AsyncGenerator<T> {
  try {
    for (let row = await told(rows.next()); row.done !== true; row = await told(rows.next()))
      yield row.value;
  } finally {
    await rows.return(undefined);
  }
}
