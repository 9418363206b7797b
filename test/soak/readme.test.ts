/** The README's first minute, word for word: two people in two terminals talk through two nodes of a fresh copy. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually, processesOf, project } from '../support/bootstrap-clone.ts';
import { RealTerminal } from '../support/real-terminal.ts';

const PASSWORD = 'Seven-Wet-Otters-9';

/** The fenced blocks of the section, as lists of lines. */
function firstMinute(): string[][] {
  const readme = readFileSync(join(project, 'README.md'), 'utf8');
  const section = /## The first minute\n(.*?)\n## /s.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/```(?:sh|text)\n(.*?)```/gs)].map(([, block = '']) =>
    block.trim().split('\n'),
  );
}

/** Everything that a clone has, beside the packages, which are borrowed. */
function freshCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'conclave-readme-'));
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const { stdout } = spawnSync('git', listed, { cwd: project, encoding: 'utf8' });
  for (const path of stdout.trim().split('\n')) {
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    copyFileSync(join(project, path), join(copy, path));
  }
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** A port that is free, as is the next one. */
async function freePort(): Promise<number> {
  for (;;) {
    const [first, second] = [createServer(), createServer()];
    try {
      const port = await listening(first, 0);
      await listening(second, port + 1);
      return port;
    } catch {
      // the next one is taken: another pair
    } finally {
      for (const server of [first, second]) server.close();
    }
  }
}

function listening(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

describe('the README', function () {
  this.timeout(240_000);
  const terminals: RealTerminal[] = [];
  let copy: string;
  let home: string;
  let port: number;
  before(async () => {
    copy = freshCopy();
    home = mkdtempSync(join(tmpdir(), 'conclave-home-'));
    port = await freePort();
    // The ports of the README may be in use by a server that somebody runs.
    writeFileSync(join(copy, '.env'), `PORT=${port}\n`);
  });
  after(async () => {
    for (const terminal of terminals) await terminal.end();
    for (const pid of processesOf(copy)) process.kill(pid, 'SIGKILL');
    for (const folder of [copy, home]) rmSync(folder, { recursive: true, force: true });
  });

  const terminal = (): RealTerminal => {
    const { PATH } = process.env;
    const opened = new RealTerminal(copy, { PATH, HOME: home });
    terminals.push(opened);
    return opened;
  };
  /** What the README says, at the ports of this run. */
  const said = (line: string | undefined): string => {
    assert.ok(line !== undefined, 'the README says less than this story tells');
    return line.replaceAll(':3000', `:${port}`).replaceAll(':3001', `:${port + 1}`);
  };
  async function answers(at: RealTerminal, ...pairs: readonly [string, string][]): Promise<void> {
    for (const [question, answer] of pairs) {
      await at.shows(question);
      at.type(answer);
    }
  }

  it('says in its first minute what happens', async () => {
    const [start, enter, firstWords, other, welcome, test] = firstMinute();
    assert.deepEqual([start, test?.[0]], [['npm start'], 'npm test']);

    const server = terminal();
    server.type(said(start?.[0]));
    await server.shows(`Conclave is running at http://127.0.0.1:${port}`, 120_000);
    const code = /set-up code for the first admin: (\S+)/.exec(server.text)?.[1];
    assert.ok(code);

    const ada = terminal();
    ada.type(said(enter?.[0]));
    await answers(
      ada,
      ['Server', said('http://127.0.0.1:3000')],
      ['Set-up code', code],
      ['E-mail', 'ada@example.org'],
      ['Name', 'Ada'],
      ['Password', PASSWORD],
      ['The same password again', PASSWORD],
    );
    await ada.shows('Welcome.');
    assert.ok(!ada.text.includes(PASSWORD), 'a password is not shown');
    ada.type(said(enter?.[1]));
    await ada.shows('online');
    ada.type(said(firstWords?.[0]));
    await ada.shows('Here begins #Lobby.');
    ada.type(said(firstWords?.[1]));
    await ada.shows(/Here begins #Lobby.*Ada.*Hello, is anybody here\?/s);

    const second = terminal();
    second.type(said(other?.[0]));
    await second.shows(`Conclave is running at http://127.0.0.1:${port + 1}`);
    const bob = terminal();
    bob.type(said(other?.[1]));
    await answers(
      bob,
      ['E-mail', 'bob@example.org'],
      ['Name', 'Bob'],
      ['Password', PASSWORD],
      ['The same password again', PASSWORD],
    );
    await bob.shows('Signed in as bob@example.org');
    bob.type(said(other?.[2]));
    await bob.shows('online');

    ada.type(said(welcome?.[0]));
    await ada.shows('2 people');
    ada.type(said(welcome?.[1]));
    await bob.shows(/Ada.*Hello, is anybody here\?.*Welcome!/s);
    bob.type('Thank you, from the other node.');
    await ada.shows(/Bob.*Thank you, from the other node\./s);

    ada.type('/delete 3 only a rehearsal');
    await bob.shows('deleted by a moderator');
    console.log(`\n${ada.text}\n\n${bob.text}\n`);

    for (const person of [ada, bob]) {
      person.press('CtrlC');
      await person.shows('$');
    }
    server.press('CtrlC');
    await eventually(
      'Ctrl-C stops everything',
      () => processesOf(copy).length <= terminals.length * 2,
      60_000,
    );
  });
});
