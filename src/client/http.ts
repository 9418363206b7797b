/** Calls over HTTP, for the operations that are on no socket; what fails on the way is an outcome, never an exception. */
import { FRAME_BYTES } from '../contract/sizes.ts';
import type { Fetch } from './ports.ts';
import { no, refusalFrom } from './refusals.ts';
import type { Timers } from './timers.ts';
import type { OperationName, Outcome } from './types.ts';

/** The operations that are on no socket, and the one that must work without. */
export const ROUTES = {
  'account.register': 'POST /v1/accounts',
  'export.fetch': 'POST /v1/me/exports/archive',
  'email.verify': 'POST /v1/email-verifications/redeem',
  'password.request-reset': 'POST /v1/password-resets',
  'password.reset': 'POST /v1/password-resets/redeem',
  'receipt.fetch': 'POST /v1/receipts',
  'receipt.keys': 'GET /v1/receipt-keys',
  'session.close': 'DELETE /v1/sessions/current',
  'session.open': 'POST /v1/sessions',
  'session.refresh': 'POST /v1/sessions/refresh',
  'workspace.create': 'POST /v1/workspaces',
} as const satisfies Partial<Record<OperationName, string>>;

export type OnHttp = keyof typeof ROUTES;

/** Answered by bytes, which come for as long as it takes. */
const DOWNLOADS: ReadonlySet<OnHttp> = new Set(['export.fetch']);

/** How long an answer may take; then nobody knows whether the call was carried out. */
const PATIENCE_MS = 15_000;

interface Parts {
  readonly url: string;
  readonly fetch: Fetch;
  readonly timers: Timers;
}

export class Http {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async call(name: OnHttp, input: object, token: string | null): Promise<Outcome<unknown>> {
    const { url, fetch, timers } = this.#parts;
    const [method = '', path = ''] = ROUTES[name].split(' ');
    const body = method === 'POST' ? JSON.stringify(input) : null;
    const query = body === null ? new URLSearchParams({ ...input }).toString() : '';
    if (body !== null && bytesOf(body) > FRAME_BYTES) return no('payload_too_large');
    const headers: Record<string, string> = {};
    if (body !== null) headers['content-type'] = 'application/json';
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    const patience = new AbortController();
    const giveUp = () => patience.abort();
    const callOff = timers.after(PATIENCE_MS, giveUp, giveUp);
    try {
      const { signal } = patience;
      const byCookie = 'delivery' in input && input.delivery === 'cookie';
      // By default a browser adds the cookie that somebody else left, beside the token of the body.
      const credentials = byCookie ? ('include' as const) : ('omit' as const);
      const init = { method, headers, credentials, signal, ...(body !== null && { body }) };
      const target = url.replace(/\/+$/, '') + path + (query && `?${query}`);
      const response = await fetch(target, init);
      if (response.ok && DOWNLOADS.has(name))
        return response.body ? { ok: true, data: response.body } : no('no_answer');
      const answer = await response.json();
      if (response.ok) return { ok: true, data: answer };
      const refusal = refusalFrom(answer);
      return refusal ? { ok: false, refusal } : no('no_answer');
    } catch {
      return no('no_answer'); // lost on the way there or back, or the answer of something that is no Conclave
    } finally {
      callOff();
    }
  }
}

/** How long the text is in UTF-8. */
export function bytesOf(text: string): number {
  // No text has more bytes than three for each of its characters: most need not be encoded to be measured.
  return text.length * 3 <= FRAME_BYTES ? text.length : new TextEncoder().encode(text).length;
}
