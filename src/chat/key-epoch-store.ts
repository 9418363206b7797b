/** Key epochs of channels: where each began, and the step to the next one, which only one of those who ask for it takes. */
import type { ChannelId } from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface KeyEpoch {
  readonly channelId: ChannelId;
  readonly keyEpoch: number;
  /** Posts of the channel when it began. */
  readonly sinceSeq: number;
  /** Milliseconds since the epoch. */
  readonly sinceAt: number;
  /** Posts of the channel by now. */
  readonly lastSeq: number;
}

/** Those of the named channels that there are, in any order. */
export async function keyEpochs(tx: Tx, ids: readonly ChannelId[]): Promise<readonly KeyEpoch[]> {
  const rows = await tx.channel.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, keyEpoch: true, keyEpochSeq: true, keyEpochAt: true, lastSeq: true },
  });
  return rows.map(({ id, keyEpoch, keyEpochSeq, keyEpochAt, lastSeq }) => ({
    channelId: id as ChannelId,
    keyEpoch,
    sinceSeq: Number(keyEpochSeq),
    sinceAt: keyEpochAt.getTime(),
    lastSeq: Number(lastSeq),
  }));
}

/** The next epoch begins here, unless somebody else has begun it. What was sealed in this one is read as before. */
export async function rollKeyEpoch(
  tx: Tx,
  { channelId, keyEpoch }: Pick<KeyEpoch, 'channelId' | 'keyEpoch'>,
  at: Date,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE channel SET key_epoch = key_epoch + 1, key_epoch_seq = last_seq, key_epoch_at = ${at}
    WHERE id = ${channelId}::uuid AND key_epoch = ${keyEpoch}::int`;
}
