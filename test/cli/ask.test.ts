/** Whoever goes away at a question is heard, also while the process has other things to do. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { createAsk, WentAway } from '../../src/cli/ask.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';

describe('a question', () => {
  function terminal() {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const interrupted = new AbortController();
    const asked = new Promise<void>((resolve) => {
      stderr.on('data', (bytes: Buffer) => {
        if (bytes.toString().includes('Password')) resolve();
      });
    });
    const parts = { stdin, stderr, interrupted: interrupted.signal } as unknown as Surroundings;
    return { ask: createAsk(parts), stdin, asked, interrupted };
  }

  it('is over at Ctrl-C, at Ctrl-D, and when the process is told to end', async () => {
    for (const leave of ['\x03', '\x04', null]) {
      const { ask, stdin, asked, interrupted } = terminal();
      const answer = assert.rejects(ask.secret('Password'), WentAway);
      await asked;
      if (leave === null) interrupted.abort('SIGTERM');
      else stdin.write(leave);
      await answer;
    }
  });

  it('is asked again while the answer is empty', async () => {
    const { ask, stdin, asked } = terminal();
    const answer = ask.secret('Password');
    await asked;
    stdin.write('\r');
    await new Promise((resolve) => setImmediate(resolve));
    stdin.write('s3cret\r');
    assert.equal(await answer, 's3cret');
  });
});
