/** What is too old at a moment, by policies, holds and two clocks: what is shown as due is what a run removes. */
import { FOR_EVER, type RetentionKind, type WorkspaceId } from '../../contract/index.ts';
import type { RetentionContributor, RetentionScope } from '../../kernel/index.ts';
import { holdStore } from '../holds/hold-store.ts';
import { policyStore, type PolicyStore } from './policy-store.ts';
import { runStore, type RunStore, type Tx } from './run-store.ts';

export interface ScopeOf {
  readonly kind: RetentionKind;
  readonly asOf: Date;
  /** In place of what the workspace has; to look at what another policy would remove. */
  readonly days?: number | undefined;
  /** Whether something is removed by it: a hold that is just being placed is waited for, and waits. */
  readonly deciding: boolean;
}

/** Retention in one transaction. */
export interface Retention {
  readonly policies: PolicyStore;
  readonly runs: RunStore;
  scope(of: ScopeOf): Promise<RetentionScope>;
  /** The earlier of the two clocks: one that jumps ahead removes nothing early. */
  asOf(now: Date): Promise<Date>;
  /** The contributors of a kind, in their order, bound to this transaction and this scope. */
  bound(scope: RetentionScope, kind: RetentionKind): readonly Bound[];
}

type Contributor = RetentionContributor<Tx>;
type Rest<F> = F extends (tx: Tx, scope: RetentionScope, ...rest: infer A) => infer R
  ? (...rest: A) => R
  : never;

/** A contributor that has its transaction and its scope. */
export interface Bound {
  readonly name: string;
  readonly survey: Rest<Contributor['survey']>;
  readonly candidates: Rest<Contributor['candidates']>;
  readonly remove: Rest<Contributor['remove']>;
}

const DAY_MS = 24 * 60 * 60_000;

export function retentionIn(
  tx: Tx,
  workspaceId: WorkspaceId,
  contributors: readonly Contributor[],
): Retention {
  const policies = policyStore(tx, workspaceId);
  return {
    policies,
    runs: runStore(tx, workspaceId),
    async scope({ kind, asOf, days, deciding }) {
      const before = (kept: number) =>
        kept === FOR_EVER ? null : new Date(asOf.getTime() - kept * DAY_MS);
      // Holds first: what was decided before a hold was placed is not looked at after it.
      const holds = await holdStore(tx, workspaceId).inForce(deciding);
      const all = await policies.ofWorkspace();
      const own = all.find((policy) => policy.kind === kind)?.days ?? FOR_EVER;
      const overrides = kind === 'messages' ? [...(await policies.allOverrides())] : [];
      return {
        ...{ workspaceId, asOf, holds, before: before(days ?? own) },
        overrides: new Map(overrides.map(([id, kept]) => [id, before(kept)])),
      };
    },
    async asOf(now) {
      const theirs = await policies.now();
      return theirs < now ? theirs : now;
    },
    bound: (scope, kind) =>
      contributors
        .filter((one) => one.kind === kind)
        .map(({ name, survey, candidates, remove }) => ({
          name,
          survey: (cursor, most) => survey(tx, scope, cursor, most),
          candidates: (cursor, most) => candidates(tx, scope, cursor, most),
          remove: (cursor, most) => remove(tx, scope, cursor, most),
        })),
  };
}
