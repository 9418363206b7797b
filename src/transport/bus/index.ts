/** Tells the other nodes what was committed here, and hears what was committed there; a hint, never the truth. */
import type { Effect } from '../../kernel/index.ts';
import type { Gateway } from '../socket/types.ts';
import { NOTICE, sealedAdapter, type BusClients } from './adapter.ts';
import { inPackets, noticeOf, readNotice, type Notice } from './notices.ts';

export { noticePackets, type BusClients } from './adapter.ts';
export type { Notice } from './notices.ts';

export interface BusOptions extends BusClients {
  /** Hears every notice of another node. */
  readonly heard: (notice: Notice) => void;
  /** Counts what another node sent, sealed, and is no notice. */
  readonly notUnderstood: () => void;
}

/**
 * Joins the other nodes; returns how to tell them of an effect, which neither waits nor throws. What is told in one
 * turn of the event loop, as the calls of a shared commit are, leaves in as few packets as it fits: each is sealed,
 * carried by Redis and opened at a price of its own.
 */
export function joinBus(io: Gateway, options: BusOptions): (effect: Effect) => void {
  const { heard, notUnderstood } = options;
  io.adapter(sealedAdapter(options));
  io.on(NOTICE, (values: unknown) => {
    for (const value of Array.isArray(values) ? (values as unknown[]) : [null]) {
      const notice = readNotice(value);
      if (notice) heard(notice);
      else notUnderstood();
    }
  });
  let turn: Notice[] = [];
  const tell = () => {
    const notices = turn;
    turn = [];
    for (const packet of inPackets(notices)) io.serverSideEmit(NOTICE, packet);
  };
  return (effect) => {
    const notice = noticeOf(effect);
    if (notice && turn.push(notice) === 1) setImmediate(tell);
  };
}
