/** One grouping per operation and workspace: a commit is never shared by two workspaces. */
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../contract/index.ts';
import {
  Grouping,
  type AnyGroupedOperation,
  type GroupedCall,
  type GroupingOptions,
  type Stages,
  type Verdict,
} from '../kernel/index.ts';

type Call = GroupedCall<unknown, unknown>;
type Group = Grouping<Call, Verdict<unknown>>;
type Decide = GroupingOptions<Call, Verdict<unknown>>['decide'];

export interface GroupingsOptions {
  readonly decide: (
    operation: AnyGroupedOperation,
    ...batch: Parameters<Decide>
  ) => ReturnType<Decide>;
  readonly later: GroupingOptions<Call, Verdict<unknown>>['later'];
  readonly monotonic: () => number;
}

/**
 * Groupings that are kept for what they know of the crowd. One that is pushed out while calls are in it decides them
 * all the same, and its workspace's next calls share commits of their own.
 */
const KEPT = 1_000;

/** Makes the road's stage that adds a call to a shared commit. */
export function groupings({ decide, later, monotonic }: GroupingsOptions): Stages['group'] {
  const kept = new Map<AnyGroupedOperation, LRUCache<WorkspaceId, Group>>();
  const groupsOf = (operation: AnyGroupedOperation) => {
    const groups = kept.get(operation) ?? new LRUCache<WorkspaceId, Group>({ max: KEPT });
    kept.set(operation, groups);
    return groups;
  };
  return async (operation, call) => {
    const { workspaceId } = call.caller;
    const groups = groupsOf(operation);
    let grouping = groups.get(workspaceId);
    if (!grouping) {
      grouping = new Grouping({
        decide: (calls, patient) => decide(operation, calls, patient),
        heldBy: ({ input }) => operation.heldBy(input),
        later,
        monotonic,
        lingerMs: operation.lingerMs,
        mostCalls: operation.mostCalls,
      });
      groups.set(workspaceId, grouping);
    }
    return grouping.add(call);
  };
}
