/** What a gathering does when it is asked: it talks, deletes, reacts and reads, and sees what comes of it. */
import { v7 } from 'uuid';
import { askAll, type Answered, type Ask, type Asking } from './answers.ts';
import { demand } from './dialects.ts';
import type {
  GatheringRequest,
  PagesRead,
  Purged,
  Reacted,
  Saying,
  Screened,
} from './gathering-protocol.ts';
import type { Gathering } from './gathering.ts';
import { histogram, latency, note } from './latency.ts';

type Asked<Name extends GatheringRequest['do']> = Extract<GatheringRequest, { do: Name }>;

/** A message may have that many kinds of reactions (src/contract/sizes.ts). */
const KINDS = 50;
/** How long after the last answer screens and news may still come. */
const PATIENCE_MS = 5_000;
const TEXT =
  'and so it went on for as long as somebody had something to say about it, until it was late';

export function say(of: Gathering, { saying, seconds }: Asked<'say'>): Promise<Answered> {
  return speak(of, saying, { count: Math.round(saying.perSecond * seconds) });
}

/** Which screens show a deletion is heard from what the listeners are told. */
export async function deleteEach(
  of: Gathering,
  { messages, perSecond }: Asked<'delete-each'>,
): Promise<Screened> {
  const targets = await newest(of, messages);
  const places = new Map(Array.from({ length: of.size }, (_, place) => [of.userId(place), place]));
  const lastScreen = histogram();
  const waiting = new Map<string, { dueAt: number; screens: Set<number> }>();
  let shown = 0;
  const shows = (place: number, event: string, payload: unknown) => {
    for (const { id, content } of messagesIn(event, payload)) {
      const screens = content === 'deleted' ? waiting.get(id)?.screens : undefined;
      if (!screens || screens.has(place)) continue;
      shown += 1;
      screens.add(place);
      if (screens.size === of.listeners)
        note(lastScreen, performance.now() - (waiting.get(id)?.dueAt ?? 0));
    }
  };
  return of.watching(shows, async () => {
    const { channelId } = of;
    const asking = { count: targets.length, perSecond };
    const answered = await askAll(asking, (n, dueAt) => {
      const { id = '', authorId = '' } = targets[n] ?? {};
      waiting.set(id, { dueAt, screens: new Set() });
      const payload = { channelId, messageId: id };
      return { wire: of.wire(places.get(authorId) ?? 0), name: 'message.delete', payload };
    });
    const expected = targets.length * of.listeners;
    await soon(() => shown === expected);
    return { answered, expected, shown, lastScreen: latency(lastScreen) };
  });
}

export async function deleteMany(
  of: Gathering,
  { authorId, saying, mostSeconds }: Asked<'delete-many'>,
): Promise<Purged> {
  let finishedAt: number | null = null;
  let deleted = 0;
  const hears = (_place: number, event: string, payload: unknown) => {
    if (event !== 'moderation.progress') return;
    const told = payload as { deleted: number; finished: boolean };
    deleted = Math.max(deleted, told.deleted);
    if (told.finished) finishedAt ??= performance.now();
  };
  return of.watching(hears, async () => {
    const began = performance.now();
    const { channelId } = of;
    const input = { channelId, authorId, reason: 'too much of it' };
    await demand(of.wire(0), 'message.delete-many', input);
    const said = await speak(of, saying, {
      count: Math.round(saying.perSecond * mostSeconds),
      isOver: () => finishedAt !== null,
    });
    const seconds = ((finishedAt ?? performance.now()) - began) / 1_000;
    return { said, deleted, finished: finishedAt !== null, seconds };
  });
}

export async function react(
  of: Gathering,
  { reacting, seconds, saying }: Asked<'react'>,
): Promise<Reacted> {
  const { channelId } = of;
  const posted = await demand(of.wire(0), 'message.send', {
    channelId,
    clientId: v7(),
    body: TEXT,
  });
  const { id: messageId } = posted as { id: string };
  let told = 0;
  let counted = 0;
  const hears = (place: number, event: string, payload: unknown) => {
    if (place !== 0) return;
    for (const { id, reactions = [] } of messagesIn(event, payload))
      if (id === messageId) {
        told += 1;
        counted = reactions.reduce((sum, { count }) => sum + count, 0);
      }
  };
  const [first, end] = reacting.by;
  return of.watching(hears, async () => {
    const { perSecond } = reacting;
    const asking = { count: Math.round(perSecond * seconds), perSecond };
    if (asking.count > (end - first) * KINDS) throw new Error('there are not so many reactions');
    const [reacted, said] = await Promise.all([
      askAll(asking, (n) => {
        const round = Math.floor(n / (end - first));
        const payload = { channelId, messageId, emoji: `:kind-${round}:` };
        return { wire: of.wire(first + (n % (end - first))), name: 'message.react', payload };
      }),
      speak(of, saying, { count: Math.round(saying.perSecond * seconds) }),
    ]);
    await soon(() => counted === reacted.acked);
    return { reacted, said, counted, told };
  });
}

export async function readPages(
  of: Gathering,
  { before, by: [first, end] }: Asked<'read-pages'>,
): Promise<PagesRead> {
  const page = histogram();
  let [messages, unreadable] = [0, 0];
  for (const [n, place] of before.entries()) {
    const input = { channelId: of.channelId, ...(place !== null && { before: place }) };
    const began = performance.now();
    const read = await demand(of.wire(first + (n % (end - first))), 'message.history', input);
    note(page, performance.now() - began);
    const { messages: found } = read as { messages: readonly { content: string }[] };
    messages += found.length;
    unreadable += found.filter(({ content }) => content !== 'present').length;
  }
  return { page: latency(page), messages, unreadable };
}

/** As many as there are to be, or until it is over. */
export function speak(
  of: Gathering,
  { by: [first, end], perSecond }: Saying,
  asking: Omit<Asking, 'perSecond'>,
): Promise<Answered> {
  const { channelId } = of;
  return askAll({ ...asking, perSecond }, (n): Ask => {
    const payload = { channelId, clientId: v7(), body: `${n} ${TEXT}` };
    return { wire: of.wire(first + (n % (end - first))), name: 'message.send', payload };
  });
}

interface Shown {
  readonly id: string;
  readonly authorId: string;
  readonly content: string;
  readonly reactions?: readonly { readonly count: number }[];
}

function messagesIn(event: string, payload: unknown): readonly Shown[] {
  if (event !== 'channel.events') return [];
  const { events } = payload as { events: readonly { kind: string; message: Shown }[] };
  return events.flatMap(({ kind, message }) => (kind === 'message' ? [message] : []));
}

/** Those of the newest messages of the channel that are not deleted, newest first. */
async function newest(of: Gathering, count: number): Promise<readonly Shown[]> {
  const found: (Shown & { seq: number })[] = [];
  const { channelId } = of;
  while (found.length < count) {
    const before = found.at(-1)?.seq;
    const limit = Math.min(200, count - found.length);
    const input = { channelId, limit, ...(before !== undefined && { before }) };
    const page = await demand(of.wire(0), 'message.history', input);
    const { messages } = page as { messages: readonly (Shown & { seq: number })[] };
    if (messages.length === 0) throw new Error('there are not so many messages');
    found.push(...[...messages].reverse());
  }
  return found.filter(({ content }) => content === 'present');
}

async function soon(isSo: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isSo() && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
