/** The ways in: asks what is missing, signs in or registers, and keeps the session; the same for scripts and people. */
import { memoryStorage, type Me, type Outcome, type Refused } from '../client/index.ts';
import { codeFrom, passwordFrom, wanted, type SecretSource } from './credentials.ts';
import { refuseInTheClear, type Desk } from './desk.ts';
import { reach, type Dialled } from './dial.ts';
import { refusedWith, type Failure } from './failure.ts';
import { secondsOf, sentenceOf } from './sentences.ts';
import { serverAddress, USUAL_SERVER } from './server-address.ts';

export interface Entering extends SecretSource {
  readonly email: string | undefined;
  readonly workspace: string | undefined;
  readonly insecure: boolean;
}

export interface Registering extends Entering {
  readonly name: string | undefined;
  readonly codeFile: string | undefined;
}

/** Who is signed in now, and where. */
export interface Entered extends Me {
  readonly email: string;
  readonly server: string;
  readonly profile: string;
}

/** Attempts of somebody who types a password; the server counts them too. */
const ATTEMPTS = 3;
/** A person waits that long for a limit; a script is told at once. */
const PATIENCE_MS = 90_000;
/** The key under which the client keeps it. */
const SESSION = 'session';
/** The longest name of a device that the server takes. */
const DEVICE_CHARACTERS = 100;

export async function signIn(entering: Entering, desk: Desk): Promise<Entered> {
  const { ask } = desk;
  const server = await serverFor(entering, desk, { asked: false });
  const before = await sessionAt(server, desk);
  const line = desk.dial({ server, workspace: entering.workspace });
  const email = await wanted(entering.email, 'E-mail', '--email', { ask });
  for (let attempt = 1; ; attempt += 1) {
    const password = await passwordFrom(entering, asking(desk), { isNew: false });
    const outcome = await open(line, { email, password }, desk);
    if (outcome.ok) return entered(outcome.data, { email, line, before }, desk);
    const { refusal } = outcome;
    if (!isTyped(entering, desk) || refusal.code !== 'invalid_credentials' || attempt === ATTEMPTS)
      throw noTo(refusal, line);
    ask.tell(sentenceOf(refusal));
  }
}

/** `isFirst`: with the set-up code that a new server prints, for its first admin. */
export async function signUp(
  entering: Registering,
  desk: Desk,
  { isFirst }: { readonly isFirst: boolean },
): Promise<Entered> {
  const { ask } = desk;
  const server = await serverFor(entering, desk, { asked: isFirst });
  const before = await sessionAt(server, desk);
  const line = desk.dial({ server, workspace: entering.workspace });
  const code = (question: string) => codeFrom(entering.codeFile, question, ask);
  let invitation = isFirst
    ? await code('Set-up code that npm start printed')
    : entering.codeFile === undefined
      ? undefined
      : await code('Invitation');
  const email = await wanted(entering.email, 'E-mail', '--email', { ask });
  const displayName = await wanted(entering.name, 'Name, as others see it', '--name', { ask });
  for (;;) {
    const password = await passwordFrom(entering, asking(desk), { isNew: true });
    const application = { email, password, displayName };
    const outcome = await patiently(desk, () =>
      line.client.register({ ...application, ...(invitation !== undefined && { invitation }) }),
    );
    if (outcome.ok) {
      const opened = await open(line, { email, password }, desk);
      if (opened.ok) return entered(opened.data, { email, line, before }, desk);
      const isTaken = opened.refusal.code === 'invalid_credentials';
      throw isTaken ? taken(opened.refusal) : noTo(opened.refusal, line);
    }
    const { refusal } = outcome;
    const { code: reason } = refusal;
    if (reason === 'password_policy' && isTyped(entering, desk)) ask.tell(sentenceOf(refusal));
    else if (reason === 'registration_closed') {
      if (!ask.possible || entering.codeFile !== undefined) throw closed(refusal, isFirst);
      ask.tell(closed(refusal, isFirst).message);
      invitation = await code(isFirst ? 'Set-up code' : 'Invitation');
    } else throw noTo(refusal, line);
  }
}

