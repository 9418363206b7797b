/** No address opens sockets without end: attempts and open connections are counted before the engine sees either. */
import { ServerResponse, type IncomingMessage } from 'node:http';
import { networkOf, Refusal, type Entropy } from '../../kernel/index.ts';
import { noPlace, type Turnstile } from '../turnstile.ts';
import { turnAway } from './admission.ts';

export interface DoorOptions {
  readonly clientAddress: (request: IncomingMessage) => string;
  /** Counts an attempt of an address to connect: null, or the no. Never rejects. */
  readonly admit: (address: string) => Promise<Refusal | null>;
  /** Upgraded connections that one address (IPv6: one /64) may have on this node. */
  readonly socketsPerAddress: number;
  /** Lets those in who may pass, one after the other. */
  readonly soon: Turnstile;
  readonly entropy: Entropy;
}

/** What whoever has too many connections open is told to wait; when one of them closes is not ours to know. */
const RETRY_MS = 10_000;

/**
 * An engine middleware, to be the first: it answers 429, or 503 where nobody finds a place, with a problem document, or lets the next one look. `open`
 * holds how many connections each network has, and nothing of a network that has none.
 */
export function doorkeeper(
  options: DoorOptions,
  traceId: () => string,
  refused: Refused,
  open = new Map<string, number>(),
) {
  return (request: IncomingMessage, response: unknown, next: () => void): void => {
    const { socket } = request;
    const plain = response instanceof ServerResponse ? response : null;
    const address = options.clientAddress(request);
    const turn = (refusal: Refusal) => {
      const trace = traceId();
      refused(refusal, trace);
      turnAway(request, plain, refusal.code, trace, refusal);
    };
    if (!plain) {
      // Node has let go of the connection: a reset while the count is awaited would end the process.
      socket.on('error', ignore);
      const network = networkOf(address);
      const count = open.get(network) ?? 0;
      if (count >= options.socketsPerAddress) {
        turn(
          new Refusal('rate_limited', {
            detail: { bucket: 'socket.connections', by: 'address' },
            retryAfterMs: RETRY_MS,
          }),
        );
        return;
      }
      open.set(network, count + 1);
      socket.once('close', leaving(open, network));
    }
    void options.admit(address).then((refusal) => {
      const enter = () => {
        if (!socket.destroyed) next();
      };
      if (refusal) turn(refusal);
      else if (!options.soon(enter)) turn(noPlace(options.entropy));
    });
  };
}

// Made out here, so that they keep nothing of the request as long as the connection lasts.
const ignore = (): void => undefined;
const leaving = (open: Map<string, number>, network: string) => (): void => {
  const left = (open.get(network) ?? 1) - 1;
  if (left > 0) open.set(network, left);
  else open.delete(network);
};

type Refused = (refusal: Refusal, traceId: string) => void;
