/** Letters in files: for their owner's eyes only, whole, in order, and never more than so many. */
import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotSent } from '../../../src/kernel/index.ts';
import { outboxPost } from '../../../src/platform/mail/index.ts';
import { HandClock } from '../../support/hand-clock.ts';

describe('mail by files', () => {
  let place: string;
  before(() => {
    place = mkdtempSync(join(tmpdir(), 'conclave-outbox-'));
  });
  after(() => rmSync(place, { recursive: true }));

  const letter = (n: number) => ({ to: `p${n}@example.org`, subject: `S ${n}`, text: `T ${n}\n` });
  const outbox = (folder: string, files = 3) =>
    outboxPost({ folder, files, from: 'chat@example.org', clock: new HandClock() });
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

  it('are readable by nobody else, and say to whom they go', async () => {
    const folder = join(place, 'made', 'by it');
    await outbox(folder).send(letter(1));
    const [name = '', ...more] = readdirSync(folder);
    assert.deepEqual(more, []);
    assert.deepEqual([mode(folder), mode(join(folder, name))], ['700', '600']);
    const text = readFileSync(join(folder, name), 'utf8');
    assert.match(
      text,
      /^From: chat@example\.org\nTo: p1@example\.org\nSubject: S 1\nDate: .+\n\nT 1\n$/,
    );
  });

  it('are the newest of all, and what else lies there is left alone', async () => {
    const folder = join(place, 'full');
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const post = outbox(folder);
    for (let n = 1; n <= 5; n += 1) await post.send(letter(n));
    const names = readdirSync(folder).sort();
    assert.equal(names.pop(), 'notes.txt');
    const subjects = names.map(
      (name) => /S \d/.exec(readFileSync(join(folder, name), 'utf8'))?.[0],
    );
    assert.deepEqual(subjects, ['S 3', 'S 4', 'S 5']);
  });

  it('that cannot be written are not lost: whoever sends hears of it', async () => {
    const file = join(place, 'a file');
    writeFileSync(file, '');
    await assert.rejects(outbox(file).send(letter(1)), (error: unknown) => {
      assert.ok(error instanceof NotSent && !error.isFinal);
      assert.ok(!/p1@/.test(error.message));
      return true;
    });
  });
});
