/** Shows messages that were found by an index of their own, in its order: each only to who may read it. */
import type { ChannelId, Message, MessageId } from '../contract/index.ts';
import { mayRead, type Readable } from './rows.ts';
import type { ChatServices } from './services.ts';

export interface Place {
  readonly channelId: ChannelId;
  readonly messageId: MessageId;
}

/** Those of the named that there are and that may be read, in the given order; two queries for all of them. */
export async function readInOrder(
  { messages, content, keys }: Pick<ChatServices, 'messages' | 'content' | 'keys'>,
  places: readonly Place[],
  readable: ReadonlyMap<ChannelId, Readable>,
): Promise<readonly Message[]> {
  if (places.length === 0) return [];
  const rows = new Map((await messages.findEach(places)).map((row) => [row.id, row]));
  const found = places.flatMap(({ channelId, messageId }) => {
    const row = rows.get(messageId);
    const may = row?.channelId === channelId && mayRead(readable.get(channelId) ?? [], row.seq);
    return may ? [row] : [];
  });
  await content.fetchKeys(keys, found);
  const shown: Message[] = [];
  for (const row of found) shown.push(await content.message(keys, row));
  return shown;
}
