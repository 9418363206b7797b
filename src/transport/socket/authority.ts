/** A connection's authority ends with its token: its client is asked for a newer one in time, and closed without one. */
import type { Clock, ProvedClaims } from '../../kernel/index.ts';
import { close } from './rooms.ts';
import type { ClientSocket } from './types.ts';

/** The client is asked when a quarter of the token's time here is left, and 90 seconds before its end at the earliest. */
const LEAD = 0.25;
const LEAD_MS = 90_000;

export class Authorities {
  readonly #clock: Clock;
  readonly #later: (milliseconds: number, task: () => void) => () => void;
  readonly #live = new Map<string, { readonly socket: ClientSocket; callOff: () => void }>();

  constructor(clock: Clock, later: (milliseconds: number, task: () => void) => () => void) {
    this.#clock = clock;
    this.#later = later;
  }

  /** From when a connection is let in until `end`. */
  begin(socket: ClientSocket): void {
    const live = { socket, callOff: (): void => undefined };
    this.#live.set(socket.id, live);
    this.#watch(live);
  }

  /** Never shortens: of two tokens the one counts that expires later. A connection that is gone is left alone. */
  renew(connectionId: string, claims: ProvedClaims): void {
    const live = this.#live.get(connectionId);
    if (!live || live.socket.data.claims.expiresAt >= claims.expiresAt) return;
    live.callOff();
    Object.assign(live.socket.data, { claims });
    this.#watch(live);
  }

  end(socket: ClientSocket): void {
    this.#live.get(socket.id)?.callOff();
    this.#live.delete(socket.id);
  }

  #watch(live: { readonly socket: ClientSocket; callOff: () => void }): void {
    const { socket } = live;
    const left = Math.max(socket.data.claims.expiresAt - this.#clock.now().getTime(), 0);
    const lead = Math.round(Math.min(LEAD_MS, left * LEAD));
    live.callOff = this.#later(left - lead, () => {
      live.callOff = this.#later(lead, () => close(socket, 'token_expired'));
      socket.emit('session.expiring', { expiresInMs: lead });
    });
  }
}
