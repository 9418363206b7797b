/** Pinned messages of a channel, which say of themselves that they are. */
import type { ChannelId, MessageId, UserId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { MessageRow } from './rows.ts';

export interface Pin {
  readonly pinnedAt: Date;
  readonly pinnedBy: UserId;
}

export interface PinStore {
  count(channelId: ChannelId): Promise<number>;
  /** The pinned messages of the channel, whoever may read them; what was pinned last is first. */
  of(channelId: ChannelId): Promise<readonly MessageId[]>;
  /** Pins the message, or lets it go where `pin` is null, at revision `rev`. */
  set(message: MessageRow, pin: Pin | null, rev: number): Promise<MessageRow>;
}

export function pinStore(tx: Tx): PinStore {
  return {
    count: (channelId) => tx.message.count({ where: { channelId, pinnedAt: { not: null } } }),
    async of(channelId) {
      const rows = await tx.message.findMany({
        where: { channelId, pinnedAt: { not: null } },
        orderBy: [{ pinnedAt: 'desc' }, { seq: 'desc' }],
        select: { id: true },
      });
      return rows.map(({ id }) => id as MessageId);
    },
    async set(message, pin, rev) {
      const { channelId, id } = message;
      const { pinnedAt = null, pinnedBy = null } = pin ?? {};
      const changed = { rev, pinnedAt, pinnedBy };
      await tx.message.updateMany({ where: { channelId, id }, data: changed });
      return { ...message, ...changed };
    },
  };
}
