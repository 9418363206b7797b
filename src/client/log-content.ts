/** What a channel log holds: its position, messages and members; every change is applied in order and only once. */
import type { UserId } from '../contract/ids.ts';
import type { Channel, ChannelEvent, ChannelFrame, Member, Message } from '../contract/shapes.ts';
import { MessageWindow } from './message-window.ts';

type SettingsEvent = Extract<ChannelEvent, { readonly kind: 'channel' }>;

/** Where a log stands. */
export interface Position {
  readonly rev: number;
  readonly epoch: number;
}

/** Members held at most; of a larger channel those who came last are missing. */
const MEMBERS = 10_000;
/** Changes of older messages that are set aside while a page of them is read. */
const ASIDE = 1_000;

export class LogContent {
  readonly window: MessageWindow;
  readonly members = new Map<UserId, Member>();
  /** Its position is that at which it was subscribed; what the channel is and one's own role are kept up to date. */
  channel: Channel | null = null;
  position: Position | null = null;
  membersComplete = false;
  /** Messages in the window whose text has to be fetched, by seq. */
  readonly withheld = new Set<number>();
  /** Messages below this place are gone for good. */
  #belowSeq = 0;
  readonly #me: () => UserId | null;
  #aside: Map<number, Message> | null = null;

  constructor(keep: number, me: () => UserId | null) {
    this.#me = me;
    this.window = new MessageWindow(keep);
  }

  /** Forgets the position: everything is read anew. What is shown stays until then. */
  lose(): void {
    this.position = null;
    this.withheld.clear();
  }

  restart(position: Position, messages: readonly Message[], hasOlder: boolean): void {
    this.position = position;
    this.members.clear();
    this.membersComplete = position.rev === 0;
    this.withheld.clear();
    this.#aside = null;
    this.#belowSeq = 0;
    this.window.replace(messages, hasOlder);
  }

  /**
   * Applies what follows on the position and skips what is known. False for a gap: the frame begins later, or is
   * of another incarnation of the channel.
   */
  applyFrame({ epoch, prev, last, events }: ChannelFrame): boolean {
    if (!this.position) return false;
    if (epoch !== this.position.epoch) {
      this.lose();
      return false;
    }
    if (prev > this.position.rev) return false;
    this.applyEvents(events, last);
    return true;
  }

  /** Everything up to `upTo` is in `events` or in what is held. */
  applyEvents(events: readonly ChannelEvent[], upTo: number): void {
    if (!this.position || upTo <= this.position.rev) return;
    const since = this.position.rev;
    for (const event of events) if (event.rev > since) this.#apply(event);
    this.position = { ...this.position, rev: upTo };
  }

  /** From now on changes of messages before the window are kept for `endOlder`. */
  beginOlder(): void {
    this.#aside = new Map();
  }

  /** False when so much changed meanwhile, or the log began anew, that the page has to be read again. */
  endOlder(messages: readonly Message[], hasOlder: boolean): boolean {
    const aside = this.#aside;
    this.#aside = null;
    if (!aside || aside.size >= ASIDE) return false;
    // The page may have been read before they went.
    const left = messages.filter(({ seq }) => seq >= this.#belowSeq);
    this.window.prepend(left, hasOlder && left.length === messages.length);
    for (const message of aside.values()) this.#applyMessage(message);
    this.window.noteReplies(); // the page may have been read before the newest of them came
    return true;
  }

  #apply(event: ChannelEvent): void {
    if (event.kind === 'message') this.#applyMessage(event.message);
    else if (event.kind === 'member') this.#applyMember(event.member);
    else if (event.kind === 'channel') this.#applySettings(event);
    else this.#truncate(event.belowSeq);
  }

  #applySettings({ rev, channel: now }: SettingsEvent): void {
    const { channel } = this;
    if (!channel || rev <= channel.lastRev) return;
    const { kind, name, topic, historyPolicy, readOnly, archived } = now;
    this.channel = { ...channel, kind, name, topic, historyPolicy, readOnly, archived };
  }

  #truncate(belowSeq: number): void {
    this.#belowSeq = Math.max(this.#belowSeq, belowSeq);
    this.window.truncate(belowSeq);
    for (const seq of this.withheld) if (seq < belowSeq) this.withheld.delete(seq);
    for (const seq of this.#aside?.keys() ?? []) if (seq < belowSeq) this.#aside?.delete(seq);
  }

  #applyMessage(message: Message): void {
    if (this.window.isBefore(message)) {
      if (this.#aside && this.#aside.size < ASIDE) this.#aside.set(message.seq, message);
      return;
    }
    this.window.apply(message);
    if (message.thread) this.window.noteReply(message);
    const isWithheld = this.window.get(message.seq)?.content === 'withheld';
    if (isWithheld) this.withheld.add(message.seq);
    else this.withheld.delete(message.seq);
  }

  #applyMember(member: Member): void {
    const { channel } = this;
    if (channel && member.userId === this.#me() && member.rev > channel.lastRev)
      this.channel = { ...channel, role: member.state === 'left' ? null : member.role };
    if (member.state === 'left') this.members.delete(member.userId);
    else if (this.members.size < MEMBERS || this.members.has(member.userId))
      this.members.set(member.userId, member);
    else this.membersComplete = false;
  }
}
