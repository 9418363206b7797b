/** Posts for bulk: what `message.send` would have stored of each, sealed under its author's key, and threads among them. */
import { v7 } from 'uuid';
import type { ChannelId, MessageId, UserId, WorkspaceId } from '../../src/contract/index.ts';
import type { Content } from '../../src/chat/index.ts';

export interface Author {
  readonly userId: UserId;
  /** The data key of this author in this channel. */
  readonly key: Buffer;
}

export interface Sealing {
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly keyEpoch: number;
  readonly authors: readonly Author[];
  readonly content: Pick<Content, 'sealBody'>;
  /** The text of the nth post of all. */
  readonly body: (n: number) => string;
}

/** Every so many posts begin with a message that is answered, at these distances: a thread ends where it began. */
export const THREAD_EVERY = 50;
const REPLIES_AFTER = [5, 10, 15] as const;

/** The columns of a post, in the order in which `copyLines` gives them; places count from 0 within the batch. */
export const COPIED =
  'place, id, author_id, client_id, reply_to, body_sealed, thread_place, replies, last_reply';

/**
 * Lines for COPY in its text format (PostgreSQL, "COPY", File Formats), one for each of `count` posts; `from` is the
 * number of the first. They are made one by one as they are asked for.
 */
export function* copyLines(sealing: Sealing, from: number, count: number): Generator<string> {
  const { workspaceId, channelId, keyEpoch, authors, content, body } = sealing;
  let root = '';
  for (let place = 0; place < count; place += 1) {
    const author = authors[(from + place) % authors.length];
    if (!author) throw new Error('somebody has to write');
    const id = v7();
    const { userId: authorId, key } = author;
    const post = { channelId, id: id as MessageId, authorId, version: 1, keyEpoch };
    const sealed = content.sealBody(key, workspaceId, post, body(from + place));
    const distance = place % THREAD_EVERY;
    if (distance === 0) root = id;
    const nth = REPLIES_AFTER.findIndex((after) => after === distance);
    const replies = distance === 0 ? REPLIES_AFTER.filter((after) => place + after < count) : [];
    const last = replies.at(-1);
    const columns = [
      place,
      id,
      authorId,
      v7(),
      nth === -1 ? NULL : root,
      `\\\\x${sealed.toString('hex')}`,
      nth === -1 ? NULL : nth + 1,
      last === undefined ? NULL : replies.length,
      last === undefined ? NULL : place + last,
    ];
    yield `${columns.join('\t')}\n`;
  }
}

const NULL = '\\N';
