/** The command about messages: to delete one, by the number that stands beside it. */
import type { ChannelId, Message } from '../../../client/index.ts';
import { refusalSentence } from '../model/words.ts';
import { done, inRoom, no, type Command, type Outcome, type Talk } from './declare.ts';

const remove: Command = {
  name: 'delete',
  takes: 'N [reason]',
  does: 'deletes message N, or your “last” one; those of others need a reason',
  offers: (_talk, typed) => (typed !== '' && 'last'.startsWith(typed) ? ['last'] : []),
  run: inRoom(async (talk, room, typed) => {
    const [number = '', ...words] = typed.trim().split(/\s+/u);
    const reason = words.join(' ');
    const found = await messageCalled(talk, room.id, number);
    if (!found.ok) return found;
    const { value: message } = found;
    if (message.content === 'deleted') return no(`Message ${message.seq} is deleted already.`);
    if (message.authorId !== talk.me && reason === '')
      return no(`That one is not yours, so it needs a reason: /delete ${message.seq} REASON`);
    const outcome = await talk.client.call('message.delete', {
      channelId: room.id,
      messageId: message.id,
      ...(reason !== '' && { reason }),
    });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`Message ${message.seq} is deleted.`);
  }),
};

/** The message of that number, from the server where it is not at hand. */
export async function messageCalled(
  { client, me }: Talk,
  channelId: ChannelId,
  number: string,
): Promise<Outcome<Message>> {
  const { messages } = client.channel(channelId);
  if (number === 'last') {
    const own = messages.findLast(
      ({ authorId, content }) => authorId === me && content !== 'deleted',
    );
    return own ? { ok: true, value: own } : no('There is no message of yours here to delete.');
  }
  const seq = Number(number.replace(/^#/u, ''));
  if (!Number.isSafeInteger(seq) || seq < 1)
    return no('Which one? /delete N – the number is at the right of the message – or /delete last');
  const here = messages.find((message) => message.seq === seq);
  if (here) return { ok: true, value: here };
  const page = await client.call('message.history', { channelId, before: seq + 1, limit: 1 });
  if (!page.ok) return no(refusalSentence(page.refusal));
  const [message] = page.data.messages;
  return message?.seq === seq ? { ok: true, value: message } : no(`There is no message ${seq}.`);
}

export const MESSAGE_COMMANDS: readonly Command[] = [remove];
