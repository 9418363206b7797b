/** A channel that somebody has filled and others talk in, and how that goes before anything happens beside it. */
import type { Answered } from '../load/answers.ts';
import type { Crowd } from './crowd-of-nodes.ts';
import { seed } from './seeded.ts';
import { ms, whole, type Tools } from './trial.ts';

const MOST_LISTENERS = 20;
/** Enough of what the author says to make the keys that the bulk is sealed with. */
const FIRST = { perSecond: 10, seconds: 0.5 };

export interface Beginning {
  readonly messages: number;
  /** Whose messages they are, by the place among the people. */
  readonly author: number;
  /** Who talks: from the first place to before the last. */
  readonly speakers: readonly [number, number];
  readonly perSecond: number;
  readonly warmUpSeconds: number;
  /** So long it is measured how sends go. */
  readonly seconds: number;
  /** When the bulk was posted, and what makes the first messages as old; now if left out. */
  readonly old?: { readonly now: () => Date; readonly first: () => Promise<unknown> };
}

/** Nobody listens while the channel is filled; then its log is settled, and the talk has warmed up when it is measured. */
export async function conversation(
  { services, load, progress }: Tools,
  { ports, people }: Crowd,
  { messages: count, author, speakers, perSecond, warmUpSeconds, seconds, old }: Beginning,
) {
  const together = { do: 'gather', ports, people } as const;
  const { channelId } = await load.ask({ ...together, listeners: 0, channelId: null });
  const first = { by: [author, author + 1] as const, perSecond: FIRST.perSecond };
  await load.ask({ do: 'say', saying: first, seconds: FIRST.seconds });
  await old?.first();
  const authorId = people[author]?.userId ?? '';
  const now = old && { now: old.now };
  await seed({ services, channelId, authors: [authorId], count, progress, ...now });
  await load.ask({ do: 'close' });
  await services.settle();
  const listeners = Math.min(MOST_LISTENERS, people.length);
  await load.ask({ ...together, listeners, channelId });
  const saying = { by: speakers, perSecond };
  const say = (long: number) => load.ask({ do: 'say', saying, seconds: long });
  await say(Math.min(warmUpSeconds, seconds));
  return { channelId, authorId, saying, say, before: await say(seconds) };
}

type Sends = Pick<Answered, 'acked'> & { readonly ack: Pick<Answered['ack'], 'p50' | 'p99'> };

/** The first lines of a table: what the sends were before, and beside what happens meanwhile. */
export const sendsBeside = (before: Sends, meanwhile: Sends): string[][] => [
  ['', 'before', 'meanwhile'],
  ['sends', whole(before.acked), whole(meanwhile.acked)],
  ['ack p50, ms', ms(before.ack.p50), ms(meanwhile.ack.p50)],
  ['ack p99, ms', ms(before.ack.p99), ms(meanwhile.ack.p99)],
];
