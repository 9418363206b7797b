/** One call from its name to its outcome: on the right transport, with a token that is renewed once if it must be. */
import type { Connection } from './connection.ts';
import { ROUTES, type Http, type OnHttp } from './http.ts';
import type { Link } from './link.ts';
import { no } from './refusals.ts';
import type { Session } from './session.ts';
import type { CallOutcome, InputOf, OperationName, Outcome } from './types.ts';

interface Parts {
  readonly http: Http;
  readonly link: Link;
  readonly session: Session;
  /** Hears of everything that was accepted. */
  readonly answered: (name: OperationName, data: unknown) => void;
}

export class Calls {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Resolves with what the server said, or with a local refusal; never rejects. */
  async call<N extends OperationName>(name: N, input: InputOf<N>): Promise<CallOutcome<N>> {
    const send = isOnHttp(name) ? this.#overHttp(name, input) : this.#overSocket(name, input);
    const outcome = (await this.#authorised(send)) as CallOutcome<N>;
    if (outcome.ok) this.#parts.answered(name, outcome.data);
    return outcome;
  }

  /** The same for what is on both: over HTTP, whether or not there is a connection. */
  overHttp(name: OnHttp, input: object): Promise<Outcome<unknown>> {
    return this.#authorised(this.#overHttp(name, input));
  }

  async #authorised(send: Send): Promise<Outcome<unknown>> {
    const { session } = this.#parts;
    const first = await send();
    const { outcome, token } = first;
    if (outcome.ok || outcome.refusal.retry !== 'reauthenticate' || token === null) return outcome;
    const renewal = await session.renew(token);
    if (renewal === 'ended') return no('signed_out');
    return renewal === 'failed' ? no('unreachable') : (await send()).outcome;
  }

  #overHttp(name: OnHttp, input: object): Send {
    const { http, session } = this.#parts;
    return async () => {
      const token = OPEN.has(name) ? null : session.token; // what needs none renews none
      return { outcome: await http.call(name, input, token), token };
    };
  }

  #overSocket(name: OperationName, input: object): Send {
    const { link, session } = this.#parts;
    return async () => {
      const author = session.me?.userId;
      if (author === undefined) return { outcome: no('signed_out'), token: null };
      const connection: Connection | null = await link.connection();
      // Whoever signed in meanwhile must not say what somebody else meant to.
      if (session.me?.userId !== author) return { outcome: no('signed_out'), token: null };
      if (!connection) return { outcome: no('unreachable'), token: null };
      const { token } = connection; // before the answer: a newer one may be brought meanwhile
      return { outcome: await connection.send(name, input), token };
    };
  }
}

type Send = () => Promise<{ readonly outcome: Outcome<unknown>; readonly token: string | null }>;

/** They are asked by whoever is not signed in: a token has no part in them. */
const OPEN: ReadonlySet<OnHttp> = new Set([
  'account.register',
  'email.verify',
  'password.request-reset',
  'password.reset',
  'receipt.fetch',
  'session.open',
  'session.refresh',
  'workspace.create',
]);

function isOnHttp(name: OperationName): name is OnHttp {
  return name in ROUTES && name !== 'session.close';
}
