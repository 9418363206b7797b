/** A connection that is in holds nothing of how it came: neither the request with its headers nor the token. */
import assert from 'node:assert/strict';
import { Server, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { World } from '../../support/world.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The requests that came to be upgraded while `work` ran, held by nobody here. */
async function upgraded(work: () => Promise<unknown>): Promise<WeakRef<IncomingMessage>[]> {
  const requests: WeakRef<IncomingMessage>[] = [];
  const prototype = Server.prototype as unknown as { emit: (...args: unknown[]) => boolean };
  const original = prototype.emit;
  prototype.emit = function (this: unknown, ...args: unknown[]) {
    if (args[0] === 'upgrade') requests.push(new WeakRef(args[1] as IncomingMessage));
    return original.apply(this, args);
  };
  try {
    await work();
  } finally {
    prototype.emit = original;
  }
  return requests;
}

describe('what a connection began with', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  it('is let go of once it is in, and the connection goes on', async () => {
    const people: Awaited<ReturnType<World['person']>>[] = [];
    const requests = await upgraded(async () => {
      for (const name of ['Ada', 'Bob', 'Cem']) {
        const person = await world.person(name);
        await person.call('channel.list', {}).accepted();
        people.push(person);
      }
    });
    assert.equal(requests.length, 3);
    const kept = () => requests.filter((request) => request.deref() !== undefined).length;
    // A reference is only given up between turns of the event loop, and the newest connection may still be at work.
    for (let turn = 0; turn < 20 && kept() > 0; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    assert.equal(kept(), 0, 'requests that something still holds');
    for (const person of people) await person.call('channel.list', {}).accepted();
  });
});
