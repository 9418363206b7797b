/** Overrides: what is decided in one channel otherwise than everywhere, one row for each word about somebody. */
import type {
  ChannelId,
  OverrideEffect,
  OverridePermission,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { OverrideRole } from './overrides.ts';

/** Whom it is about: who has the role in the channel, or one person. */
export type OverrideSubject =
  | { readonly role: OverrideRole; readonly userId: null }
  | { readonly role: null; readonly userId: UserId };

export type OverrideRow = OverrideSubject & {
  readonly permission: OverridePermission;
  readonly effect: OverrideEffect;
};

export interface OverrideStore {
  /** Of a channel, in the order of the permissions' names. */
  list(channelId: ChannelId): Promise<readonly OverrideRow[]>;
  /** What the channel says now; null takes it back. The channel has to be locked. */
  put(
    channelId: ChannelId,
    id: string,
    about: OverrideSubject & { readonly permission: OverridePermission },
    effect: OverrideEffect | null,
  ): Promise<void>;
}

export function overrideStore(tx: Tx, workspaceId: WorkspaceId): OverrideStore {
  return {
    async list(channelId) {
      const rows = await tx.channelOverride.findMany({
        where: { channelId },
        orderBy: [{ permission: 'asc' }, { role: 'asc' }, { userId: 'asc' }],
        select: { permission: true, role: true, userId: true, effect: true },
      });
      return rows as unknown as OverrideRow[];
    },
    async put(channelId, id, { permission, role, userId }, effect) {
      await tx.channelOverride.deleteMany({ where: { channelId, permission, role, userId } });
      if (effect === null) return;
      const data = { workspaceId, channelId, id, permission, role, userId, effect };
      await tx.channelOverride.create({ data });
    },
  };
}