async function serverFor(
  { insecure }: Entering,
  { known, ask }: Desk,
  { asked }: { readonly asked: boolean },
): Promise<string> {
  const usual = known ?? USUAL_SERVER;
  const isAsked = ask.possible && (asked || known === null);
  const server = isAsked ? serverAddress(await ask.text('Server', { usual })) : usual;
  refuseInTheClear(server, insecure);
  await reach(server); // before a person writes all the rest
  return server;
}

function open({ client }: Dialled, credentials: { email: string; password: string }, desk: Desk) {
  const device = `conclave on ${desk.surroundings.machine.host}`.slice(0, DEVICE_CHARACTERS);
  return patiently(desk, () => client.signIn({ ...credentials, device }));
}

interface Entry {
  readonly email: string;
  readonly line: Dialled;
  /** The session that was kept here until now. */
  readonly before: string | null;
}

async function entered(me: Me, { email, line, before }: Entry, desk: Desk): Promise<Entered> {
  line.check();
  await line.close();
  desk.moveTo(line.server);
  if (before !== null) await endOf(before, desk);
  return { ...me, email, server: line.server, profile: desk.profile.name };
}

/** What cannot be read is replaced. */
function sessionAt(server: string, { profile }: Desk): Promise<string | null> {
  return profile
    .at(server)
    .tokens.read(SESSION)
    .catch(() => null);
}

/** Nobody holds the tokens of the earlier session any more, so it ends on the server too, as far as that is heard. */
async function endOf(before: string, desk: Desk): Promise<void> {
  const tokens = memoryStorage();
  await tokens.write(SESSION, before);
  const line = desk.dial({ tokens });
  await line.client.connect();
  await line.client.signOut({ keepDrafts: true });
}

const asking = ({ ask, surroundings: { stdin } }: Desk) => ({ ask, stdin });

function isTyped({ passwordStdin, passwordFile }: Entering, { ask }: Desk): boolean {
  return ask.possible && !passwordStdin && passwordFile === undefined;
}

/** Waits as long as a limit asks, where a person is there to wait with. */
async function patiently<T>(
  { ask, surroundings: { machine } }: Desk,
  attempt: () => Promise<Outcome<T, string>>,
): Promise<Outcome<T, string>> {
  for (;;) {
    const outcome = await attempt();
    const wait = outcome.ok ? undefined : outcome.refusal.retryAfterMs;
    if (outcome.ok || outcome.refusal.code !== 'rate_limited' || wait === undefined) return outcome;
    if (!ask.possible || wait > PATIENCE_MS) return outcome;
    ask.tell(`The server asks to wait ${secondsOf(wait)} s. Ctrl-C gives up.`);
    await new Promise<void>((resolve) => machine.later(wait, resolve));
  }
}

/** Whoever is not signed in names a workspace and nothing else that there could not be. */
function noTo(refusal: Refused<string>, line: Dialled): Failure {
  if (refusal.code !== 'not_found') return line.no(refusal);
  return refusedWith(refusal, 'There is no such workspace here. Say which one with --workspace.');
}

/** The server does not tell whether an address has an account; that its password is another one tells its owner. */
function taken(refusal: Refused<string>): Failure {
  const sentence =
    'It was accepted, but this password does not open the account. If the address had an account before, its password is still the old one: conclave sign-in.';
  return refusedWith(refusal, sentence);
}

function closed(refusal: Refused<string>, isFirst: boolean): Failure {
  const sentence = isFirst
    ? 'The server does not take this set-up code. A code works once; as long as there is no admin, each npm start prints a new one.'
    : 'This server takes new people with an invitation only, and none that is valid was given.';
  return refusedWith(refusal, sentence);
}
