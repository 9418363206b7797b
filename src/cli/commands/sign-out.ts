/** Ends the session, on the server and on this machine; what was not yet sent is discarded. */
import { command } from '../command.ts';
import { signedOut } from '../failure.ts';

export const signOut = command({
  name: 'sign-out',
  summary: 'Sign out. What was not yet sent is discarded.',
  calls: ['session.close'],
  async *run(_given, desk) {
    const line = desk.dial({ outbox: true });
    const { client } = line;
    await client.connect();
    line.check();
    if (!client.me.value) throw signedOut();
    await client.signOut();
    line.check();
    yield { server: desk.server, profile: desk.profile.name, told: line.lost() === null };
  },
  words: ({ server, told }) =>
    told
      ? `Signed out of ${server}.`
      : `Signed out here. ${server} was not reached: there the session ends by itself later.`,
});
