/** The conversation behind the screen: the client's logs and what whoever sits before it does, brought together as frames. */
import type { ChannelId, Client, Unlisten, UserId } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import type { ScreenEnd, ScreenOptions } from '../../screen-port.ts';
import { frameOf, type Frame } from '../layout/frame.ts';
import { looselyNamed } from '../model/matching.ts';
import { neighbour, type Room } from '../model/room.ts';
import { entered, FIRST, seen, type Notice, type ScreenState } from '../model/state.ts';
import { placeBelow, scrolled } from '../layout/viewport.ts';
import type { Size } from '../terminal/terminal.ts';
import { factsOf } from './facts.ts';
import { Names } from './names.ts';
import { OlderMessages } from './older-messages.ts';
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
  readonly sending: Sending;
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

  /** What the quick switcher finds: of everything, what has something unread first. */
  get finds(): Room[] {
    const { picker } = this.#state;
    if (!picker) return [];
    const rooms = this.rooms.mine.filter(({ id }) => id !== this.#state.current);
    const fresh = [...rooms].sort((a, b) => Number(b.unread > 0) - Number(a.unread > 0));
    return looselyNamed(picker.query.text.replace(/^[#*@]/u, ''), fresh);
  }

  start(): void {
    const { client } = this;
    this.#unlisten.push(
      client.state.watch(() => this.#connectionChanged()),
      client.listen('access.changed', ({ channelId }) => this.rooms.accessChanged(channelId)),
      client.outbox.on('changed', () => this.#roomsChanged()),
      client.readMarks.on('changed', () => this.#events.changed()),
      client.typing.on('changed', () => this.#events.changed()),
    );
    client.presence.set('online');
    this.#connectionChanged();
  }

  stop(): void {
    for (const unlisten of this.#unlisten) unlisten();
    this.rooms.close();
    this.names.close();
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

  /** By so many lines, or to an end; down from the newest there is nothing. */
  scroll(by: number | 'begin' | 'end'): void {
    const { seen: shown, height } = this.#frame ?? { seen: null, height: 0 };
    if (!shown) return;
    const { timeline } = shown;
    this.update((state) => {
      const from = state.place === 'unread' ? shown.place : state.place;
      if (from === 'unread') return state;
      if (by === 'end') return { ...state, place: 'end' };
      if (by === 'begin') return { ...state, place: placeBelow(timeline, 0, height) };
      return { ...state, place: scrolled(timeline, from, height, by) };
    });
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

  nameOf(userId: UserId): string {
    const { current } = this.#state;
    return current === null ? '' : this.names.nameOf(userId, current);
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

  /** Milliseconds until something that is shown is different by time alone; null when nothing is. */
  get nextTick(): number | null {
    const isCounting = this.client.outbox.entries.some(
      ({ channelId, state }) =>
        channelId === this.#state.current && state.is === 'pending' && state.retryAt !== null,
    );
    return isCounting ? 1_000 : null;
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

  #lost(channel: Room['channel']): void {
    const name = printable(channel.name);
    this.say('alert', `You are no longer in ${name}: you were removed, or left elsewhere.`, false);
  }
}
