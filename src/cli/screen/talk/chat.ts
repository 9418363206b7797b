/** The conversation behind the screen: the client's logs and what whoever sits before it does, brought together as frames. */
import type { ChannelId, Client, Message, Unlisten, UserId } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import type { ScreenEnd, ScreenOptions } from '../../screen-port.ts';
import { frameOf, type Frame } from '../layout/frame.ts';
import { settled, type Report } from '../model/queue.ts';
import { neighbour, type Room } from '../model/room.ts';
import { entered, FIRST, seen, type Notice, type ScreenState } from '../model/state.ts';
import type { Size } from '../terminal/terminal.ts';
import { Deleting } from './deleting.ts';
import { factsOf } from './facts.ts';
import { Held } from './held.ts';
import { Names } from './names.ts';
import { listenToNews } from './news.ts';
import { OlderMessages } from './older-messages.ts';
import { Reports } from './reports.ts';
import { Rooms } from './rooms.ts';
import { Sending } from './sending.ts';

export interface ChatEvents {
  /** Something is different: there is a frame to be painted. */
  changed(): void;
  ended(end: ScreenEnd): void;
  /** Something went wrong that nobody could have expected. */
  failed(error: unknown): void;
}

export class Chat {
  readonly client: Client;
  readonly me: UserId;
  readonly rooms: Rooms;
  readonly names: Names;
  readonly reports: Reports;
  readonly sending: Sending;
  readonly held: Held;
  readonly deleting = new Deleting();
  readonly now: () => number;
  readonly options: ScreenOptions;
  readonly #events: ChatEvents;
  readonly older: OlderMessages;
  readonly #unlisten: Unlisten[] = [];
  #state: ScreenState = FIRST;
  /** The name of the workspace, once it is known. */
  title = 'Conclave';
  hasBeenOnline = false;
  /** Where one goes as soon as the list has it. */
  #bound: ChannelId | null = null;
  #isSigningOut = false;
  #frame: Frame | null = null;

  constructor(options: ScreenOptions, events: ChatEvents) {
    const { client, me, marks } = options;
    const now = () => options.now();
    const changed = () => events.changed();
    this.client = client;
    this.me = me.userId;
    this.now = now;
    this.options = options;
    this.#events = events;
    this.names = new Names({ client, me, now, changed });
    this.sending = new Sending({ client, me: me.userId, changed });
    this.older = new OlderMessages({ changed, now });
    this.held = new Held(this);
    this.reports = new Reports({
      client,
      changed: (before) => this.#queueChanged(before),
      failed: (error) => events.failed(error),
    });
    this.rooms = new Rooms({
      client,
      me: me.userId,
      marks,
      nameOf: (userId, channelId) => this.names.nameOf(userId, channelId),
      changed: () => this.#roomsChanged(),
      lost: (channel) => this.#lost(channel),
    });
  }

  get state(): ScreenState {
    return this.#state;
  }

  /** The channel one is in. */
  get room(): Room | null {
    return this.#state.current === null ? null : this.rooms.find(this.#state.current);
  }

  /** The frame that was painted last. */
  get frame(): Frame | null {
    return this.#frame;
  }

