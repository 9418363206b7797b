/** Somebody who sends each message under one clientId, now on this node and now on that, until there is a definite answer. */
import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import type { ChannelId, ClientId } from '../../src/contract/index.ts';
import type { Line } from './line.ts';
import type { Recorder } from './recorder.ts';
import type { PlannedSend } from './schedule.ts';

/** When no answer counts as none; doubled after each attempt without one, so that a slow server is not asked ever more. */
const PATIENCE_MS = 3_000;
const PATIENCE_AT_MOST_MS = 24_000;
/** Before another attempt after one without an answer, doubled each time up to the most; attempts count under the limit. */
const AGAIN_MS = 200;
const AGAIN_AT_MOST_MS = 3_200;
/** When somebody gives up for good, long after everything healed. */
const GIVES_UP_MS = 90_000;
const NODES = ['A', 'B'] as const;

export interface Message {
  readonly channelId: ChannelId;
  readonly body: string;
}

export class Writer {
  readonly userId: string;
  readonly #recorder: Recorder;
  readonly #lines: readonly [Line, Line];

  constructor(recorder: Recorder, userId: string, lines: readonly [Line, Line]) {
    this.#recorder = recorder;
    this.userId = userId;
    this.#lines = lines;
  }

  async send({ node, resigns, again }: PlannedSend, message: Message): Promise<void> {
    const clientId = v7() as ClientId;
    const other = node === 0 ? 1 : 0;
    const first = this.#until(clientId, message, node, resigns && again === null);
    if (again === 'parallel')
      await Promise.all([first, this.#until(clientId, message, other, false)]);
    else if ((await first) && again === 'serial')
      await this.#until(clientId, message, other, false);
  }

  /** True when it is acknowledged in the end. */
  async #until(
    clientId: ClientId,
    { channelId, body }: Message,
    begin: 0 | 1,
    resigns: boolean,
  ): Promise<boolean> {
    const now = () => this.#recorder.now();
    const deadline = now() + GIVES_UP_MS;
    const author = this.userId;
    let unknown = false;
    let unanswered = 0;
    let node = begin;
    while (now() < deadline) {
      if (!this.#lines[node].connected) node = node === 0 ? 1 : 0;
      const line = this.#lines[node];
      if (!line.connected) {
        await pause(50);
        continue;
      }
      const sent = { clientId, channel: channelId, author, node: NODES[node] };
      this.#recorder.sent({ is: 'invoke', at: now(), ...sent });
      const patience = Math.min(PATIENCE_MS * 2 ** unanswered, PATIENCE_AT_MOST_MS);
      const answer = await line.ask('message.send', { channelId, clientId, body }, patience);
      const at = now();
      if (answer?.ok) {
        const { seq, rev, duplicate = false } = answer.data;
        this.#recorder.sent({ is: 'ok', at, clientId, seq, rev, duplicate });
        return true;
      }
      const { code = 'outcome_unknown', retry = 'later', retryAfterMs = 100 } = answer?.error ?? {};
      if (code === 'outcome_unknown') {
        unknown = true;
        this.#recorder.sent({ is: 'info', at, clientId });
        node = node === 0 ? 1 : 0;
        await pause(Math.min(AGAIN_MS * 2 ** unanswered, AGAIN_AT_MOST_MS));
        unanswered += 1;
        continue;
      }
      if (retry === 'never' || (resigns && !unknown)) {
        // After an attempt without an answer a no is of this attempt alone: the other may yet be stored.
        this.#recorder.sent(
          unknown ? { is: 'info', at, clientId } : { is: 'fail', at, clientId, code },
        );
        return false;
      }
      if (code === 'unavailable') node = node === 0 ? 1 : 0;
      await pause(retryAfterMs);
    }
    this.#recorder.sent({ is: 'info', at: now(), clientId });
    return false;
  }
}
