/** The bench as a command: it measures on services of its own, tells what it found, and leaves nothing behind. Never how fast. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../bench/services.ts';

describe('npm run bench', function () {
  this.timeout(240_000);

  it('prints the table, writes the file, and leaves nothing running', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    try {
      const file = join(folder, 'figures.json');
      const args = ['--only', 'bare-ws', '--members', '4', '--seconds', '0.5', '--json', file];
      const { code, out, err } = await run(args);
      assert.equal(code, 0, err);
      assert.match(out, /^busy room: 4 members in one room, 8 messages a second, 0\.5 s, 1 run/m);
      assert.match(err, /^busy-room, bare ws, run 1 of 1$/m);
      const { workloads: written } = JSON.parse(readFileSync(file, 'utf8')) as {
        workloads: { name: string; systems: { system: string; runs: { delivered: number }[] }[] }[];
      };
      const [busy] = written;
      assert.deepEqual([written.length, busy?.name], [1, 'busy-room']);
      assert.deepEqual(
        busy?.systems.map(({ system, runs }) => [system, runs.map((each) => each.delivered)]),
        [['bare-ws', [16]]],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says what it can be told, before it starts anything, when it is told something else', async () => {
    const { code, out, err } = await run(['--only', 'everything']);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /--only knows no everything\nnpm run bench -- \[options\]/);
  });
});

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import=tsx', 'bench/run.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
