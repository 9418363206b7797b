/** One's own messages from the key to the log: each is shown once, as pending, as refused or as sent, and none is lost. */
import type {
  ChannelId,
  Client,
  Message,
  OutboxEntry,
  SendOptions,
  UserId,
} from '../../../client/index.ts';

export interface SendingParts {
  readonly client: Client;
  readonly me: UserId;
  readonly changed: () => void;
}

/** A message that was sent from here, until the log has it. */
interface OnItsWay {
  readonly entry: OutboxEntry;
  /** The newest seq of the channel when it was written. */
  readonly after: number;
}

/** Sent messages that are remembered while the log is behind. */
const REMEMBERED = 200;

export class Sending {
  readonly #parts: SendingParts;
  #onTheirWay: readonly OnItsWay[] = [];

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  /** Hands it to the outbox. What the outbox did not take comes back as a refused entry, to be written again. */
  async send(
    channelId: ChannelId,
    body: string,
    after: number,
    options: SendOptions = {},
  ): Promise<OutboxEntry> {
    const { client, changed } = this.#parts;
    const entry = await client.channel(channelId).send(body, options);
    if (entry.state.is !== 'failed')
      this.#onTheirWay = [...this.#onTheirWay.slice(1 - REMEMBERED), { entry, after }];
    changed();
    return entry;
  }

  /** Whether the outbox holds it. */
  holds(entry: OutboxEntry): boolean {
    return this.#parts.client.outbox.entries.includes(entry);
  }

  /**
   * What is to be shown below the messages: without what the log has already though its answer is still on its
   * way, and with what was answered though the log has not come so far.
   */
  unsentIn(channelId: ChannelId, messages: readonly Message[]): readonly OutboxEntry[] {
    const { client, me } = this.#parts;
    const last = messages.at(-1)?.seq ?? 0;
    this.#onTheirWay = this.#onTheirWay.filter(({ entry }) => {
      const { state } = entry;
      if (entry.channelId !== channelId) return state.is === 'pending' || state.is === 'sent';
      return state.is === 'pending' || (state.is === 'sent' && state.as.seq > last);
    });
    const own = this.#onTheirWay.filter(({ entry }) => entry.channelId === channelId);
    const waiting = client.outbox.entries.filter((entry) => entry.channelId === channelId);
    if (waiting.length === 0 && own.length === 0) return [];
    const arrived = new Arrived(messages, me, Math.min(...own.map(({ after }) => after)));
    const sent = own.flatMap(({ entry }) => (entry.state.is === 'sent' ? [entry] : []));
    const pending = waiting.filter((entry) => {
      const from = own.find((one) => one.entry === entry);
      return !(from && entry.state.is === 'pending' && arrived.has(entry.body, from.after));
    });
    return [...sent, ...pending];
  }

  /** The first that was refused there. */
  firstFailed(channelId: ChannelId): OutboxEntry | null {
    const { entries } = this.#parts.client.outbox;
    return (
      entries.find((entry) => entry.channelId === channelId && entry.state.is === 'failed') ?? null
    );
  }
}

/** One's own messages that came after a place, each to be found once. */
class Arrived {
  readonly #left: { readonly seq: number; readonly body: string }[] = [];

  constructor(messages: readonly Message[], me: UserId, after: number) {
    for (let index = messages.length - 1; index >= 0; index -= 1) {
      const message = messages[index];
      if (!message || message.seq <= after) break;
      const { authorId, body, seq } = message;
      if (authorId === me && body !== null) this.#left.unshift({ seq, body });
    }
  }

  has(body: string, after: number): boolean {
    const at = this.#left.findIndex((one) => one.seq > after && one.body === body);
    if (at >= 0) this.#left.splice(at, 1);
    return at >= 0;
  }
}
