/** Holds messages against the filters of their workspace, which each node knows as of half a second ago at most. */
import { LRUCache } from 'lru-cache';
import { mayInChannel, sees } from '../access/index.ts';
import type { Screened } from '../chat/index.ts';
import type { FilterId, WorkspaceId } from '../contract/index.ts';
import { Refusal, type Clock } from '../kernel/index.ts';
import type { FilterState } from './filter-store.ts';
import { flagLater } from './flagging.ts';
import { readableFilters } from './filters.ts';
import { compiled } from './matching.ts';
import type { JobServices } from './jobs.ts';

/** As often as the control feed is read: what was committed is in force everywhere as soon as a revocation is. */
const FRESH_MS = 500;
const WORKSPACES = 1_000;
/** Hits are written together. */
const COUNT_MS = 500;

interface Known {
  readonly state: string;
  readonly check: ReturnType<typeof compiled>;
}

export type ScreeningOptions = JobServices & {
  readonly clock: Clock;
  readonly state: FilterState;
  readonly failed: (error: unknown) => void;
};

export function screening({ clock, state: stateOf, within, later, failed }: ScreeningOptions) {
  const known = new LRUCache<WorkspaceId, Known>({ max: WORKSPACES });
  const read = new LRUCache<WorkspaceId, { at: number; filters: Promise<Known> }>({
    max: WORKSPACES,
  });
  const hits = new Map<WorkspaceId, Map<FilterId, number>>();

  function filtersOf(workspaceId: WorkspaceId): Promise<Known> {
    const at = clock.monotonic();
    const last = read.get(workspaceId);
    if (last && at - last.at < FRESH_MS) return last.filters;
    const filters = look(workspaceId);
    read.set(workspaceId, { at, filters });
    filters.catch(() => read.delete(workspaceId));
    return filters;
  }

  async function look(workspaceId: WorkspaceId): Promise<Known> {
    const state = await stateOf(workspaceId);
    const before = known.get(workspaceId);
    if (before?.state === state) return before;
    // They may be newer than the state: then the next look finds another one, and reads them once more.
    const check = compiled(await within(workspaceId, readableFilters));
    const fresh = { state, check };
    known.set(workspaceId, fresh);
    return fresh;
  }

  function count(workspaceId: WorkspaceId, ids: readonly FilterId[]): void {
    if (hits.size === 0)
      later(COUNT_MS, () => {
        const counted = [...hits];
        hits.clear();
        for (const [of, its] of counted)
          within(of, ({ filters }) => filters.count(its)).catch(failed);
      });
    const own = hits.get(workspaceId) ?? new Map<FilterId, number>();
    hits.set(workspaceId, own);
    for (const id of ids) own.set(id, (own.get(id) ?? 0) + 1);
  }

  /**
   * Refuses `filtered`, and whoever may not write there as they would be refused further on: they may by then, and what
   * they wrote was not judged. No filter takes back the answer to what was sent before it was made.
   */
  return async (message: Screened): Promise<void> => {
    const { workspaceId, channelId, userId, messageId, clientId, text } = message;
    const matches = (await filtersOf(workspaceId)).check(channelId, text);
    if (matches.length === 0) return;
    const verdict = await within(workspaceId, async ({ standings, messages, jobs }) => {
      if (clientId !== null && (await messages.sentBefore(channelId, userId, clientId)))
        return 'not-judged';
      const standing = await standings.inChannel(userId, channelId);
      if (!standing || !sees(standing)) throw new Refusal('not_found');
      const needed = clientId === null ? 'message.edit.own' : 'message.send';
      if (!mayInChannel(standing, needed)) throw new Refusal('forbidden');
      if (clientId === null) {
        const found = await messages.find(channelId, messageId);
        if (!found) throw new Refusal('not_found');
        if (found.authorId !== userId) return 'not-judged'; // nobody edits what others wrote
      }
      if (matches.some(({ action }) => action === 'refuse')) return 'filtered';
      if (matches.some(({ action }) => action === 'flag')) {
        const version = (await messages.find(channelId, messageId))?.version ?? 0;
        await flagLater({ jobs }, { channelId, messageId, version });
      }
      return 'passed';
    });
    if (verdict === 'not-judged') return;
    count(
      workspaceId,
      matches.map(({ id }) => id),
    );
    if (verdict === 'filtered') throw new Refusal('filtered');
  };
}
