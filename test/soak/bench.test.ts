/** The bench measures what it says: every system carries every workload and trial whole, and the table has all of it. Never how fast. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { bench } from '../../bench/bench.ts';
import type { Measured, Results } from '../../bench/figures.ts';
import { limitCheck } from '../../bench/limit-check.ts';
import { startLoad, type Load } from '../../bench/load-process.ts';
import { measure } from '../../bench/measure.ts';
import { cells, isValid, summary, table } from '../../bench/report.ts';
import { startServices, type Services } from '../../bench/services.ts';
import { heldTo, trialCells, trials } from '../../bench/trials/index.ts';
import { workloads, type SystemName, type Workload } from '../../bench/workloads.ts';

/** Conclave beside the others: it is not about the figures. The peers take turns: on one Redis they would hear each other. */
async function everything(services: Services, all: readonly Workload[]): Promise<Results[]> {
  const one = async (load: Load, workload: Workload, system: SystemName) => {
    const options = { services, load, profiled: null, progress: () => undefined };
    return { system, runs: [await measure(system, workload, options)] };
  };
  const inTurn = async (systems: readonly SystemName[]) => {
    const load = await startLoad(services);
    const measured: Measured[][] = [];
    for (const workload of all) {
      const of: Measured[] = [];
      for (const system of workload.systems)
        if (systems.includes(system)) of.push(await one(load, workload, system));
      measured.push(of);
    }
    return measured;
  };
  const parts = await Promise.all([
    inTurn(['bare-ws', 'bare-socketio', 'plain-secure']),
    inTurn(['conclave']),
  ]);
  return all.map((workload, i) => ({ workload, measured: parts.flatMap((part) => part[i] ?? []) }));
}

describe('what the bench measures', function () {
  this.timeout(240_000);
  let services: Services;
  before(async () => {
    services = await startServices(new AbortController().signal);
  });
  after(async () => {
    await services.stop();
    assert.equal(existsSync(services.folder), false);
  });

  it('takes every system through every workload, with every delivery counted once', async () => {
    const limit = await limitCheck(services);
    assert.equal(limit.roundTrips, 1);
    assert.ok(limit.waited > 0 && limit.cpu > 0 && limit.insideRedis > 0);
    const all = Object.values(workloads({ seconds: 1, members: 6, pace: 1 }));
    const results = await everything(services, all);
    for (const each of results) {
      const { workload, measured } = each;
      assert.equal(isValid(each), true, table(cells(each)));
      for (const { system, runs } of measured)
        for (const { sent, delivered, acked, peakMemory, delivery, ack } of runs) {
          assert.equal(sent, 12);
          assert.equal(delivered, workload.name === 'busy-room' ? 72 : 36);
          assert.equal(acked, system === 'bare-ws' ? 0 : 12);
          assert.ok(delivery.p50 > 0 && delivery.p99 >= delivery.p50 && peakMemory > 20);
          assert.equal(ack.p50 > 0, system !== 'bare-ws');
        }
      assertComplete(table(cells(each)), measured.length);
    }
    const said = summary({ results, trials: [], limit }, services.programs).join('\n');
    assert.match(said, /^busy room: a delivery takes Conclave .+ of bare Socket\.IO \(target/m);
    assert.match(said, /^many rooms: a delivery takes Conclave .+ of plain secure/m);
    assert.match(said, /^limit check: one round trip, \d+ µs per call/m);
  });

  it('takes Conclave through every trial, in a run that counts', async () => {
    const taken = await bench({
      services,
      workloads: [],
      trials: trials({ members: 6, seconds: 1 }),
      runs: 1,
      progress: { begin: () => undefined, update: () => undefined, end: () => undefined },
      profiled: null,
      done: () => undefined,
    });
    for (const each of taken.trials) {
      const said = table(trialCells(each));
      // What a dozen connections need may hide in what V8 had already: that alone is no fault here.
      const faults = each.measured.flatMap(({ runs }) => runs.flatMap((run) => run.faults));
      assert.deepEqual(
        faults.filter((fault) => fault !== 'the memory did not grow'),
        [],
        said,
      );
      assert.doesNotMatch(said, /NaN|Infinity|undefined/);
      assert.equal(heldTo(each).length, 1);
    }
    const [hot, , resumed] = taken.trials.map(
      ({ measured }) => measured.at(-1)?.runs[0]?.figures ?? {},
    );
    assert.ok((hot?.['perSecond'] ?? 0) > 0 && (hot?.['perCommit'] ?? 0) >= 1);
    assert.ok((resumed?.['pages'] ?? 0) >= 1);
  });
});

/** Every row has a value for every system, and none is a number that is none. */
function assertComplete(text: string, systems: number): void {
  const rows = text.split('\n').slice(2);
  for (const label of ['messages sent', 'deliveries', 'CPU per delivery', 'peak RSS', 'ack p99'])
    assert.ok(
      rows.some((row) => row.startsWith(label)),
      `${label} is missing`,
    );
  for (const row of rows) {
    const values = row.slice(30).trim().split(/ {2,}/);
    assert.equal(values.length, systems, row);
    assert.doesNotMatch(row, /NaN|Infinity|undefined|INVALID/);
  }
}
