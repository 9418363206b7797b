/** What a client says it is comes in bounded and harmless, or not at all. */
import assert from 'node:assert/strict';
import { userAgentOf } from '../../src/transport/user-agent.ts';

describe('the user agent', () => {
  const of = (text: string | undefined) =>
    userAgentOf(text === undefined ? {} : { 'user-agent': text });

  it('is taken as it is given', () => {
    assert.equal(of('Mozilla/5.0 (X11; Linux x86_64)'), 'Mozilla/5.0 (X11; Linux x86_64)');
  });

  it('is cut, after what could control a terminal is out of it', () => {
    assert.equal(of(`a\tb\x9b31m\0${'x'.repeat(400)}`), `ab31m${'x'.repeat(295)}`);
  });

  it('is null where nothing was said, or nothing that can be shown', () => {
    assert.deepEqual([of(undefined), of(''), of('\x1b\x07')], [null, null, null]);
  });
});
