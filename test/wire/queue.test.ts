/** One connection's calls are carried out one after the other, answered in their order, and only so many wait. */
import assert from 'node:assert/strict';
import { CALLS_IN_FLIGHT, type Reply } from '../../src/contract/index.ts';
import { Scene } from './scene.ts';

describe("a connection's calls", () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.open();
  });
  after(() => scene.end());

  it('are answered in the order in which they came, quick ones after slow ones', async () => {
    const line = await scene.line();
    const { channelId, world } = scene;
    const order: number[] = [];
    const names = Array.from({ length: 40 }, (_, i) => ['message.send', 'role.describe'][i % 2]);
    const answers = names.map(async (name, i) => {
      const input = { channelId, clientId: world.clientId(), body: `in order ${i}` };
      await line.raw(name ?? '', name === 'message.send' ? input : {}).accepted();
      order.push(i);
    });
    await Promise.all(answers);
    assert.deepEqual(order, [...names.keys()]);
    await scene.bob.hearsMessage(({ body }) => body === 'in order 38');
    const heard = scene.bob.connection
      .events()
      .flatMap((event) => (event.kind === 'message' ? [event.message] : []))
      .filter(({ body }) => body?.startsWith('in order'));
    assert.deepEqual(
      heard.map(({ body }) => body),
      [...names.keys()].filter((i) => i % 2 === 0).map((i) => `in order ${i}`),
    );
  });

  it('beyond so many at a time are refused as overloaded, without delay and without being done', async () => {
    const raw = await scene.rawLine();
    const { channelId, world } = scene;
    const extra = 20;
    const packets = Array.from({ length: CALLS_IN_FLIGHT + extra }, (_, i) => {
      const input = { channelId, clientId: world.clientId(), body: `flood ${i}` };
      return `42${i}${JSON.stringify(['message.send', input])}`;
    });
    raw.socket.cork();
    for (const packet of packets) raw.send(packet);
    raw.socket.uncork(); // at once: they arrive before the first is done
    const replies = await Promise.all(
      packets.map(async (_, i) => {
        const text = await raw.hears(`43${i}[`);
        const [reply] = JSON.parse(text.slice(`43${i}`.length)) as [Reply<unknown>];
        return reply.ok ? 'ok' : reply.error.code;
      }),
    );
    const first = raw.texts.find((text) => text.startsWith('43'));
    assert.match(first ?? '', /"code":"overloaded","retry":"later".*"retryAfterMs":1000/);
    assert.equal(replies.filter((reply) => reply === 'overloaded').length, extra);
    assert.ok(replies.slice(0, CALLS_IN_FLIGHT).every((reply) => reply === 'ok'));
    await scene.bob.hearsMessage(({ body }) => body === `flood ${CALLS_IN_FLIGHT - 1}`);
    const { messages } = await scene.bob
      .call('message.history', { channelId, limit: 200 })
      .accepted();
    const flood = messages.filter(({ body }) => body?.startsWith('flood'));
    assert.equal(flood.length, CALLS_IN_FLIGHT);
  });

  it('have room again when the flood is over', async () => {
    const line = await scene.line();
    for (let i = 0; i < CALLS_IN_FLIGHT + 5; i += 1) await line.settled();
  });

  it('without a request for an answer are carried out once', async () => {
    const line = await scene.line();
    const { channelId, world } = scene;
    line.socket.emit('message.send', { channelId, clientId: world.clientId(), body: 'unasked' });
    await scene.bob.hearsMessage(({ body }) => body === 'unasked');
    await line.settled();
    const { messages } = await scene.alice.call('message.history', { channelId }).accepted();
    assert.equal(messages.filter(({ body }) => body === 'unasked').length, 1);
  });

  it('that wait when the connection goes are not begun', async () => {
    const raw = await scene.rawLine();
    const { channelId, world } = scene;
    const packet = (i: number) =>
      `42${i}${JSON.stringify(['message.send', { channelId, clientId: world.clientId(), body: `gone ${i}` }])}`;
    raw.socket.cork();
    for (let i = 0; i < 30; i += 1) raw.send(packet(i));
    raw.send('41'); // a goodbye, right behind them
    raw.socket.uncork();
    await raw.closed();
    await scene.alice.send(channelId, 'after them', world.clientId()).accepted();
    const { messages } = await scene.alice
      .call('message.history', { channelId, limit: 200 })
      .accepted();
    const done = messages.filter(({ body }) => body?.startsWith('gone')).length;
    assert.ok(done < 30, `${done} of 30 calls of a closed connection were carried out`);
  });
});
