/** Gives the server a new key to sign access tokens with; those of the old one are good until they expire. */
import { command, flag } from '../../command.ts';

export const adminRotateSigningKeys = command({
  name: 'admin rotate-signing-keys',
  summary: 'Sign access tokens with a new key. Nobody is signed out.',
  options: {
    atOnce: flag(
      '--at-once',
      'Refuse tokens of the keys before as soon as the new one signs, for a key that somebody else has: clients then renew theirs by themselves. Restart the nodes as well, to end connections that were made with forged tokens.',
    ),
  },
  calls: [],
  async *run({ atOnce }, desk) {
    const operator = await desk.operator();
    yield await operator.rotateSigningKeys({ atOnce });
  },
  words({ kid, publishedAt, signsFrom, earlierUntil }) {
    const at = (time: number) => new Date(time).toISOString();
    const seconds = Math.ceil((signsFrom - publishedAt) / 1_000);
    return [
      `Published the signing key ${kid}.`,
      `It signs from ${at(signsFrom)} on, in ${seconds} seconds; every node knows it by then.`,
      `Tokens of the key before are good until they expire, ${at(earlierUntil)} at the latest.`,
    ].join('\n');
  },
});
