/** What jobs of this domain work with: transactions of their own, and the way to tell what they did. */
import type { WorkspaceId } from '../contract/index.ts';
import type {
  Clock,
  Effect,
  PresenceSet,
  PresenceWatched,
  Reauthorised,
  Subscription,
} from '../kernel/index.ts';
import type { ModerationServices } from './services.ts';

/** What a job can tell of: nothing that concerns the connection of a caller, as it has none. */
export type Announced = Exclude<
  Effect,
  Subscription | Reauthorised | PresenceSet | PresenceWatched
>;

export interface JobServices {
  readonly clock: Clock;
  /** One transaction of the workspace; resolves after COMMIT. */
  readonly within: <T>(
    workspaceId: WorkspaceId,
    work: (services: ModerationServices) => Promise<T>,
  ) => Promise<T>;
  /** Tells every node. */
  readonly announce: (effect: Announced) => void;
  readonly later: (milliseconds: number, task: () => void) => () => void;
}
