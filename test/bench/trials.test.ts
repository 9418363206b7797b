/** Trials say what was measured and whether it was enough; a profile says where the time went; both find their place in the page. */
import assert from 'node:assert/strict';
import { hotSpots } from '../../bench/hot-spots.ts';
import type { CpuProfile } from '../../bench/inspector.ts';
import { underPressure } from '../../bench/load/schedule.ts';
import { readOptions } from '../../bench/options.ts';
import { drawn } from '../../bench/record.ts';
import { table } from '../../bench/report.ts';
import { PAUSE_MS } from '../../bench/trials/hot-channel.ts';
import { heldTo, trialCells, trials, trialsAreValid } from '../../bench/trials/index.ts';
import type { TrialRun } from '../../bench/trials/index.ts';
import { faultsIn } from '../../bench/trials/resume.ts';
import type { SystemName, TrialName } from '../../bench/workloads.ts';
import { between } from '../../scripts/recorded.ts';

const run = (figures: Record<string, number>, ...faults: string[]): TrialRun => {
  return { figures, faults };
};
function results(name: TrialName, runs: Partial<Record<SystemName, readonly TrialRun[]>>) {
  const trial = trials({ members: 500, seconds: 10 }).find((each) => each.name === name);
  assert.ok(trial);
  const measured = Object.entries(runs) as [SystemName, readonly TrialRun[]][];
  return { trial, measured: measured.map(([system, all]) => ({ system, runs: all })) };
}

describe('the trials of the bench', () => {
  it('are held to the middle one of their runs', () => {
    const hot = (...all: number[]) =>
      heldTo(results('hot-channel', { conclave: all.map((perSecond) => run({ perSecond })) }));
    assert.deepEqual(hot(1_000, 9, 5_000), [
      'hot channel: one channel takes 1000 durable messages a second (target at least 1000: met)',
    ]);
    assert.match(hot(999, 9, 5_000)[0] ?? '', /target at least 1000: NOT MET/);
    const idle = (own: number) =>
      heldTo(
        results('idle', {
          'bare-socketio': [run({ perConnection: 10 })],
          conclave: [run({ perConnection: own })],
        }),
      );
    assert.match(idle(13)[0] ?? '', /takes Conclave 1\.30 of .+ \(target at most 1\.3: met\)/);
    assert.match(idle(13.1)[0] ?? '', /NOT MET/);
    const resume = (again: number) =>
      heldTo(results('resume', { conclave: [run({ fresh: 30, again })] }));
    assert.match(resume(19.9)[0] ?? '', /grows by 19\.9 MiB .+: met/);
    assert.match(resume(20)[0] ?? '', /NOT MET/);
  });

  it('are held to nothing where the other system was not measured', () => {
    assert.deepEqual(heldTo(results('idle', { conclave: [run({ perConnection: 1 })] })), []);
  });

  it('show a figure for every row, and say which run was invalid', () => {
    const memory = { before: 90, fresh: 8, kept: 0.25, again: 2 };
    const good = run({ milliseconds: 1_234.4, pages: 50, ...memory });
    const bad = run({ ...good.figures, pages: 52 }, '9 of 10 messages came');
    const both = results('resume', { conclave: [good, bad] });
    const text = table(trialCells(both));
    assert.match(text, /^resume: one person reads 10,000 missed messages, 2 run\(s\)/);
    assert.match(text, /^time, ms +1,234$/m);
    assert.match(text, /^pages +51$/m);
    assert.match(text, /^INVALID Conclave, run 2: 9 of 10 messages came$/m);
    assert.equal(trialsAreValid([both]), false);
    assert.equal(trialsAreValid([results('resume', { conclave: [good] })]), true);
  });

  it('take nothing for a resume that missed, doubled or mixed up a change', () => {
    const whole = { pages: 1, messages: 10, misplaced: 0, whole: true, milliseconds: 1 };
    assert.deepEqual(faultsIn(whole, 10), []);
    assert.equal(faultsIn({ ...whole, messages: 9 }, 10).length, 1);
    assert.equal(faultsIn({ ...whole, misplaced: 1 }, 10).length, 1);
    assert.equal(faultsIn({ ...whole, whole: false }, 10).length, 1);
  });

  it('never ask more of a person than the limits on messages allow', () => {
    // The first is counted before it is answered: what is sure are the pauses between the 19 that follow.
    assert.ok(19 * PAUSE_MS >= 5_000, 'the 21st in 5 s would be refused');
    assert.ok(((25 + 2) * 1_000) / PAUSE_MS + 2 < 120, 'so would the 121st in a minute');
  });

  it('are chosen by name, and are left out of a profile', () => {
    const names = (...args: string[]) => {
      const { workloads, trials: chosen } = readOptions(args);
      return [...workloads, ...chosen].map(({ name }) => name);
    };
    const all = ['busy-room', 'many-rooms', 'hot-channel', 'idle', 'resume'];
    assert.deepEqual(names(), all);
    assert.deepEqual(names('--only', 'idle,busy-room'), ['busy-room', 'idle']);
    assert.deepEqual(names('--only', 'bare-socketio'), ['busy-room', 'many-rooms', 'idle']);
    assert.deepEqual(names('--profile', '/tmp/x'), ['busy-room', 'many-rooms']);
    assert.throws(() => readOptions(['--record', '--only', 'idle']), /--record is for everything/);
  });
});

