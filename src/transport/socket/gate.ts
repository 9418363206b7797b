/** Every event of a connection passes here, one after the other; no listener can run beside it. */
import type { Event } from 'socket.io';
import { CALLS_IN_FLIGHT, type Reply } from '../../contract/index.ts';
import { execute, onWire, Refusal, type AnyOperation, type Stages } from '../../kernel/index.ts';
import type { ClientSocket } from './types.ts';

export interface GateOptions {
  /** Operations that can be called on a socket, by name. */
  readonly operations: ReadonlyMap<string, AnyOperation>;
  readonly stages: Stages;
  readonly traceId: () => string;
  /** Hears of events that are no operation at all. */
  readonly unknown: (traceId: string, socket: ClientSocket) => void;
}

/** The calls of one connection that were taken and are not answered yet. */
export interface Queue {
  /** Takes no more calls: they are refused `unavailable`. Resolves when those that were taken are answered. */
  finish(retryAfterMs: number): Promise<void>;
}

type Ack = (reply: Reply<unknown>) => void;

/** Puts the gate before a connection. `socket.use` without `next` keeps order and acks, and keeps nothing else. */
export function gate(socket: ClientSocket, options: GateOptions): Queue {
  let tail: Promise<void> = Promise.resolve();
  let depth = 0;
  let away: number | null = null;
  socket.use((event: Event) => {
    const traceId = options.traceId();
    const { name, payload, ack } = taken(event as readonly unknown[]);
    const no = (refusal: Refusal) => ack?.({ ok: false, error: onWire(refusal, traceId) });
    const operation = typeof name === 'string' ? options.operations.get(name) : undefined;
    if (!operation) {
      options.unknown(traceId, socket);
      no(new Refusal('unknown_operation'));
      return;
    }
    if (payload.length !== 1) {
      no(new Refusal('invalid_input', { detail: [{ path: '', problem: 'one_object_expected' }] }));
      return;
    }
    if (asksForCookie(operation, payload[0])) {
      const detail = [{ path: 'delivery', problem: 'no_cookie_on_sockets' }];
      no(new Refusal('invalid_input', { detail }));
      return;
    }
    if (away !== null) {
      no(new Refusal('unavailable', { retryAfterMs: away }));
      return;
    }
    if (depth >= CALLS_IN_FLIGHT) {
      no(new Refusal('overloaded', { retryAfterMs: 1_000 }));
      return;
    }
    depth += 1;
    tail = tail.then(async () => {
      try {
        if (!socket.connected) return;
        const reply = await call(operation, payload[0], traceId);
        ack?.(reply); // who asked for no answer is served all the same
      } finally {
        depth -= 1;
      }
    });
  });

  const call = (operation: AnyOperation, input: unknown, traceId: string) => {
    const { claims, origin } = socket.data;
    const credential = { kind: 'proved', claims } as const;
    return execute(operation, { input, credential, origin, traceId }, options.stages);
  };

  return {
    finish(retryAfterMs) {
      away = retryAfterMs;
      return tail;
    },
  };
}

/** A yes would leave the cookie where it is: nothing that is said on a socket can take it away. */
function asksForCookie(operation: AnyOperation, input: unknown): boolean {
  const declared = operation.commit === 'grouped' ? undefined : operation.cookie;
  return declared !== undefined && (input as { delivery?: unknown } | null)?.delivery === 'cookie';
}

function taken(event: readonly unknown[]): { name: unknown; payload: unknown[]; ack?: Ack } {
  const [name, ...rest] = event;
  const last = rest.at(-1);
  if (typeof last !== 'function') return { name, payload: rest };
  return { name, payload: rest.slice(0, -1), ack: last as Ack };
}
