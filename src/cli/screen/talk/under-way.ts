/** Takes up one's bulk deletions that go on from before this screen was opened: they are shown, and can be called off. */
import type { ChannelId, Unlisten } from '../../../client/index.ts';
import { labelOf } from '../model/room.ts';
import type { Chat } from './chat.ts';

/** Asks once, as soon as there is a connection; a refusal leaves it to the next connection. */
export function takesUpDeletions(chat: Chat): readonly Unlisten[] {
  const { client } = chat;
  let isDone = false;
  async function takeUp(): Promise<void> {
    const underWay = await client.deletions.takeUp();
    isDone ||= underWay.ok;
    for (const { id, authorId, channelId } of underWay.ok ? underWay.data : [])
      if (!chat.deleting.knows(id))
        chat.deleting.begin(id, {
          who: () => chat.nameIn(authorId, channelId),
          where: () => whereIs(chat, channelId),
          expected: null,
        });
  }
  const online = () => {
    if (client.state.value.is === 'online' && !isDone) chat.background(takeUp());
  };
  online();
  return [client.state.watch(online)];
}

/** What a channel is called, for a sentence. */
export function whereIs({ rooms }: Chat, channelId: ChannelId): string {
  const room = rooms.find(channelId);
  return room ? labelOf(room) : 'a channel that you are not in';
}
