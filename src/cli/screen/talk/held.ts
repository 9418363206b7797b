/** What moderators did to whoever sits here: told with its reason when it happens, and what holds them as long as it does. */
import type { ChannelId, OutputOf, Unlisten } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import { stretchOf, untilOf } from '../layout/time.ts';
import type { Chat } from './chat.ts';
import { whereIs } from './under-way.ts';

type Act = OutputOf<'moderation.mine'>['acts'][number];

/** As far back as mutes are looked for; the server knows of all of them when something is sent. */
const ACTS = 100;

export class Held {
  readonly #chat: Chat;
  /** Mutes that nobody has ended, by their channels. */
  #mutes: ReadonlyMap<ChannelId, Act> = new Map();
  /** The newest act that was known; null before any was asked for. */
  #last: string | null = null;
  /** What channels were called when something happened there: one may not see them any more. */
  readonly #labels = new Map<ChannelId, string>();
  readonly #explained = new Set<ChannelId>();
  #isReading = false;
  #isStale = false;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  listen(): readonly Unlisten[] {
    const { client } = this.#chat;
    const read = () => {
      if (client.state.value.is === 'online') this.#chat.background(this.#read());
    };
    read();
    return [
      client.state.watch(read),
      client.listen('moderation.acted', ({ channelId }) => {
        this.#labels.set(channelId, whereIs(this.#chat, channelId));
        read();
      }),
    ];
  }

  /** Whether it was said why one is out of that channel; asked once. */
  explains(channelId: ChannelId): boolean {
    return this.#explained.delete(channelId);
  }

  /** What stands above what one writes, while one may not send it: why, and until when. Null where one may. */
  wordsIn(channelId: ChannelId): string | null {
    const { client, now } = this.#chat;
    const mute = this.#muteIn(channelId);
    if (mute) return `You are muted here${untilWords(mute, now())}${whyWords(mute)}`;
    for (const { channelId: id, state } of client.outbox.entries) {
      if (id !== channelId || state.is !== 'pending' || state.refusal?.code !== 'slow_mode')
        continue;
      const wait = (state.retryAt ?? 0) - now();
      if (wait > 0) return `Slow mode: ${stretchOf(wait)} until your next message is sent.`;
    }
    return null;
  }

  /** When a mute in that channel is over; null where there is none that ends by itself. */
  endIn(channelId: ChannelId): number | null {
    return this.#muteIn(channelId)?.until ?? null;
  }

  #muteIn(channelId: ChannelId): Act | null {
    const mute = this.#mutes.get(channelId);
    return mute && (mute.until === null || mute.until > this.#chat.now()) ? mute : null;
  }

  async #read(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isStale) {
      this.#isStale = false;
      const outcome = await this.#chat.client.call('moderation.mine', { limit: ACTS });
      if (outcome.ok) this.#take(outcome.data.acts); // a no is asked again with the next connection
    }
    this.#isReading = false;
  }

  /** The newest first. */
  #take(acts: readonly Act[]): void {
    const before = this.#mutes;
    const mutes = new Map<ChannelId, Act>();
    for (const act of acts)
      if (act.kind === 'mute' && act.endedAt === null && !mutes.has(act.channelId))
        mutes.set(act.channelId, act);
    this.#mutes = mutes;
    const last = this.#last;
    this.#last = acts[0]?.id ?? '';
    if (last !== null)
      for (const act of acts.filter(({ id }) => id > last).reverse()) this.#tell(act);
    for (const channelId of before.keys())
      if (!mutes.has(channelId))
        this.#chat.say('good', `You may write in ${this.#labelOf(channelId)} again.`, false);
    this.#chat.update((state) => ({ ...state }));
  }

  #tell(act: Act): void {
    const { kind, channelId } = act;
    const words = this.#wordsOf(act);
    if (words === null) return;
    if (kind === 'ban' || kind === 'kick') this.#explained.add(channelId);
    this.#chat.say(kind === 'unban' ? 'good' : 'alert', words, false);
  }

  /** Null for what is seen where one writes. */
  #wordsOf(act: Act): string | null {
    const where = this.#labelOf(act.channelId);
    const why = whyWords(act);
    switch (act.kind) {
      case 'mute':
      case 'unmute':
        return null;
      case 'ban':
        return `You are banned from ${where}${untilWords(act, this.#chat.now())}${why}`;
      case 'unban':
        return `You may be in ${where} again: /join it, or be invited.`;
      case 'kick':
        return `A moderator removed you from ${where}${why}`;
      case 'delete':
        return `A moderator deleted ${this.#messageOf(act)} in ${where}${why}`;
      case 'delete-many':
        return `A moderator deletes what you wrote in ${where}${why}`;
    }
  }

  #messageOf({ channelId, messageId }: Act): string {
    const messages = this.#chat.rooms.logOf(channelId)?.messages;
    const message = messages?.findLast(({ id }) => id === messageId);
    return message ? `your message ${message.seq}` : 'a message of yours';
  }

  #labelOf(channelId: ChannelId): string {
    return this.#labels.get(channelId) ?? whereIs(this.#chat, channelId);
  }
}

function untilWords({ until }: Act, now: number): string {
  return until === null ? '' : ` until ${untilOf(until, now)}`;
}

function whyWords({ reason }: Act): string {
  return reason === null ? '.' : `: ${printable(reason)}`;
}
