/** Marks of what was read: one write for many, the further one counts, and there is an end to how many. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMarks } from '../../../src/cli/state/read-marks.ts';
import type { ChannelId } from '../../../src/contract/index.ts';
import { HandTimers } from '../../client/support.ts';
import { machine } from '../support.ts';

describe('the marks of what was read', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'conclave-marks-'));
    path = join(folder, 'read.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const channel = (n: number) => `channel-${n}` as ChannelId;
  const kept = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
  const failures: unknown[] = [];
  const open = (timers = new HandTimers(), at = path) =>
    readMarks(at, { uid: machine.uid, later: timers.later }, (error) => failures.push(error));

  it('are written a second after the first of many, and never go back', () => {
    const timers = new HandTimers();
    const marks = open(timers);
    assert.equal(marks.read(channel(1)), 0);
    for (const seq of [1, 5, 3, 5, Number.NaN, 7]) marks.write(channel(1), seq);
    assert.deepEqual([marks.read(channel(1)), timers.due], [7, [1_000]]);
    assert.throws(kept, /ENOENT/);
    timers.forward(1_000);
    assert.deepEqual([kept(), timers.due], [{ 'channel-1': 7 }, []]);
    assert.equal(open().read(channel(1)), 7);
  });

  it('are written at the end, if anything changed', () => {
    const marks = open();
    marks.flush();
    assert.throws(kept, /ENOENT/);
    marks.write(channel(2), 4);
    marks.flush();
    assert.deepEqual(kept(), { 'channel-2': 4 });
  });

  it('keep what another process read on meanwhile', () => {
    const one = open();
    const two = open();
    one.write(channel(1), 9);
    two.write(channel(1), 5);
    two.write(channel(2), 3);
    one.flush();
    two.flush();
    assert.deepEqual(kept(), { 'channel-1': 9, 'channel-2': 3 });
  });

  it('are those of the 2,000 channels that were read last', () => {
    const marks = open();
    for (let n = 1; n <= 2_001; n += 1) marks.write(channel(n), n);
    marks.write(channel(2), 5_000);
    marks.write(channel(2_002), 1);
    marks.flush();
    const names = Object.keys(kept());
    assert.deepEqual([names.length, names[0], names.at(-1)], [2_000, 'channel-4', 'channel-2002']);
    assert.deepEqual([marks.read(channel(1)), marks.read(channel(2))], [0, 5_000]);
    marks.write(channel(2_003), 1);
    marks.flush();
    assert.equal(Object.keys(kept()).length, 2_000);
  });

  it('begin anew when the file is damaged, and go on in memory when it cannot be written', () => {
    writeFileSync(path, '{"channel-1": "x", "channel-2": 3', { mode: 0o600 });
    assert.equal(open().read(channel(2)), 0);
    const marks = open(undefined, join(folder, 'missing', 'read.json'));
    marks.write(channel(1), 2);
    marks.flush();
    assert.equal(marks.read(channel(1)), 2);
    assert.equal(failures.length, 1);
  });
});