  start(): void {
    const { client } = this;
    this.#unlisten.push(
      client.state.watch(() => this.#connectionChanged()),
      client.listen('access.changed', ({ channelId }) => this.rooms.accessChanged(channelId)),
      client.outbox.on('changed', () => this.#roomsChanged()),
      ...[client.readMarks, client.typing, client.deletions].map((one) =>
        one.on('changed', () => this.#events.changed()),
      ),
      ...listenToNews(this),
      ...this.held.listen(),
    );
    client.presence.set('online');
    this.#connectionChanged();
  }

  stop(): void {
    for (const unlisten of this.#unlisten) unlisten();
    this.rooms.close();
    this.names.close();
    this.reports.close();
  }

  update(change: (state: ScreenState) => ScreenState): void {
    const before = this.#state;
    this.#state = change(before);
    if (this.#state !== before) this.#events.changed();
  }

  /** Says something; what is an answer goes when one types on. */
  say(tone: Notice['tone'], text: string, isAnswer = true): void {
    this.update((state) => ({ ...state, notice: { tone, text, isAnswer } }));
  }

  /** Lets it go on by itself; only a bug makes it fail. */
  background(task: Promise<unknown>): void {
    task.catch((error: unknown) => this.#events.failed(error));
  }

  end(end: ScreenEnd): void {
    this.#events.ended(end);
  }

  /** Goes into a channel. What is not listed yet is gone into as soon as it is. */
  async enter(id: ChannelId): Promise<void> {
    if (!this.rooms.find(id)?.isJoined) {
      this.#bound = id;
      await this.rooms.refresh();
    } else this.#enter(id);
  }

  /** Signs out on the server, if it can be reached, and here in any case; then the screen ends. */
  async signOut(): Promise<void> {
    this.#isSigningOut = true;
    this.say('notice', 'Signing out …', false);
    await this.client.signOut();
    this.#events.ended({ reason: 'signed-out' });
  }

  step(by: 1 | -1): void {
    const next = neighbour(this.rooms.mine, this.#state.current, by);
    if (next !== null) this.#enter(next);
  }

  /** What somebody is called, who is or was in that channel. */
  nameIn(userId: UserId, channelId: ChannelId): string {
    const { names, rooms } = this;
    return rooms.find(channelId) ? names.nameOf(userId, channelId) : names.known(userId);
  }

  /** The message of a report as it is now: the log of an open channel knows before the queue is read anew. */
  messageOf({ channelId, messageId, message }: Report): Message | null {
    const here = this.rooms.logOf(channelId)?.messages.findLast(({ id }) => id === messageId);
    return here ?? message;
  }

  /** Everything that is to be seen, in a terminal of that size. */
  draw(size: Size): Frame {
    return (this.#frame = frameOf(factsOf(this, size)));
  }

  /** The frame is on the screen: what it shows has been read, and older messages are read where it comes near them. */
  drawn(frame: Frame): void {
    const { room } = this;
    if (!room || !frame.seen) return;
    const { place, visible } = frame.seen;
    const log = this.rooms.logOf(room.id);
    const { marks } = this.options;
    const markBefore = marks.read(room.id);
    const messages = log?.messages ?? [];
    const lowest = messages[Math.min(visible.last ?? -1, messages.length - 1)];
    if (place !== 'unread' && room.isJoined && lowest && lowest.seq > markBefore)
      marks.write(room.id, lowest.seq);
    const { isAtEnd } = visible;
    const hasUnreadBelow = room.unread > 0;
    this.update((state) => seen(state, { place, isAtEnd, markBefore, hasUnreadBelow }));
    if (log && place !== 'unread') this.older.near(log, visible.first ?? 0, frame.height);
  }

  #enter(id: ChannelId): void {
    const { current } = this.#state;
    if (current !== null && current !== id) this.rooms.go(current);
    this.rooms.come(id);
    const hasUnread = (this.rooms.find(id)?.unread ?? 0) > 0;
    const mark = this.options.marks.read(id);
    this.update((state) => entered(state, id, { mark, hasUnread }));
  }

  #connectionChanged(): void {
    const state = this.client.state.value;
    if (state.is === 'online') {
      this.hasBeenOnline = true;
      this.rooms.accessChanged();
      this.reports.changed();
      this.background(this.#readTitle());
    } else if (state.is === 'signed-out' && !this.#isSigningOut)
      this.end({ reason: 'ended', code: state.because?.code ?? 'signed_out' });
    this.#events.changed();
  }

  async #readTitle(): Promise<void> {
    const outcome = await this.client.call('profile.read', {});
    if (!outcome.ok) return;
    this.title = printable(outcome.data.workspace.name);
    this.#events.changed();
  }

  /** Keeps one in a channel that there is: where one is bound for, or else the first. */
  #roomsChanged(): void {
    const { room } = this;
    const { current } = this.#state;
    const bound = this.#bound;
    if (bound !== null && this.rooms.find(bound)?.isJoined) {
      this.#bound = null;
      this.#enter(bound);
    } else if (!room || (!room.isJoined && room.unsent === 0)) {
      const [first] = this.rooms.mine;
      if (first) this.#enter(first.id);
      else if (current !== null)
        this.update((state) => entered(state, null, { mark: 0, hasUnread: false }));
    }
    this.#events.changed();
  }

  #queueChanged(before: Reports['queued']): void {
    const { queued } = this.reports;
    this.update((state) =>
      state.queue ? { ...state, queue: settled(state.queue, before, queued) } : state,
    );
    this.#events.changed();
  }

  #lost(channel: Room['channel']): void {
    if (this.held.explains(channel.id)) return;
    const name = printable(channel.name);
    this.say('alert', `You are no longer in ${name}: you were removed, or left elsewhere.`, false);
  }
}
