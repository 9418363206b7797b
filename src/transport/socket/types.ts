/** The gateway's sockets: what they may receive, and what a connection has proved about itself. */
import type { Server, Socket } from 'socket.io';
import type { Broadcasts } from '../../contract/index.ts';
import type { Origin, ProvedClaims } from '../../kernel/index.ts';

type ToClient = { [E in keyof Broadcasts]: (payload: Broadcasts[E]) => void };
/** Nothing is ever listened to by name: every event goes through the gate. */
type ToServer = Record<string, never>;
/** What other nodes may say: judged by its shape before anything is done with it. */
interface BetweenNodes {
  notice: (notices: unknown) => void;
}

export interface Connection {
  readonly claims: ProvedClaims;
  readonly origin: Origin;
}

export type Gateway = Server<ToServer, ToClient, BetweenNodes, Connection>;
export type ClientSocket = Socket<ToServer, ToClient, BetweenNodes, Connection>;
