/** Messages at a steady pace from many people in turn, each under one clientId until it is acknowledged, none forgotten. */
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { ChannelId, Client, ClientId } from 'conclave/client';

/** One message, from when it was first sent (milliseconds of the monotonic clock) to its acknowledgement. */
export interface Post {
  readonly body: string;
  readonly begun: number;
  readonly by: Client;
  acked: { readonly seq: number; readonly rev: number; readonly at: number } | null;
}

/** How often the pace is looked after. */
const TICK_MS = 5;

/** Sends whether or not the last one was answered: a server that slows down does not slow down who writes. */
export class Pace {
  /** By body, in the order of sending. */
  readonly posts = new Map<string, Post>();
  /** Refusals on the way, by code: each was followed by another attempt. */
  readonly refusals = new Map<string, number>();
  readonly #channelId: ChannelId;
  readonly #senders: readonly Client[];
  readonly #interval: number;
  readonly #name: string;
  readonly #underWay = new Set<Promise<void>>();
  readonly #failures: Error[] = [];
  #timer: NodeJS.Timeout | undefined;
  #began = 0;

  constructor(channelId: ChannelId, senders: readonly Client[], perSecond: number, name = 'm') {
    this.#channelId = channelId;
    this.#senders = senders;
    this.#interval = 1_000 / perSecond;
    this.#name = name;
  }

  begin(): this {
    this.#began = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
    return this;
  }

  /** Resolves when everything that was sent is acknowledged. Throws when something was refused for good. */
  async end(): Promise<readonly Post[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    const [failure] = this.#failures;
    if (failure) throw failure;
    return [...this.posts.values()];
  }

  /** Sends for so many milliseconds, then waits for the answers. */
  async during(milliseconds: number): Promise<readonly Post[]> {
    this.begin();
    await pause(milliseconds);
    return this.end();
  }

  #tick(): void {
    if (this.#failures.length > 0) clearInterval(this.#timer);
    const due = Math.floor((performance.now() - this.#began) / this.#interval);
    while (this.posts.size < due) {
      const by = this.#senders[this.posts.size % this.#senders.length];
      if (!by) return;
      const body = `${this.#name}${this.posts.size}`;
      const post: Post = { body, begun: performance.now(), by, acked: null };
      this.posts.set(body, post);
      const sending = this.#send(post)
        .catch((error: unknown) => this.#failures.push(error as Error))
        .then(() => void this.#underWay.delete(sending));
      this.#underWay.add(sending);
    }
  }

  async #send(post: Post): Promise<void> {
    const input = { channelId: this.#channelId, clientId: v7() as ClientId, body: post.body };
    for (;;) {
      const outcome = await post.by.call('message.send', input);
      if (outcome.ok) {
        const { seq, rev } = outcome.data;
        post.acked = { seq, rev, at: performance.now() };
        return;
      }
      const { code, retry, retryAfterMs } = outcome.refusal;
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
      const final = retry === 'never' || post.by.state.value.is === 'offline';
      if (final) throw new Error(`${post.body} was refused for good: ${code}`);
      await pause(retryAfterMs ?? 100);
    }
  }
}
