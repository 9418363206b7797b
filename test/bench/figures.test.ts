/** What the table says is what was measured: medians of the runs, CPU of all three processes, ratios by delivery. */
import assert from 'node:assert/strict';
import { figures, median, ratio, type Measured } from '../../bench/figures.ts';
import type { Run } from '../../bench/measure.ts';
import { readOptions } from '../../bench/options.ts';
import { cells, table } from '../../bench/report.ts';
import { sizeOf, roomOf, workloads, type SystemName } from '../../bench/workloads.ts';

const latency = { p50: 1, p99: 2, max: 3 };

function run(server: number, change: Partial<Run> = {}): Run {
  return {
    sent: 100,
    expected: 1_000,
    delivered: 1_000,
    doubled: 0,
    foreign: 0,
    disordered: 0,
    acked: 100,
    unanswered: 0,
    refused: {},
    lost: 0,
    seconds: 1,
    load: 0.2,
    delivery: latency,
    ack: latency,
    late: latency,
    cpu: { server, redis: 0.001, postgres: 0.002 },
    peakMemory: 50,
    faults: [],
    ...change,
  };
}

const measured = (system: SystemName, ...runs: Run[]): Measured => ({ system, runs });
const workload = workloads({ seconds: 1, members: 10, pace: 1 })['busy-room'];

describe('the figures of the bench', () => {
  it('takes the middle run, and the mean of two', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([9, 1, 5, 6]), 5.5);
    assert.equal(median([4]), 4);
  });

  it('counts server, Redis and Postgres, by delivery and by message', () => {
    const of = figures(measured('conclave', run(0.027), run(0.5), run(0.007)));
    assert.equal(of.cpuPerDelivery.toFixed(6), '30.000000');
    assert.equal(of.cpuPerMessage.toFixed(6), '300.000000');
    assert.deepEqual([of.server, of.redis, of.postgres].map(Math.round), [270, 10, 20]);
  });

  it('compares systems by their CPU per delivery', () => {
    const results = {
      workload,
      measured: [measured('bare-socketio', run(0.007)), measured('conclave', run(0.012))],
    };
    assert.equal(ratio(results, 'conclave', 'bare-socketio')?.toFixed(6), '1.500000');
    assert.equal(ratio(results, 'conclave', 'plain-secure'), null);
  });

  it('marks a system whose run was invalid, and says why', () => {
    const bad = run(0.01, { faults: ['3 deliveries missing'] });
    const both = [measured('bare-socketio', run(0.01)), measured('conclave', run(0.01), bad)];
    const text = table(cells({ workload, measured: both }));
    assert.match(text, /all, each once +yes +INVALID/);
    assert.match(text, /INVALID Conclave, run 2: 3 deliveries missing/);
  });

  it('says so when the load generator was the one that was busy', () => {
    const busy = [measured('bare-ws', run(0.01, { load: 0.93 }))];
    const text = table(cells({ workload, measured: busy }));
    assert.match(text, /93 % !/);
    assert.match(text, /bare ws: the load generator was busy itself/);
  });
});

describe('the workloads of the bench', () => {
  it('are those that are promised, unless told otherwise', () => {
    const { workloads: chosen, runs } = readOptions([]);
    const said = chosen.map((each) => [each.title, each.systems.length]);
    assert.deepEqual(said, [
      ['busy room: 500 members in one room, 100 messages a second', 4],
      ['many rooms: 500 members in 50 rooms, 1,000 messages a second', 3],
    ]);
    assert.equal(runs, 1);
  });

  it('put every member into one room, and no room is empty', () => {
    for (const members of [4, 6, 37, 500, 1_000])
      for (const each of Object.values(workloads({ seconds: 1, members, pace: 1 }))) {
        const sizes = Array.from({ length: each.rooms }, () => 0);
        for (let member = 0; member < members; member += 1) {
          const room = roomOf(each, member);
          sizes[room] = (sizes[room] ?? 0) + 1;
        }
        assert.deepEqual(
          sizes,
          sizes.map((_, room) => sizeOf(each, room)),
        );
        assert.ok(sizes.every((size) => size > 0));
      }
  });

  it('never ask more of a member than the limit on messages allows', () => {
    for (const members of [4, 6, 60, 500])
      for (const each of Object.values(workloads({ seconds: 20, members, pace: 1 }))) {
        const { messagesPerSecond, speakers, warmUpSeconds } = each;
        assert.ok(messagesPerSecond / speakers <= 2 && speakers <= members);
        assert.ok((messagesPerSecond / speakers) * (each.seconds + warmUpSeconds) < 120);
        assert.ok(messagesPerSecond * warmUpSeconds >= speakers, 'everybody speaks first');
      }
    assert.equal(readOptions(['--seconds', '50']).workloads[0]?.seconds, 50);
  });

  it('are chosen by name, systems and workloads alike', () => {
    const { workloads: chosen } = readOptions(['--only', 'busy-room,conclave,bare-ws']);
    assert.deepEqual(
      chosen.map((each) => [each.name, each.systems]),
      [['busy-room', ['bare-ws', 'conclave']]],
    );
    assert.deepEqual(
      readOptions(['--only', 'bare-ws']).workloads.map(({ name }) => name),
      ['busy-room'],
    );
  });

  it('refuse what they do not know', () => {
    for (const [args, said] of [
      [['--only', 'slack'], /--only knows no slack/],
      [['--members', '3'], /--members must be a whole number from 4/],
      [['--members', '5.5'], /--members must be a whole number/],
      [['--seconds', 'x'], /--seconds must be a number/],
      [['--runs', '0'], /--runs must be/],
      [['--pace', '2'], /--pace must be/],
      [['--fast'], /--fast/],
    ] as const)
      assert.throws(() => readOptions(args), said);
  });
});
