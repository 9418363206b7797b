/** A run is whole only when every message reached every member of its room once; whatever else happened is told. */
import assert from 'node:assert/strict';
import { Tally, type Tallied } from '../../bench/load/tally.ts';
import { faultsOf } from '../../bench/measure.ts';
import { roomOf, workloads } from '../../bench/workloads.ts';

const MESSAGES = 8;
/** Six members: those with even numbers in one room, the others in the other. */
const workload = workloads({ seconds: 1, members: 6, pace: 1 })['many-rooms'];

describe('the tally of a run', () => {
  let tally: Tally;
  beforeEach(() => (tally = new Tally(workload, true, 'run', MESSAGES)));

  const send = () => {
    for (let message = 0; message < MESSAGES; message += 1) tally.sends(message, message, message);
  };
  const deliver = (member: number, message: number, now = 100) =>
    tally.delivered(member, tally.numbers([tally.body(message)]), now);
  const answer = (message: number, refusal: string | null = null) =>
    tally.answered(message, refusal, 50);
  /** Everything as it should be, but for what `except` says no to. */
  const happen = (except: (member: number, message: number) => boolean = () => false) => {
    send();
    for (let message = 0; message < MESSAGES; message += 1) {
      answer(message);
      for (let member = 0; member < workload.members; member += 1)
        if (roomOf(workload, member) === roomOf(workload, tally.author(message)))
          if (!except(member, message)) deliver(member, message);
    }
  };
  const faults = (of: Tallied = tally.result()) =>
    faultsOf({ ...of, lost: 0, load: 0, seconds: 1 });
  const isWhole = async () => {
    let whole = false;
    void tally.whole().then(() => (whole = true));
    await Promise.resolve();
    await Promise.resolve();
    return whole;
  };

  it('is whole when everybody in the room heard everything once', async () => {
    happen();
    assert.deepEqual(faults(), []);
    const { sent, expected, delivered, acked } = tally.result();
    assert.deepEqual([sent, expected, delivered, acked], [8, 24, 24, 8]);
    assert.equal(await isWhole(), true);
  });

  it('waits for the last delivery and for the last answer', async () => {
    happen((member, message) => member === 5 && message === 7);
    assert.equal(await isWhole(), false);
    assert.deepEqual(faults(), ['1 deliveries missing']);
    deliver(5, 7);
    assert.equal(await isWhole(), true);
    tally = new Tally(workload, true, 'run', 1);
    tally.sends(0, 0, 0);
    for (const member of [0, 2, 4]) deliver(member, 0);
    assert.equal(await isWhole(), false);
    assert.deepEqual(faults(), ['1 acknowledgements missing']);
  });

  it('tells a delivery that came twice, also when another one is missing', () => {
    happen((member, message) => member === 0 && message === 2);
    deliver(0, 0);
    assert.deepEqual(faults(), ['1 deliveries missing', '1 deliveries doubled']);
  });

  it('tells what came to another room, from another run, or from nowhere', () => {
    happen();
    deliver(1, 0);
    tally.delivered(0, tally.numbers([new Tally(workload, true, 'warm', 1).body(0)]), 1);
    tally.delivered(0, tally.numbers(['hello', tally.body(MESSAGES)]), 1);
    assert.deepEqual(faults(), ['4 deliveries to somebody else']);
  });

  it('tells who heard another order than the others of the room', () => {
    send();
    for (let message = 0; message < MESSAGES; message += 1) answer(message);
    const order = Array.from({ length: MESSAGES }, (_, message) => message);
    const inRoom = (member: number) => (message: number) =>
      roomOf(workload, tally.author(message)) === roomOf(workload, member);
    for (const member of [0, 2, 4])
      for (const message of order.filter(inRoom(member))) deliver(member, message);
    for (const member of [1, 3])
      for (const message of order.filter(inRoom(member))) deliver(member, message);
    for (const message of order.filter(inRoom(5)).reverse()) deliver(5, message);
    assert.deepEqual(faults(), ['1 members who heard another order']);
  });

  it('expects deliveries to those alone who listen, and ends with what was sent', async () => {
    tally = new Tally({ ...workload, listeners: 1 }, true, 'run', 100);
    tally.sends(0, 0, 0);
    tally.sends(1, 0, 0);
    answer(0);
    answer(1);
    deliver(0, 0);
    deliver(1, 1);
    assert.equal(await isWhole(), false);
    tally.ends();
    assert.equal(await isWhole(), true);
    assert.deepEqual(faults(), []);
  });

  it('tells refusals by their code', () => {
    happen();
    const limited = new Tally(workload, true, 'run', 2);
    limited.sends(0, 0, 0);
    limited.sends(1, 0, 0);
    limited.answered(0, 'rate_limited', 1);
    limited.answered(1, 'rate_limited', 1);
    assert.deepEqual(faults(limited.result()), ['6 deliveries missing', '2 refused rate_limited']);
  });

  it('counts from when a message was due, not from when it was sent', () => {
    tally.sends(0, 1_000, 1_400);
    deliver(0, 0, 1_500);
    tally.answered(0, null, 1_450);
    const { delivery, ack, late } = tally.result();
    for (const [found, expected] of [
      [delivery.p50, 500],
      [ack.p99, 450],
      [late.max, 400],
    ] as const)
      assert.ok(Math.abs(found - expected) < 1, `${found} is not ${expected}`);
  });
});
