/** Which connections want to know of whom, and what they were told last: bounded, and decided anew before each telling. */
import type { ShownPresence, UserId, WorkspaceId } from '../contract/index.ts';
import type { PresenceAudience, Pair, Sharing, Shown, Who } from './presence-ports.ts';

/** People that one connection is kept up to date about; of more, those asked about longest ago are let go of. */
export const WATCHED = 500;
/** Tellings in one turn, for a whole node; what is more waits for the next. */
const TOLD_PER_TURN = 1_000;

interface Watcher extends Who {
  readonly told: Map<UserId, ShownPresence>;
}

interface Telling extends Pair {
  readonly connectionId: string;
  readonly state: ShownPresence;
}

export class PresenceWatchers {
  readonly #watchers = new Map<string, Watcher>();
  readonly #watched = new Map<UserId, Set<string>>();
  readonly #stirred = new Map<WorkspaceId, Set<UserId>>();

  /** The connection was told how these people are, and is told when that changes. */
  watch(connectionId: string, who: Who, shown: Shown): void {
    const watcher = this.#watchers.get(connectionId) ?? {
      ...who,
      told: new Map<UserId, ShownPresence>(),
    };
    this.#watchers.set(connectionId, watcher);
    for (const [userId, state] of shown) {
      watcher.told.delete(userId); // the newest are last
      watcher.told.set(userId, state);
      const watching = this.#watched.get(userId) ?? new Set<string>();
      this.#watched.set(userId, watching.add(connectionId));
    }
    for (const oldest of watcher.told.keys()) {
      if (watcher.told.size <= WATCHED) break;
      this.#unwatch(connectionId, oldest);
    }
  }

  gone(connectionId: string): void {
    const watcher = this.#watchers.get(connectionId);
    for (const userId of watcher?.told.keys() ?? []) this.#unwatch(connectionId, userId);
    this.#watchers.delete(connectionId);
  }

  /** Something may be different about these people; those that nobody here watches are nobody's matter. */
  stir(workspaceId: WorkspaceId, userIds: Iterable<UserId>): boolean {
    for (const userId of userIds) {
      if (!this.#watched.has(userId)) continue;
      const stirred = this.#stirred.get(workspaceId) ?? new Set<UserId>();
      this.#stirred.set(workspaceId, stirred.add(userId));
    }
    return this.#stirred.size > 0;
  }

  stirAll(): boolean {
    for (const { workspaceId, told } of this.#watchers.values())
      this.stir(workspaceId, told.keys());
    return this.#stirred.size > 0;
  }

  watchesIn(workspaceId: WorkspaceId): boolean {
    return [...this.#watchers.values()].some((watcher) => watcher.workspaceId === workspaceId);
  }

  /** Pairs of a connection and somebody it is told of. */
  get size(): number {
    return [...this.#watchers.values()].reduce((sum, { told }) => sum + told.size, 0);
  }

  /**
   * Looks at everybody who was stirred and tells who is told something else than before, of those who still share a
   * channel with them. True when there is more than one turn may tell.
   */
  async look(
    read: (workspaceId: WorkspaceId, userIds: readonly UserId[]) => Promise<Shown | null>,
    sharing: Sharing,
    audience: PresenceAudience,
  ): Promise<boolean> {
    const all = [...this.#stirred];
    this.#stirred.clear();
    for (const [workspaceId, userIds] of all) {
      const shown = await read(workspaceId, [...userIds]);
      if (!shown) continue; // looked at again by the next beat
      const tellings = this.#tellings(shown);
      const now = tellings.slice(0, TOLD_PER_TURN);
      const isShared = now.length === 0 ? [] : await sharing(workspaceId, now);
      for (const [i, telling] of now.entries()) this.#tell(telling, isShared[i] === true, audience);
      this.stir(workspaceId, new Set(tellings.slice(TOLD_PER_TURN).map(({ person }) => person)));
    }
    return this.#stirred.size > 0;
  }

  #tellings(shown: Shown): Telling[] {
    return [...shown].flatMap(([person, state]) =>
      [...(this.#watched.get(person) ?? [])].flatMap((connectionId) => {
        const watcher = this.#watchers.get(connectionId);
        if (!watcher || watcher.told.get(person) === state) return [];
        return [{ connectionId, reader: watcher.userId, person, state }];
      }),
    );
  }

  #tell({ connectionId, person, state }: Telling, isShared: boolean, to: PresenceAudience): void {
    const told = this.#watchers.get(connectionId)?.told;
    if (!told?.has(person)) return;
    if (!isShared) this.#unwatch(connectionId, person);
    else if (state !== 'unknown' && to.tellPresence(connectionId, { userId: person, state }))
      told.set(person, state);
  }

  #unwatch(connectionId: string, userId: UserId): void {
    this.#watchers.get(connectionId)?.told.delete(userId);
    const watching = this.#watched.get(userId);
    watching?.delete(connectionId);
    if (watching?.size === 0) this.#watched.delete(userId);
  }
}
