/** A crowd of requests waits in a line that has an end: who finds no place is told at once, and nobody has all of it. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { eventually } from '../../support/bootstrap-clone.ts';
import type { RequestLine } from '../../../src/transport/http/index.ts';
import { closeServers, raw, serve } from './served.ts';

const PLACES = 1_000;
const PLACES_OF_ONE = 250;

const asks = (address: string, path = '/', connection = 'keep-alive') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nX-From: ${address}\r\nConnection: ${connection}\r\n\r\n`;

/** A server whose loop is busy until it is set free, with one request that has its answer and one that waits, as does all that comes next. */
async function busy() {
  const time = { active: 0, idle: 0 };
  let isBusy = true;
  const due: (() => void)[] = [];
  const lines: RequestLine[] = [];
  const { port, server } = await serve(
    [],
    {},
    {
      clientAddress: ({ headers }) => String(headers['x-from']),
      loop: () => ({ ...time, active: (time.active += isBusy ? 1 : 0) }),
      later(milliseconds, task) {
        if (isBusy) due.push(task);
        else {
          time.idle += milliseconds;
          setImmediate(task);
        }
      },
      log: (line) => lines.push(line),
    },
  );
  let came = 0;
  server.on('request', () => (came += 1));
  const answers: string[] = [];
  /** So many requests on one connection, all of which have come when this resolves. */
  async function crowd(address: string, count: number): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => answers.push(chunk.toString('latin1')));
    const all = came + count;
    socket.write(asks(address).repeat(count));
    await eventually('all have come', () => came === all);
  }
  await crowd('192.0.2.1', 2);
  await eventually('the first one has its answer', () => lines.length === 1);
  return {
    crowd,
    lines,
    asks: (address: string, path?: string) => raw(port, asks(address, path, 'close')),
    /** How many of the crowd were answered so far, all with a yes. */
    answered: () => answers.join('').split('HTTP/1.1 200 ').length - 1,
    free(): void {
      isBusy = false;
      for (const task of due.splice(0)) task();
    },
  };
}

const statusOf = (answer: string) => Number(answer.split(' ')[1]);
const secondsOf = (answer: string) => Number(/\r\nretry-after: (\d+)\r\n/i.exec(answer)?.[1]);

describe('the line of HTTP', () => {
  afterEach(closeServers);

  it('has a share for each address, whoever of it asks, and room for others beside it', async () => {
    const line = await busy();
    await line.crowd('2001:db8::1', PLACES_OF_ONE);
    const answer = await line.asks('2001:db8::2');
    assert.equal(statusOf(answer), 429);
    assert.match(answer, /"code":"rate_limited".*"bucket":"http.waiting","by":"address"/);
    assert.ok(secondsOf(answer) >= 3 && secondsOf(answer) <= 8, answer);
    await line.crowd('2001:db8:0:1::1', 1);
    assert.equal(line.answered(), 1, 'they wait');
    line.free();
    await eventually('all are answered', () => line.answered() === PLACES_OF_ONE + 3);
    assert.equal(statusOf(await line.asks('2001:db8::2')), 200, 'there is room again');
  });

  it('ends: who comes next is told when to come back, is on the log, and probes are answered all the while', async () => {
    const line = await busy();
    for (let left = PLACES - 1, i = 1; left > 0; left -= PLACES_OF_ONE, i += 1)
      await line.crowd(`203.0.113.${i}`, Math.min(left, PLACES_OF_ONE));
    const answers = await Promise.all(['192.0.2.2', '192.0.2.3'].map((one) => line.asks(one)));
    for (const answer of answers) {
      assert.equal(statusOf(answer), 503);
      assert.match(answer, /"code":"overloaded"/);
      assert.match(answer, /\r\nx-request-id: /i);
      assert.match(answer, /\r\nx-content-type-options: nosniff\r\n/i);
      assert.ok(secondsOf(answer) >= 3 && secondsOf(answer) <= 8, answer);
    }
    const [one, other] = answers.map((answer) => /"retryAfterMs":\d+/.exec(answer)?.[0]);
    assert.notEqual(one, other, 'a time that is theirs alone');
    await eventually('they are on the log', () => line.lines.length === 3);
    assert.deepEqual(
      line.lines.slice(1).map(({ status }) => status),
      [503, 503],
    );
    assert.equal(statusOf(await line.asks('192.0.2.2', '/healthz')), 200);
    assert.equal(line.answered(), 1, 'and the crowd waits');
    line.free();
    await eventually('all are answered', () => line.answered() === PLACES + 1);
    assert.equal(statusOf(await line.asks('192.0.2.2')), 200, 'there is room again');
  });
});
