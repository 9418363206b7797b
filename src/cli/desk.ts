/** What a command works with: the profile, the server it is for, somebody to ask, and the operations it declared. */
import type { Client, InputOf, Me, OperationName, OutputOf, Storage } from '../client/index.ts';
import { createAsk, type Ask } from './ask.ts';
import { dial, type Dialled } from './dial.ts';
import { misused, signedOut } from './failure.ts';
import type { Output } from './output.ts';
import type { OpenScreen } from './screen-port.ts';
import { isInTheClear, serverAddress, USUAL_SERVER } from './server-address.ts';
import type { KeeperAtWork, OpenKeeper } from './keeper-port.ts';
import type { Examine, OpenOperator, OperatorAtWork } from './operator-port.ts';
import { openProfile, type Profile } from './state/profile.ts';
import type { Surroundings } from './surroundings.ts';

/** What may be said with every command. */
export interface Everywhere {
  readonly server: string | undefined;
  readonly profile: string | undefined;
  readonly json: boolean;
}

export interface Desk<C extends OperationName = never> {
  readonly profile: Profile;
  /** The address given, or the one used last; null when there is neither. */
  readonly known: string | null;
  /** The address that is used: the known one, or the usual one. */
  readonly server: string;
  /** From now on this one is used, and by later commands too. */
  moveTo(server: string): void;
  readonly ask: Ask;
  readonly output: Output;
  readonly surroundings: Surroundings;
  readonly openScreen: OpenScreen;
  /** Calls as whoever is signed in. Throws Failure. */
  readonly call: <N extends C>(name: N, input: InputOf<N>) => Promise<OutputOf<N>>;
  /** Whoever is signed in, online. Throws Failure. */
  connected(options?: { readonly outbox?: boolean }): Promise<Connected>;
  /** A client before anybody is signed in. */
  dial(options?: Dial): Dialled;
  /** The server by its own settings, for who operates it. Throws Failure. */
  operator(): Promise<OperatorAtWork>;
  /** The backups of the server, for who operates it. Throws Failure. */
  keeper(): Promise<KeeperAtWork>;
  /** What is wrong with the server, and what is not, by its own settings. */
  examine(options: { readonly production: boolean }): ReturnType<Examine>;
}

interface Dial {
  readonly workspace?: string | undefined;
  /** Another server than the one that is used otherwise. */
  readonly server?: string;
  readonly outbox?: boolean;
  /** In place of the session on disk. */
  readonly tokens?: Storage;
}

export interface Connected {
  readonly client: Client;
  readonly me: Me;
}

/** The desk of one command, and how it is left. */
export interface OpenDesk {
  readonly desk: Desk<OperationName>;
  leave(): Promise<void>;
}

interface DeskParts extends Pick<Desk, 'surroundings' | 'output' | 'openScreen'> {
  readonly openOperator: OpenOperator;
  readonly openKeeper: OpenKeeper;
  readonly examine: Examine;
}

export function openDesk(everywhere: Everywhere, parts: DeskParts): OpenDesk {
  const { surroundings, output, openScreen } = parts;
  const own = lazily(() => ownOf(everywhere, surroundings));
  const operator = lazily(() => parts.openOperator(surroundings));
  let moved: string | null = null;
  const dialled: Dialled[] = [];
  let connecting: Promise<Online> | null = null;

  const online = (options?: Dial): Promise<Online> => {
    connecting ??= connect(desk.dial(options)).catch((error: unknown) => {
      connecting = null; // somebody may sign in and try again
      throw error;
    });
    return connecting;
  };

  const desk: Desk<OperationName> = {
    get profile() {
      return own().profile;
    },
    get known() {
      return own().known;
    },
    get server() {
      return moved ?? own().known ?? USUAL_SERVER;
    },
    moveTo(other) {
      moved = other;
      desk.profile.rememberServer(other);
    },
    operator,
    keeper: () => parts.openKeeper(surroundings),
    examine: (options) => parts.examine(surroundings, options),
    ask: createAsk(surroundings),
    output,
    surroundings,
    openScreen,
    dial({ workspace, server: other = desk.server, outbox = false, tokens } = {}) {
      const { machine } = surroundings;
      const state = desk.profile.at(other);
      const one = dial({
        server: other,
        workspace,
        state,
        machine,
        outbox,
        ...(tokens && { tokens }),
      });
      dialled.push(one);
      return one;
    },
    connected: online,
    async call(name, input) {
      const { line } = await online();
      const outcome = await line.client.call(name, input);
      line.check();
      return line.yes(outcome);
    },
  };

  return {
    desk,
    async leave() {
      for (const one of dialled) await one.close();
      await operator.begun?.then(
        (it) => it.close(),
        () => undefined, // the command has said why it could not be opened
      );
    },
  };
}

/** What was said, or is remembered, of the person; an operator's command needs none of it, and perhaps has no home. */
function ownOf(everywhere: Everywhere, surroundings: Surroundings) {
  const { environment } = surroundings;
  const profile = openProfile(
    everywhere.profile ?? (environment['CONCLAVE_PROFILE'] || 'default'),
    surroundings,
  );
  const named = everywhere.server ?? (environment['CONCLAVE_SERVER'] || profile.server());
  return { profile, known: named === null ? null : serverAddress(named) };
}

/** Made when it is first asked for; `begun` is what was made, if anything was. */
function lazily<T>(make: () => T): { (): T; begun?: T } {
  const once: { (): T; begun?: T } = () => (once.begun ??= make());
  return once;
}

interface Online extends Connected {
  readonly line: Dialled;
}

async function connect(line: Dialled): Promise<Online> {
  await line.online();
  const { client } = line;
  const me = client.me.value;
  if (!me) throw signedOut();
  return { line, client, me };
}

/** Refuses to send a password where anybody on the way can read it. */
export function refuseInTheClear(server: string, insecure: boolean): void {
  if (insecure || !isInTheClear(server)) return;
  throw misused(
    `On the way to ${server} anybody could read the password. Use https, or say --insecure.`,
    'insecure_server',
  );
}
