/** What a gathering does about what is kept of people: one is given all of it, or has another one's texts erased. */
import type { Erased, Exported, GatheringRequest, Reading } from './gathering-protocol.ts';
import type { Gathering } from './gathering.ts';
import { demand } from './dialects.ts';
import { speak } from './together.ts';

type Asked<Name extends GatheringRequest['do']> = Extract<GatheringRequest, { do: Name }>;

export function exportAll(
  of: Gathering,
  { password, saying, mostSeconds }: Asked<'export'>,
): Promise<Exported> {
  let [state, rows] = ['collecting', 0];
  let collectedAt: number | null = null;
  let endedAt: number | null = null;
  const hears = (place: number, event: string, payload: unknown) => {
    if (place !== 0 || event !== 'export.progress') return;
    ({ state, rows } = payload as { state: string; rows: number });
    if (state !== 'collecting') collectedAt ??= performance.now();
    if (state !== 'collecting' && state !== 'settling') endedAt ??= performance.now();
  };
  return of.watching(hears, async () => {
    const began = performance.now();
    await demand(of.wire(0), 'export.request', { password });
    const said = await speak(of, saying, {
      count: Math.round(saying.perSecond * mostSeconds),
      isOver: () => endedAt !== null,
    });
    const since = (at: number | null) => ((at ?? performance.now()) - began) / 1_000;
    return { said, state, rows, collectedSeconds: since(collectedAt), seconds: since(endedAt) };
  });
}

/** What the sends take counts once nobody reads pages any more, as before: those would be measured with the erasure. */
export async function erase(
  of: Gathering,
  { userId, password, reading, saying, seconds }: Asked<'erase'>,
): Promise<Erased> {
  const began = performance.now();
  const isOver = () => performance.now() - began >= reading.seconds * 1_000;
  const input = { userId, password, reason: 'as they asked' };
  const speaking = (long: number) =>
    speak(of, saying, { count: Math.round(saying.perSecond * long) });
  const [pages, asked] = await Promise.all([
    readOn(of, userId, reading, isOver),
    demand(of.wire(0), 'erasure.request-for', input) as Promise<{ erasureId: string }>,
    speaking(reading.seconds),
  ]);
  const said = await speaking(seconds);
  const texts = pages.filter(({ text }) => text);
  return {
    ...{ said, erasureId: asked.erasureId, textAt: texts.at(-1)?.at ?? null },
    ...{ withText: texts.length, without: pages.length - texts.length },
  };
}

/** Of each page whether it showed a text of that person, and when that was answered, as Unix milliseconds. */
async function readOn(of: Gathering, userId: string, reading: Reading, isOver: () => boolean) {
  const { by, before, perSecond } = reading;
  const [first, end] = by;
  const { channelId } = of;
  const pages: { readonly text: boolean; readonly at: number }[] = [];
  for (let n = 0; !isOver(); n += 1) {
    const input = { channelId, before: before[n % before.length] };
    const read = await demand(of.wire(first + (n % (end - first))), 'message.history', input);
    const { messages } = read as { messages: readonly { authorId: string; content: string }[] };
    const isText = (each: { authorId: string; content: string }) =>
      each.authorId === userId && each.content === 'present';
    pages.push({ text: messages.some(isText), at: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
  }
  return pages;
}
