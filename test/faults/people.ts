/** The people of a run: registered once, with a socket to each node, and in other channels in every scenario. */
import type { ChannelId, UserId } from '../../src/contract/index.ts';
import type { MintedSession } from '../../src/auth/index.ts';
import { register, signIn } from '../support/two-processes.ts';
import type { House } from './house.ts';
import { Line } from './line.ts';
import type { Size } from './schedule.ts';

export interface Somebody {
  readonly userId: UserId;
  readonly session: MintedSession;
  /** To node A and to node B. */
  readonly lines: readonly [Line, Line];
}

export interface Cast {
  /** The first of each channel owns it. */
  readonly writers: readonly Somebody[];
  /** In all channels; every other one listens on node A. */
  readonly readers: readonly Somebody[];
  /** One for each channel: removed from it and added again. */
  readonly movers: readonly Somebody[];
  readonly everybody: readonly Somebody[];
  leave(): void;
}

const READERS = 4;
/** So many come in at a time. */
const AT_A_TIME = 6;

export async function gather(house: House, size: Size): Promise<Cast> {
  const writers = size.channels * size.writersPerChannel;
  const total = writers + READERS + size.channels;
  const everybody: Somebody[] = [];
  let next = 0;
  const comeIn = async () => {
    for (let i = next++; i < total; i = next++) everybody[i] = await somebody(house, i);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, comeIn));
  return {
    writers: everybody.slice(0, writers),
    readers: everybody.slice(writers, writers + READERS),
    movers: everybody.slice(writers + READERS),
    everybody,
    leave() {
      for (const { lines } of everybody) for (const line of lines) line.close();
    },
  };
}

async function somebody(house: House, place: number): Promise<Somebody> {
  const door = house.sites[place % 2 === 0 ? 0 : 1];
  const session = await signIn(door, await register(`Person ${place}`, door));
  const [a, b] = house.urls.map((url) => new Line(url, session.accessToken)) as [Line, Line];
  await Promise.all([a.opened(), b.opened()]);
  return { userId: session.userId, session, lines: [a, b] };
}

/** The writer who owns that channel. */
export function ownerOf({ writers }: Cast, size: Size, channel: number): Somebody {
  const owner = writers[channel * size.writersPerChannel];
  if (!owner) throw new Error(`channel ${channel} has no owner`);
  return owner;
}

/** A channel for each group of writers, with the readers and a mover in it. */
export async function openChannels(cast: Cast, size: Size): Promise<readonly ChannelId[]> {
  const { writersPerChannel } = size;
  return Promise.all(
    Array.from({ length: size.channels }, async (_, i) => {
      const [line] = ownerOf(cast, size, i).lines;
      const named = { kind: 'private', name: 'A room', historyPolicy: 'all' } as const;
      const { id: channelId } = await line.insist('channel.create', named);
      const others = cast.writers.slice(i * writersPerChannel + 1, (i + 1) * writersPerChannel);
      for (const { userId } of [...others, ...cast.readers, ...cast.movers.slice(i, i + 1)])
        await line.insist('member.add', { channelId, userId });
      return channelId;
    }),
  );
}
