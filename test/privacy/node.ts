/** The privacy of a node of its own, each transaction of which may be its last one. */
import { auditDomain } from '../../src/audit/index.ts';
import type { Config } from '../../src/config.ts';
import { digests, keyring, Vault } from '../../src/crypto/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Postgres } from '../../src/platform/postgres/index.ts';
import { systemEntropy } from '../../src/platform/system.ts';
import { privacyOf } from '../../src/wiring/privacy.ts';
import type { World } from '../support/world.ts';

/** The process is gone: nothing after this happens. */
export class Killed extends Error {}

/** The n-th transaction is the last: undone, or done and never told of. */
export interface Cut {
  readonly n: number;
  readonly when: 'before' | 'after';
}

export interface NodeOptions {
  readonly config: Config;
  readonly postgres: Postgres;
  readonly clock: Clock;
  readonly cut: Cut | null;
  /** What it finds where it looks at all workspaces. */
  readonly asking: Postgres['statements']['run'];
  /** Whether it waits for so many milliseconds, or goes on for ever without what would come then. */
  readonly waits: (milliseconds: number) => boolean;
  /** Waited for before its n-th transaction. */
  readonly before?: (n: number) => Promise<unknown>;
}

/** It works in the database of that world, with its proofs of who somebody is; nothing of it runs by itself. */
export function privacyNode(world: World, options: NodeOptions) {
  const { config, postgres, clock, cut, asking, waits, before } = options;
  const entropy = systemEntropy(clock);
  const root = keyring(config.keys.root);
  const parts = { clock, entropy, vault: new Vault(root, entropy, clock) };
  let transactions = 0;
  const transaction: Postgres['transaction'] = async (workspaceId, mode, work) => {
    const n = (transactions += 1);
    await before?.(n);
    const isLast = cut !== null && n >= cut.n;
    const done = await postgres.transaction(workspaceId, mode, async (tx) => {
      const result = await work(tx);
      if (isLast && cut.when === 'before') throw new Killed();
      return result;
    });
    if (isLast) throw new Killed();
    return done;
  };
  const privacy = privacyOf({
    ...parts,
    ...{ config, root, stepUp: world.app.auth.stepUp, digests: digests(root) },
    log: createLog('error', process.stderr),
    consented: { processings: {} as never }, // nobody consents to anything here
    postgres: { transaction, statements: { ...postgres.statements, run: asking, read: asking } },
    audit: auditDomain({ ...parts, transaction, failed: () => undefined }),
    announce: () => undefined,
    later(milliseconds, task) {
      if (waits(milliseconds)) setImmediate(task);
      return () => undefined;
    },
  });
  return { privacy, transactions: () => transactions };
}
