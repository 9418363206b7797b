/** What it takes to open what a hold keeps, in its row; and the texts that it covers, page by page. */
import type { ChannelId, HoldId, MessageId, UserId, WorkspaceId } from '../../contract/index.ts';
import type { TextName } from '../../crypto/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import type { HoldRow } from './hold-store.ts';

/** What a hold covers. */
export type Covered = Pick<HoldRow, 'subjectId' | 'channelId' | 'fromAt' | 'toAt'>;

export interface OpenedHold extends Covered {
  readonly id: HoldId;
  /** The administrator who gave the code out. */
  readonly authorisedBy: UserId;
}

export interface HeldText extends TextName {
  /** When the message was posted, and when this version of it was written. */
  readonly postedAt: Date;
  readonly at: Date;
  readonly bodySealed: Uint8Array;
}

export interface OpeningStore {
  /** Instead of one that was given out before. */
  authorise(
    id: HoldId,
    opening: { readonly by: UserId; readonly digest: Buffer; readonly until: Date },
  ): Promise<void>;
  /** Once: null where the hold was lifted, or its code is another one, is too old, or was used. */
  spend(id: HoldId, digests: readonly Buffer[], now: Date): Promise<OpenedHold | null>;
  /** What was deleted while the hold covered it, from the one after `after`; also what other holds cover as well. */
  page(hold: Covered, after: HeldText | null, limit: number): Promise<readonly HeldText[]>;
  /** How many of them there are. */
  count(hold: Covered): Promise<number>;
}

export function openingStore(tx: Tx, workspaceId: WorkspaceId): OpeningStore {
  const covered = ({ subjectId, channelId, fromAt, toAt }: Covered) => ({
    ...{ workspaceId, ...(subjectId && { authorId: subjectId }), ...(channelId && { channelId }) },
    ...((fromAt ?? toAt) && {
      postedAt: { ...(fromAt && { gte: fromAt }), ...(toAt && { lt: toAt }) },
    }),
  });
  return {
    async authorise(id, { by, digest, until }) {
      const opening = {
        openingBy: by,
        openingDigest: new Uint8Array(digest),
        openingUntil: until,
      };
      await tx.legalHold.updateMany({ where: { workspaceId, id, liftedAt: null }, data: opening });
    },
    async spend(id, digests, now) {
      const shown = digests.map((digest) => new Uint8Array(digest));
      const good = { openingDigest: { in: shown }, openingUntil: { gt: now } };
      const where = { workspaceId, id, liftedAt: null, ...good };
      const row = await tx.legalHold.findFirst({ where });
      if (!row?.openingBy) return null;
      // Of two at once, the second waits here for the first, and finds it spent.
      const spent = { openingBy: null, openingDigest: null, openingUntil: null };
      const { count } = await tx.legalHold.updateMany({ where, data: spent });
      if (count === 0) return null;
      const { subjectId, channelId, fromAt, toAt, openingBy } = row;
      return {
        ...{ id, fromAt, toAt, authorisedBy: openingBy as UserId },
        ...{ subjectId: subjectId as UserId | null, channelId: channelId as ChannelId | null },
      };
    },
    async page(hold, after, limit) {
      const rows = await tx.heldText.findMany({
        where: { ...covered(hold), ...(after && { OR: behind(after) }) },
        orderBy: [{ channelId: 'asc' }, { messageId: 'asc' }, { version: 'asc' }],
        take: limit,
      });
      return rows.map(({ channelId, messageId, authorId, ...row }) => {
        const { version, keyEpoch, postedAt, at, bodySealed } = row;
        return {
          ...{ channelId: channelId as ChannelId, id: messageId as MessageId },
          ...{ authorId: authorId as UserId, version, keyEpoch, postedAt, at, bodySealed },
        };
      });
    },
    count: (hold) => tx.heldText.count({ where: covered(hold) }),
  };
}

/** A row that is gone meanwhile has a place all the same. */
function behind({ channelId, id: messageId, version }: HeldText) {
  return [
    { channelId: { gt: channelId } },
    { channelId, messageId: { gt: messageId } },
    { channelId, messageId, version: { gt: version } },
  ];
}
