/** Declares who may set filters: keepers for their channel, and for the whole workspace who may change its settings. */
import { mayInChannel, mayInWorkspace } from '../access/index.ts';
import type { ChannelId, FilterId, UserId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import type { FilterRow } from './filter-store.ts';
import type { ModerationServices } from './services.ts';

const declared = {
  describe: 'channel permission filter.write; for all channels, workspace permission setting.write',
  asks: { of: 'channel', permissions: ['filter.write'] },
  audience: 'signed-in',
  workspace: null,
} as const;

/** For filters of the channel named, or of all channels. The subject is null: there is nothing to act on yet. */
export function onFilters(): Access<
  { readonly channelId?: ChannelId | undefined },
  Actor,
  null,
  ModerationServices
> {
  return {
    ...declared,
    async resolve({ input, caller, services }) {
      await permit(services, caller.userId, input.channelId ?? null);
      return null;
    },
  };
}

/** The filter named by `filterId`; for who may not set it, it does not exist. */
export function onFilter(): Access<
  { readonly filterId: FilterId },
  Actor,
  FilterRow,
  ModerationServices
> {
  return {
    ...declared,
    about: ({ filterId: id }) => ({ kind: 'filter', id }),
    async resolve({ input, caller, services }) {
      await services.filters.hold();
      const filter = await services.filters.find(input.filterId);
      if (!filter) throw new Refusal('not_found');
      await permit(services, caller.userId, filter.channelId).catch(() => {
        throw new Refusal('not_found');
      });
      return filter;
    },
  };
}

async function permit(
  { standings }: ModerationServices,
  userId: UserId,
  channelId: ChannelId | null,
): Promise<void> {
  if (channelId === null) {
    const role = await standings.inWorkspace(userId);
    if (role === null) throw new Refusal('unauthenticated');
    if (!mayInWorkspace(role, 'setting.write')) throw new Refusal('forbidden');
    return;
  }
  const standing = await standings.inChannel(userId, channelId);
  if (!standing || !mayInChannel(standing, 'channel.read')) throw new Refusal('not_found');
  if (!mayInChannel(standing, 'filter.write')) throw new Refusal('forbidden');
}
