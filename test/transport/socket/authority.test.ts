/** A connection is asked for a newer token in time, goes on with one, and ends with its last. */
import assert from 'node:assert/strict';
import type { ProvedClaims } from '../../../src/kernel/index.ts';
import { Authorities } from '../../../src/transport/socket/authority.ts';
import type { ClientSocket } from '../../../src/transport/socket/types.ts';
import { HandTimers } from '../../client/support.ts';
import { HandClock, MINUTE } from '../../support/hand-clock.ts';

describe('the authority of a connection, by the clock', () => {
  let clock: HandClock;
  let timers: HandTimers;
  let authorities: Authorities;
  /** What the client was told, each with the time on the clock in seconds since the beginning. */
  let told: [event: string, seconds: number, payload: unknown][];
  let began: number;

  beforeEach(() => {
    clock = new HandClock();
    timers = new HandTimers();
    authorities = new Authorities(clock, timers.later);
    told = [];
    began = clock.now().getTime();
  });

  const claims = (life: number) => ({ expiresAt: began + life }) as ProvedClaims;
  function connection(life: number): ClientSocket {
    const seconds = () => (clock.now().getTime() - began) / 1_000;
    const socket = {
      id: 'one',
      data: { claims: claims(life) },
      emit: (event: string, payload: unknown) => told.push([event, seconds(), payload]),
      disconnect: () => undefined,
    };
    return socket as unknown as ClientSocket;
  }
  function forward(milliseconds: number): void {
    clock.forward(milliseconds);
    timers.forward(milliseconds);
  }
  const end = ['connection.closing', { code: 'token_expired', next: 'refresh' }] as const;

  it('is asked for 90 seconds before the end of a long one, a quarter before that of a short one', () => {
    for (const [life, asked] of [
      [15 * MINUTE, 15 * 60 - 90],
      [MINUTE, 45],
    ] as const) {
      const socket = connection(life);
      authorities.begin(socket);
      forward(asked * 1_000 - 1);
      assert.deepEqual(told, []);
      forward(1);
      const expiresInMs = life - asked * 1_000;
      assert.deepEqual(told.splice(0), [['session.expiring', asked, { expiresInMs }]]);
      authorities.end(socket);
      began = clock.now().getTime();
    }
  });

  it('ends when nothing comes, and not before', () => {
    authorities.begin(connection(MINUTE));
    forward(45_000);
    forward(14_999);
    assert.equal(told.length, 1);
    forward(1);
    assert.deepEqual(told.at(-1), [end[0], 60, end[1]]);
  });

  it('goes on with a newer token, which is asked to be renewed in its turn', () => {
    const socket = connection(MINUTE);
    authorities.begin(socket);
    forward(50_000);
    told.length = 0;
    authorities.renew('one', claims(3 * MINUTE));
    assert.equal(socket.data.claims.expiresAt, began + 3 * MINUTE);
    forward(97_499);
    assert.deepEqual(told, [], 'the old end has passed without a word');
    forward(1);
    assert.deepEqual(told.splice(0), [['session.expiring', 147.5, { expiresInMs: 32_500 }]]);
    forward(32_500);
    assert.deepEqual(told, [[end[0], 180, end[1]]]);
  });

  it('is not shortened by an older token, nor is a connection that is gone', () => {
    const socket = connection(MINUTE);
    authorities.begin(socket);
    authorities.renew('one', claims(30_000));
    authorities.renew('another', claims(3 * MINUTE));
    assert.equal(socket.data.claims.expiresAt, began + MINUTE);
    authorities.end(socket);
    authorities.renew('one', claims(3 * MINUTE));
    forward(5 * MINUTE);
    assert.deepEqual([told, timers.due], [[], []]);
  });
});
