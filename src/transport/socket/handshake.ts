/** Lets a connection in on a valid access token of a live session, and on nothing else. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { onWire, Refusal, type Origin, type ProvedClaims } from '../../kernel/index.ts';
import type { HandshakeQueue } from './handshake-queue.ts';
import type { ClientSocket } from './types.ts';

/** What a client sends as `auth` when it connects; unknown keys are refused. */
const Auth = z.strictObject({ token: z.string().min(1).max(8_192) });

export interface HandshakeOptions {
  /** Verifies the token, that its session is live and that it counts at this host; throws Refusal. */
  readonly prove: (token: string, host: string | undefined) => Promise<ProvedClaims>;
  /** Where handshakes wait to be proved, if there is a place. */
  readonly queue: HandshakeQueue;
  readonly originOf: (request: IncomingMessage) => Origin;
  readonly traceId: () => string;
  readonly refused: (refusal: Refusal, origin: Origin, traceId: string) => void;
}

/**
 * A namespace middleware: nothing of the connection exists for others before it has passed. A connection has one
 * try: several at once would each get an identity of their own, and a refused one would guess on.
 */
export function handshake({ prove, queue, originOf, traceId, refused }: HandshakeOptions) {
  const tried = new WeakSet<object>();
  return (socket: ClientSocket, next: (error?: Error) => void): void => {
    const origin = originOf(socket.request);
    const again = tried.has(socket.conn);
    tried.add(socket.conn);
    const { conn } = socket;
    const applicant = {
      isThere: () => conn.readyState === 'open',
      onceGone: (heard: () => void) => {
        conn.once('close', heard);
        return () => void conn.off('close', heard);
      },
    };
    /** False when nobody is there any more. */
    const enter = async () => {
      if (again) throw new Refusal('invalid_input');
      const auth = Auth.safeParse(socket.handshake.auth);
      if (!auth.success) throw new Refusal('unauthenticated');
      const claims = await queue.pass(applicant, () => prove(auth.data.token, origin.host));
      if (!claims) return false;
      Object.assign(socket.data, { claims, origin: { ...origin, connectionId: socket.id } });
      return true;
    };
    enter().then(
      (isThere) => (isThere ? next() : next(new Error('gone'))), // which lets go of what is kept of it
      (error: unknown) => {
        const refusal =
          error instanceof Refusal ? error : new Refusal('internal', { cause: error });
        const trace = traceId();
        refused(refusal, origin, trace);
        next(Object.assign(new Error(refusal.code), { data: onWire(refusal, trace) }));
        if (again) conn.close();
        // It would hold a connection until its time to connect is over; the answer leaves first.
        else if (refusal.code === 'overloaded') setImmediate(() => conn.close());
      },
    );
  };
}
