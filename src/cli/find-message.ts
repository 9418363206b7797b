/** Messages as people name them: by their number in a channel. */
import type { Channel, Message } from '../client/index.ts';
import type { Desk } from './desk.ts';
import { Failure } from './failure.ts';
import { printable } from './printable.ts';

/** Throws Failure `not_found` where there is none that the caller can see. */
export async function messageAt(
  { id: channelId, name }: Pick<Channel, 'id' | 'name'>,
  seq: number,
  { call }: Pick<Desk<'message.history'>, 'call'>,
): Promise<Message> {
  const page = await call('message.history', { channelId, before: seq + 1, limit: 1 });
  const message = page.messages.find((one) => one.seq === seq);
  if (message) return message;
  const sentence = `There is no message #${seq} in ${printable(name)} that you can see.`;
  throw new Failure({ exit: 'refused', code: 'not_found', sentence });
}
