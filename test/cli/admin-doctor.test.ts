/** The doctor speaks in lines, for people and for programs, and ends with an error when a check failed. */
import assert from 'node:assert/strict';
import { done, Machinery, parsed } from './support.ts';

describe('conclave admin doctor, on a terminal', function () {
  this.timeout(240_000);
  let home: Machinery;
  before(() => {
    home = new Machinery();
  });
  after(() => home.end());
  const examine = (words: readonly string[], environment: Record<string, string>) =>
    home.apart(['admin', 'doctor', ...words], { environment }).ended;
  const nowhere = { CONCLAVE_STATE_DIR: '/nonexistent' };

  it('says what it found and what to do, each check in a line, and ends with 5', async () => {
    const { ending, out, err } = await examine([], nowhere);
    assert.equal(ending, 5);
    assert.match(out, /^ok {7}node {19}Node \d/m);
    assert.match(out, /^failed {3}settings {15}none were found\n {9}Start the server/m);
    assert.match(err, /^1 check failed\.\n$/);
  });

  it('gives programs a finding by the line, and the failure as an object', async () => {
    const { ending, out, err } = await examine(['--json', '--production'], nowhere);
    assert.equal(ending, 5);
    const found = out.split('\n').filter(Boolean).map(parsed);
    assert.deepEqual(Object.keys(found[0] ?? {}), ['check', 'verdict', 'found', 'advice']);
    assert.equal(found.at(-1)?.['verdict'], 'failed');
    assert.deepEqual((parsed(err)['error'] as Record<string, unknown>)['code'], 'unfit');
  });

  it('is in the help', async () => {
    assert.match(await done(home.here(['admin', '--help'])), /^ {2}doctor/m);
  });
});
