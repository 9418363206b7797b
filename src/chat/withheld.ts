/** What goes out to all listeners of a channel shows none of them a text from before they came. */
import type { ChannelEvent, HistoryPolicy } from '../contract/index.ts';

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
  if (message.content !== 'present' || message.seq > newestJoinedSeq) return event;
  return { ...event, message: { ...message, content: 'withheld', body: null } };
}
