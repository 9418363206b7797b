/** Every request counts against its address before anything of it is read, whatever it asks for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, type Admission } from '../../kernel/index.ts';
import { announceAdmission, refuse } from './answer.ts';
import { exchangeOf } from './exchange.ts';

/** What the door counts: probes apart, since a probe that is refused gets the server taken out of service. */
export type DoorName = 'http.request' | 'http.probe';

export interface DoorOptions {
  /** The client's address, from behind declared proxies only. */
  readonly clientAddress: (request: IncomingMessage) => string;
  /** Counts a request of an address. Where the count is kept elsewhere and that is away, it must still answer. */
  readonly admit: (name: DoorName, address: string) => Promise<Admission>;
}

const PROBES = new Set(['/healthz', '/readyz']);

/** Calls `enter` for who may pass and answers the others `rate_limited`. */
export function doorkeeper({ clientAddress, admit }: DoorOptions) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    enter: () => void,
  ): Promise<void> => {
    const name = PROBES.has(request.url ?? '') ? 'http.probe' : 'http.request';
    try {
      const admission = await admit(name, clientAddress(request));
      if (response.destroyed) return; // the client left meanwhile
      announceAdmission(response, admission);
      if (admission.refusal === null) enter();
      else refuse(request, response, admission.refusal);
    } catch (error) {
      exchangeOf(request).fault = error;
      refuse(request, response, new Refusal('internal', { cause: error }));
    }
  };
}
