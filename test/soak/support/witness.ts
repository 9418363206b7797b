/** What a plain socket was shown and when: every frame, what the server said before it closed, and how it ended. */
import type { ChannelFrame, ChannelId, Closing } from 'conclave/client';
import { eventually } from '../../support/bootstrap-clone.ts';
import type { Connection } from '../../support/connection.ts';

interface Shown {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  readonly frame: ChannelFrame;
}

export class Witness {
  readonly #connection: Connection;
  readonly #frames: Shown[] = [];
  #closing: Closing | null = null;
  #ended: { readonly at: number; readonly reason: string } | null = null;

  constructor(connection: Connection) {
    const { socket } = connection;
    this.#connection = connection;
    socket.on('channel.events', (frame: ChannelFrame) => {
      this.#frames.push({ at: performance.now(), frame });
    });
    socket.on('connection.closing', (closing: Closing) => (this.#closing = closing));
    socket.on('disconnect', (reason) => (this.#ended = { at: performance.now(), reason }));
  }

  /** Resolves with the moment at which it was shown the channel up to this revision or further. */
  async comesTo(channelId: ChannelId, rev: number): Promise<number> {
    const cameTo = () => this.#of(channelId).find(({ frame }) => frame.last >= rev)?.at;
    await eventually(`a socket is shown revision ${rev}`, () => cameTo() !== undefined);
    return cameTo() ?? Infinity;
  }

  /** Everything of the channel that was committed after this revision and shown all the same. */
  later(channelId: ChannelId, rev: number): ChannelFrame[] {
    return this.#of(channelId).flatMap(({ frame }) => (frame.last > rev ? [frame] : []));
  }

  /** Bodies of the channel, as they came. */
  bodies(channelId: ChannelId): (string | null)[] {
    return this.#of(channelId)
      .flatMap(({ frame }) => frame.events)
      .flatMap((event) => (event.kind === 'message' ? [event.message.body] : []));
  }

  /** Up to which revision of the channel it was shown frames. */
  position(channelId: ChannelId): number | undefined {
    return this.#of(channelId).at(-1)?.frame.last;
  }

  /** When it was last shown anything of the channel. */
  lastShown(channelId: ChannelId): number | undefined {
    return this.#of(channelId).at(-1)?.at;
  }

  /** Resolves when all that the server sent before now has arrived; at once if the connection has ended. */
  async settled(): Promise<void> {
    if (this.#ended === null) await this.#connection.settled();
  }

  async ends(): Promise<number> {
    await eventually('a socket is closed', () => this.#ended !== null);
    return this.#ended?.at ?? Infinity;
  }

  /** In words, for who reads the figures. */
  get end(): string {
    const said = this.#closing ? `connection.closing ${this.#closing.code}` : 'no closing';
    return this.#ended ? `${said}, then ${this.#ended.reason}` : 'still open';
  }

  #of(channelId: ChannelId): Shown[] {
    return this.#frames.filter(({ frame }) => frame.channelId === channelId);
  }
}
