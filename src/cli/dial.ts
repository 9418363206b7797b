/** The client of one command: says at once when nothing answers, and ends without losing a refresh that is under way. */
import {
  createClient,
  memoryStorage,
  type Because,
  type Client,
  type Fetch,
  type Outcome,
  type Refused,
  type Storage,
} from '../client/index.ts';
import { Failure, refusedWith, signedOut, unreachable } from './failure.ts';
import { titleOf } from './sentences.ts';
import type { ServerState } from './state/profile.ts';
import type { Machine } from './surroundings.ts';

/** How long a command waits to be online; after that a person wants to know. */
const ONLINE_MS = 15_000;
/** How long the end of a command waits for a refresh: what the server renewed must be written. */
const LAST_MS = 3_000;

export interface Dialled {
  readonly client: Client;
  readonly server: string;
  /** Takes up the session and resolves when the client is online. Throws Failure. */
  online(): Promise<void>;
  /** The data. Throws what `no` makes of a refusal. */
  yes<T>(outcome: Outcome<T, string>): T;
  /** A refusal as a Failure, which says whether the server was reached at all. */
  no(refusal: Refused<string>): Failure;
  /** Why the last request got no answer; null if it got one. */
  lost(): Failure | null;
  /** Throws what went wrong with the files of the session. */
  check(): void;
  close(): Promise<void>;
}

export interface Dialling {
  readonly server: string;
  readonly workspace: string | undefined;
  readonly state: ServerState;
  readonly machine: Machine;
  /** Takes up what an earlier command left unsent. */
  readonly outbox: boolean;
  /** In place of the session on disk. */
  readonly tokens?: Storage;
}

export function dial(dialling: Dialling): Dialled {
  const { server, workspace, state, machine, outbox } = dialling;
  const troubles: Error[] = [];
  let lost: Failure | null = null;
  let refreshing: Promise<unknown> = Promise.resolve();

  const fetching: Fetch = async (url, init) => {
    try {
      // A password must not follow a redirection to somewhere else.
      const response = await fetch(url, { ...init, redirect: 'error' });
      lost = null;
      return response;
    } catch (error) {
      lost = unreachable(whyLost(error, server));
      throw error;
    }
  };
  const client = createClient({
    url: server,
    ...(workspace !== undefined && { workspace }),
    tokens: dialling.tokens ?? state.tokens,
    device: state.device,
    storage: outbox ? state.drafts : memoryStorage(),
    alone: (work) => {
      const running = state.alone(work);
      refreshing = running.catch(() => undefined);
      return running;
    },
    fetch: fetching,
    now: () => machine.now(),
    later: (milliseconds, task) => machine.later(milliseconds, task),
    failed: (error) => troubles.push(error instanceof Error ? error : new Error('unknown')),
  });

  const check = () => {
    const [trouble] = troubles;
    if (trouble) throw trouble;
  };

  const no = (refusal: Refused<string>) =>
    refusal.code === 'no_answer' && lost ? lost : refusedWith(refusal);

  return {
    client,
    server,
    check,
    lost: () => lost,
    async online() {
      const began = await client.connect();
      check();
      if (began.is === 'signed-out') throw signedOut();
      // The connection is what counts; that nothing answers is known before it gives up.
      const nothing = reach(server).then(() => new Promise<never>(() => undefined));
      await Promise.race([isOnline(client, machine), nothing]);
    },
    yes(outcome) {
      if (outcome.ok) return outcome.data;
      throw no(outcome.refusal);
    },
    no,
    async close() {
      await new Promise<void>((resolve) => {
        const callOff = machine.later(LAST_MS, resolve);
        const told = client.state.value.is === 'online' ? client.readMarks.flush() : null;
        void Promise.allSettled([refreshing, told]).then(() => {
          callOff();
          resolve();
        });
      });
      client.close();
    },
  };
}

function isOnline(client: Client, machine: Machine): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      unlisten();
      callOff();
      act();
    };
    const look = () => {
      const state = client.state.value;
      if (state.is === 'online') settle(resolve);
      else if (state.is !== 'connecting') settle(() => reject(endOf(state)));
    };
    const late = () => settle(() => reject(unreachable('The server does not answer.')));
    const callOff = machine.later(ONLINE_MS, late);
    const unlisten = client.state.watch(look);
    look();
  });
}

/** What ended the connection for good, as a Failure. */
export function endOf({
  is,
  because,
}: {
  readonly is: 'offline' | 'signed-out';
  readonly because: Because | null;
}): Failure {
  if (is === 'signed-out')
    return because ? signedOut(titleOf(because.code), because.code) : signedOut();
  if (because && 'retry' in because) return refusedWith(because);
  return because
    ? new Failure({ exit: 'refused', code: because.code, sentence: titleOf(because.code) })
    : unreachable('The connection was closed.');
}

/** Resolves when anything answers at the address, whatever it says. Throws Failure `unreachable`. */
export async function reach(server: string): Promise<void> {
  try {
    const answer = await fetch(`${server}/healthz`, { redirect: 'manual' });
    await answer.body?.cancel();
  } catch (error) {
    throw unreachable(whyLost(error, server));
  }
}

function whyLost(error: unknown, server: string): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (code === 'ECONNREFUSED') return `Nothing answers at ${server}. npm start starts a server.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `There is no ${server} on the network.`;
  if (/CERT|SIGNATURE|SSL|TLS/.test(code))
    return `${server} cannot prove that it is the one it says it is (${code}).`;
  if (cause instanceof Error && cause.message.includes('redirect'))
    return `${server} sends on to another address. Use that one, if it is the right one.`;
  return `${server} cannot be reached${code === '' ? '' : ` (${code})`}.`;
}
