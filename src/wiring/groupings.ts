/** One grouping per operation and workspace, for as long as calls are in it: a commit is never shared by two workspaces. */
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
}

/** Makes the road's stage that adds a call to a shared commit. */
export function groupings({ decide, later }: GroupingsOptions): Stages['group'] {
  const open = new Map<AnyGroupedOperation, Map<WorkspaceId, Group>>();
  return async (operation, call) => {
    const { workspaceId } = call.caller;
    let ofWorkspaces = open.get(operation);
    if (!ofWorkspaces) {
      ofWorkspaces = new Map<WorkspaceId, Group>();
      open.set(operation, ofWorkspaces);
    }
    let grouping = ofWorkspaces.get(workspaceId);
    if (!grouping) {
      grouping = new Grouping({
        decide: (calls, patient) => decide(operation, calls, patient),
        heldBy: ({ input }) => operation.heldBy(input),
        later,
        lingerMs: operation.lingerMs,
      });
      ofWorkspaces.set(workspaceId, grouping);
    }
    try {
      return await grouping.add(call);
    } finally {
      if (grouping.idle && ofWorkspaces.get(workspaceId) === grouping)
        ofWorkspaces.delete(workspaceId);
    }
  };
}
