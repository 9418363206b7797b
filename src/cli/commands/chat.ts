/** Opens the chat; whoever is new is asked how to come in first. */
import type { Me } from '../../client/index.ts';
import { command } from '../command.ts';
import type { Connected, Desk } from '../desk.ts';
import { signIn, signUp, type Registering } from '../entrance.ts';
import { Failure, misused, signedOut } from '../failure.ts';
import { shownName } from '../names.ts';
import { titleOf } from '../sentences.ts';
import { wantsColour } from '../style.ts';
import { ENTERING } from './entrance-options.ts';

const NOTHING_GIVEN: Omit<Registering, 'workspace'> = {
  email: undefined,
  passwordStdin: false,
  passwordFile: undefined,
  insecure: false,
  name: undefined,
  codeFile: undefined,
};

const WAYS = {
  'sign-in': 'Sign in',
  'sign-up': 'Make an account',
  setup: 'Set up a new server, with the code that npm start printed',
} as const;

export const chat = command({
  name: 'chat',
  summary: 'Open the chat. It is what conclave does without a command.',
  options: { workspace: ENTERING.workspace },
  calls: ['account.register', 'session.open', 'profile.read'],
  // eslint-disable-next-line require-yield -- what it has to show is on its screen
  async *run({ workspace }, desk): AsyncGenerator<Me> {
    const { output, surroundings, openScreen } = desk;
    const { stdin, stdout, environment, machine } = surroundings;
    if (output.json)
      throw misused('The chat is for people. For programs there is conclave listen.');
    if (!stdin.isTTY || !stdout.isTTY)
      throw misused(
        'The chat needs a terminal. For scripts there are conclave send, listen and history.',
        'no_terminal',
      );
    const { client, me } = await present({ ...NOTHING_GIVEN, workspace }, desk);
    const { displayName } = await desk.call('profile.read', {});
    const end = await openScreen({
      client,
      me: { userId: me.userId, displayName: displayName ?? shownName(null, me.userId) },
      server: desk.server,
      marks: {
        read: (id) => client.readMarks.of(id) ?? 0,
        write: (id, seq) => client.readMarks.mark(id, seq),
      },
      stdin,
      stdout,
      colour: wantsColour(stdout, environment),
      now: () => machine.now(),
    });
    if (end.reason === 'signed-out') output.note('Signed out.');
    if (end.reason === 'ended') throw signedOut(titleOf(end.code), end.code);
  },
  words: () => '',
});

/** Whoever is signed in; who is not, comes in by one of the ways. */
async function present(given: Registering, desk: Desk<'profile.read'>): Promise<Connected> {
  try {
    return await desk.connected({ outbox: true });
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== 'signed-out' || !desk.ask.possible)
      throw error;
    desk.ask.tell(error.code === 'signed_out' ? 'Nobody is signed in here yet.' : error.message);
  }
  const way = await desk.ask.choose('How do you come in?', WAYS);
  if (way === 'sign-in') await signIn(given, desk);
  else await signUp(given, desk, { isFirst: way === 'setup' });
  return desk.connected({ outbox: true });
}
