/** CPU is counted as the kernel counts it: of a process and of all that descend from it, those that ended included. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuSeconds, peakMemory } from '../../bench/usage.ts';

const BURN = `const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end);`;

describe('what a process has used', () => {
  it('includes children that run and children that ended', async () => {
    const parent = `
      const { spawn, spawnSync } = require('node:child_process');
      spawnSync(process.execPath, ['-e', ${JSON.stringify(BURN)}]);
      const still = spawn(process.execPath, ['-e', ${JSON.stringify(`${BURN} console.log('burnt'); process.stdin.resume();`)}], { stdio: ['pipe', 'pipe', 'inherit'] });
      still.stdout.on('data', () => console.log('both'));
      process.stdin.resume();
      process.stdin.on('end', () => { still.stdin.end(); });`;
    const child = spawn(process.execPath, ['-e', parent], { stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = once(child, 'close');
    try {
      await once(child.stdout, 'data');
      const pid = child.pid ?? 0;
      const seconds = cpuSeconds(pid);
      assert.ok(seconds >= 0.58, `${seconds} s is less than both children used`);
      assert.ok(cpuSeconds(process.pid) >= seconds);
      assert.ok(peakMemory(pid) > 10 && peakMemory(pid) < 1_000);
    } finally {
      child.stdin.end();
      await gone;
    }
  });

  it('is nothing for a process that does not exist', () => {
    assert.equal(cpuSeconds(2 ** 30), 0);
  });
});
