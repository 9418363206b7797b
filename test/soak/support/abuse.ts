/** People who do not keep to a limit, and what they were let do: their own messages, and other people's passwords. */
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { ChannelId, Client, ClientId } from 'conclave/client';
import type { NodeProcess } from '../../support/node-process.ts';
import { signInRefusal, type Credentials } from '../../support/two-processes.ts';

/** Sends twenty messages a second and waits for no answer. */
export class Flood {
  attempts = 0;
  /** From when to when each message that was taken was on its way: in between, it was counted. */
  readonly #taken: { readonly begun: number; readonly acked: number }[] = [];
  readonly #codes = new Set<string>();
  readonly #underWay: Promise<void>[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(client: Client, channelId: ChannelId) {
    this.#timer = setInterval(() => this.#underWay.push(this.#send(client, channelId)), 50).unref();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  /** How many messages were certainly taken within any stretch of that many milliseconds, at most. */
  mostWithin(milliseconds: number): number {
    const counts = this.#taken.map(
      ({ begun: from }) =>
        this.#taken.filter(({ begun, acked }) => begun >= from && acked < from + milliseconds)
          .length,
    );
    return Math.max(0, ...counts);
  }

  /** Codes of the refusals. */
  get codes(): readonly string[] {
    return [...this.#codes];
  }

  async #send(client: Client, channelId: ChannelId): Promise<void> {
    this.attempts += 1;
    const begun = performance.now();
    const input = { channelId, clientId: v7() as ClientId, body: `flood ${this.attempts}` };
    const outcome = await client.call('message.send', input);
    if (outcome.ok) this.#taken.push({ begun, acked: performance.now() });
    else this.#codes.add(outcome.refusal.code);
  }
}

/** Tries a wrong password on each node four times a second. */
export class Guesses {
  /** Guesses that were judged, and not refused for their number, on node A and on node B. */
  readonly judged: [number, number] = [0, 0];
  attempts = 0;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;

  constructor(nodes: readonly [NodeProcess, NodeProcess], victim: Credentials) {
    const guess = { ...victim, password: 'Not-The-Password-1' };
    this.#running = this.#run(nodes, guess);
  }

  async end(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(nodes: readonly [NodeProcess, NodeProcess], guess: Credentials): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      for (const i of [0, 1] as const) {
        this.attempts += 1;
        if ((await signInRefusal(nodes[i], guess)) !== 'rate_limited') this.judged[i] += 1;
      }
      await pause(250);
    }
  }
}
