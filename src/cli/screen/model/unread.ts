/** How much of a channel is unread: exactly where its messages are here, and by its counter where they are not. */
import type { Message, UserId } from '../../../client/index.ts';

export interface UnreadParts {
  readonly me: UserId;
  /** Up to where it was read. */
  readonly mark: number;
  /** The seq of the newest message that is known of. */
  readonly lastSeq: number;
  /** What came before one joined is not news; 0 where it is not known. */
  readonly joinedSeq: number;
  readonly messages: readonly Message[];
}

/** One's own messages and what was deleted do not count, as far as they can be told apart. */
export function unreadIn({ me, mark, lastSeq, joinedSeq, messages }: UnreadParts): number {
  const since = Math.max(mark, joinedSeq);
  let here = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (!message || message.seq <= since) break;
    if (message.authorId !== me && message.content !== 'deleted') here += 1;
  }
  const first = messages[0]?.seq ?? lastSeq + 1;
  const newer = Math.max(0, lastSeq - (messages.at(-1)?.seq ?? lastSeq));
  return here + newer + Math.max(0, first - 1 - since);
}
