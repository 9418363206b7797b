/** What goes out to all listeners of a channel shows none of them a text from before they came. */
import type { ChannelEvent, HistoryPolicy, Message } from '../contract/index.ts';

export interface Newcomers {
  readonly historyPolicy: HistoryPolicy;
  /** The place after which the newest of the listeners joined. */
  readonly newestJoinedSeq: number;
}

/** Where history begins at joining, a change of a message from before the newest join goes out without its text. */
export function withheld(
  event: ChannelEvent,
  { historyPolicy, newestJoinedSeq }: Newcomers,
): ChannelEvent {
  if (event.kind !== 'message' || historyPolicy === 'all') return event;
  const { message } = event;
  // One that does not open has no text to keep back, but still what others made of it.
  if (message.content === 'deleted' || message.seq > newestJoinedSeq) return event;
  return { ...event, message: bare(message) };
}

/** Where it stands in the log and whose it is; nothing of what it says, nor of what others made of it. */
function bare(message: Message): Message {
  const { id, channelId, seq, rev, version, authorId, at, editedAt, replyTo } = message;
  const { thread } = message;
  const place = { id, channelId, seq, rev, version, authorId, at, editedAt, replyTo };
  return {
    ...place,
    ...(thread && { thread }),
    content: 'withheld',
    body: null,
    deletedAt: null,
    deletedBy: null,
  };
}
