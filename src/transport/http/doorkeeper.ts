/** Every request counts against its address before anything of it is read, whatever it asks for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { rateLimit, type AugmentedRequest, type Store } from 'express-rate-limit';
import { Refusal, type HitStore } from '../../kernel/index.ts';
import { refuse } from './answer.ts';
import { exchangeOf } from './exchange.ts';

/** What the door counts: probes apart, since a probe that is refused gets the server taken out of service. */
export type DoorName = 'http.request' | 'http.probe';

export interface DoorRow extends HitStore {
  /** Requests allowed in one window. */
  readonly calls: number;
  /** Length of the window. */
  readonly milliseconds: number;
}

export interface DoorOptions {
  /** The client's address, from behind declared proxies only. */
  readonly clientAddress: (request: IncomingMessage) => string;
  readonly door: {
    /** What stands for an address where it is counted: the same for all addresses of one client. */
    readonly keyOf: (address: string) => string;
    /** Where a count is kept elsewhere and that is away, it must still answer. */
    readonly rows: Readonly<Record<DoorName, DoorRow>>;
  };
  /** The clock of this machine, by which express-rate-limit counts seconds. */
  readonly machineTime: () => Date;
  /** Hears, once each, of what express-rate-limit finds wrong with how it is used. */
  readonly misused: (cause: unknown) => void;
}

const PROBES = new Set(['/healthz', '/readyz']);
const SECOND = 1_000;

/** Asked by whoever watches the server, from beside it. */
export const isProbe = ({ url = '' }: IncomingMessage): boolean => PROBES.has(url);

/** Calls `enter` for who may pass and answers the others `rate_limited`. */
export function doorkeeper(options: DoorOptions) {
  const doors = {
    'http.request': doorOf('http.request', options),
    'http.probe': doorOf('http.probe', options),
  };
  return (request: IncomingMessage, response: ServerResponse, enter: () => void): void => {
    const pass = (fault?: unknown): void => {
      if (fault !== undefined) {
        exchangeOf(request).fault = fault;
        refuse(request, response, new Refusal('internal', { cause: fault }));
      } else if (!response.destroyed) enter(); // else the client left meanwhile
    };
    const name = isProbe(request) ? 'http.probe' : 'http.request';
    // All that express-rate-limit needs of Express, which comes after the door: switching to its prototypes
    // already here would cost a refusal as much again as it costs.
    const told = Object.assign(response, {
      append: (field: string, value: string) => response.appendHeader(field, value),
    });
    void doors[name](request as Request, told as unknown as Response, pass as NextFunction);
  };
}

function doorOf(name: DoorName, options: DoorOptions) {
  const { clientAddress, door, machineTime, misused } = options;
  const { calls, milliseconds } = door.rows[name];
  return rateLimit({
    windowMs: milliseconds,
    limit: calls,
    identifier: name,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => door.keyOf(clientAddress(request)),
    store: storeOf(door.rows[name], machineTime),
    handler(request, response) {
      const { resetTime } = (request as AugmentedRequest)['rateLimit'] ?? {};
      const retryAfterMs = Math.max(0, Number(resetTime) - machineTime().getTime());
      const detail = { bucket: name, by: 'address', windowMs: milliseconds };
      refuse(request, response, new Refusal('rate_limited', { detail, retryAfterMs }));
    },
    // Its list of all stores would keep each of ours, and what it counts in, for the life of the process.
    validate: { unsharedStore: false },
    logger: { warn: misused, error: misused },
  });
}

/** The port as express-rate-limit wants it. What counts back or forgets is for options that are not in use here. */
function storeOf(row: DoorRow, machineTime: () => Date): Store {
  const unused = (): never => {
    throw new Error('a hit is counted once and stays');
  };
  return {
    async increment(key) {
      const { hits, resetMs } = await row.hit(key);
      // Whole seconds, so that headers and body, each reckoned a moment later than the last, name the same number.
      const seconds = Math.ceil(resetMs / SECOND);
      return { totalHits: hits, resetTime: new Date(machineTime().getTime() + seconds * SECOND) };
    },
    decrement: unused,
    resetKey: unused,
  };
}