describe('sending under pressure', () => {
  it('waits for the answer and for the pause, and numbers what each speaker says', async () => {
    const sent: number[] = [];
    const open = new Set<number>();
    await underPressure({ messages: 12, speakers: 3, seconds: 10, pauseMs: 5 }, async (message) => {
      const speaker = message % 3;
      assert.ok(!open.has(speaker), 'somebody sent before they were answered');
      open.add(speaker);
      sent.push(message);
      await new Promise((resolve) => setTimeout(resolve, speaker * 10));
      open.delete(speaker);
    });
    const numbers = Array.from({ length: 12 }, (_, i) => i);
    assert.deepEqual(
      sent.toSorted((a, b) => a - b),
      numbers,
    );
  });

  it('ends when the time is over', async () => {
    let sent = 0;
    const pressure = { messages: 1_000_000, speakers: 2, seconds: 0.1, pauseMs: 10 };
    await underPressure(pressure, () => Promise.resolve(void (sent += 1)));
    assert.ok(sent >= 2 && sent <= 22, `${sent} were sent`);
  });
});

describe('the top ten of a profile', () => {
  const node = (id: number, functionName: string, url: string) => {
    return { id, callFrame: { functionName, url } };
  };
  const profile: CpuProfile = {
    nodes: [
      node(1, '(idle)', ''),
      node(2, 'seal', 'file:///srv/app/src/crypto/envelope.ts'),
      node(3, 'seal', 'file:///srv/app/src/crypto/envelope.ts'),
      node(4, '', 'file:///srv/app/node_modules/ws/lib/sender.js'),
      node(5, '(garbage collector)', ''),
      node(6, 'writev', 'node:net'),
    ],
    samples: [1, 2, 3, 4, 5, 6],
    timeDeltas: [900, 30, 20, 25, 15, 10],
  };

  it('adds up what a function took wherever it was called, and leaves out idle time', () => {
    assert.deepEqual(hotSpots([profile], '/srv/app', 3), [
      { name: 'seal', file: 'src/crypto/envelope.ts', share: 0.5 },
      { name: '(anonymous)', file: 'ws/lib/sender.js', share: 0.25 },
      { name: '(garbage collector)', file: 'V8', share: 0.15 },
    ]);
    const [first] = hotSpots([profile, profile], '/srv/app', 1);
    assert.equal(first?.share, 0.5);
  });
});

describe('the page of the figures', () => {
  const page = 'a\n<!-- written by `x`: begin -->\nold\n<!-- written by `x`: end -->\nb\n';

  it('gets what a command found between its markers, and keeps the rest', () => {
    const text = between(page, 'x', 'new\nlines');
    assert.match(text, /^a\n[^\n]+begin -->\n\nnew\nlines\n<[^\n]+end -->\nb\n$/);
    assert.equal(between(text, 'x', 'new\nlines'), text);
    assert.throws(() => between(page, 'y', ''), /no place for what `y` writes/);
  });

  it('draws a table that cannot be broken by what is in it', () => {
    const lines = [
      ['', 'one'],
      ['  a|b', '1'],
    ];
    const text = drawn({ title: 'T', lines, remarks: ['mind'] }).join('\n');
    assert.equal(text, '**T**\n\n|  | one |\n| --- | --: |\n| a\\|b | 1 |\n\nmind\n');
  });
});
