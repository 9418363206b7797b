/** An event that is no call of a declared operation is answered with a stable code and changes nothing for anybody. */
import assert from 'node:assert/strict';
import { Scene } from './scene.ts';

describe('an event that is no call', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.open();
  });
  after(() => scene.end());

  async function answered(code: 'unknown_operation' | 'invalid_input', ...event: unknown[]) {
    await scene.unharmed(async () => {
      const line = await scene.line();
      const [name, ...payload] = event;
      await line.raw(name as string, ...payload).refused(code);
    });
  }

  const names = [
    ...['message.explode', 'message', 'MESSAGE.SEND', 'message.send ', ' message.send', ''],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'],
    ...['error', 'connection', 'connection.closing', 'channel.events', 'removeAllListeners'],
    ...['session.open', 'account.register', '*', 'message\u0000send', 'x'.repeat(10_000)],
  ];
  for (const name of names)
    it(`with the unknown name ${JSON.stringify(name.slice(0, 30))} is refused`, () =>
      answered('unknown_operation', name, { channelId: scene.channelId }));

  it('with a number for a name is refused', () => answered('unknown_operation', 1, {}));

  const payloads: readonly [string, unknown[]][] = [
    ['no payload', []],
    ['two payloads', [{}, {}]],
    ['a payload and a number', [{}, 1]],
    ['null', [null]],
    ['a list', [[{}]]],
    ['text', ['channel.list']],
    ['JSON in text', ['{"limit":1}']],
    ['a number', [1]],
    ['a yes', [true]],
    ['binary', [Buffer.from('{}')]],
    ['a function in text', ['() => 1']],
  ];
  for (const [what, payload] of payloads)
    it(`with ${what} for its one object is refused`, () =>
      answered('invalid_input', 'channel.list', ...payload));

  const id = () => ({ channelId: scene.channelId, clientId: scene.world.clientId() });
  const inputs: readonly [string, string, () => object][] = [
    ['an unknown key', 'message.send', () => ({ ...id(), body: 'x', admin: true })],
    ['an author of its own', 'message.send', () => ({ ...id(), body: 'x', authorId: 'x' })],
    ['a place of its own', 'message.send', () => ({ ...id(), body: 'x', seq: 1 })],
    ['a workspace of its own', 'channel.list', () => ({ workspaceId: 'x' })],
    ['a number for text', 'message.send', () => ({ ...id(), body: 1 })],
    ['a list for text', 'message.send', () => ({ ...id(), body: ['x'] })],
    ['an object for text', 'message.send', () => ({ ...id(), body: { toString: 'x' } })],
    ['binary for text', 'message.send', () => ({ ...id(), body: Buffer.from('x') })],
    ['empty text', 'message.send', () => ({ ...id(), body: '' })],
    ['4,001 characters', 'message.send', () => ({ ...id(), body: 'x'.repeat(4_001) })],
    ['half a surrogate', 'message.send', () => ({ ...id(), body: 'x\ud800' })],
    ['a NUL', 'message.send', () => ({ ...id(), body: 'x\u0000' })],
    ['no id', 'message.send', () => ({ body: 'x', clientId: scene.world.clientId() })],
    ['SQL for an id', 'channel.read', () => ({ channelId: "' OR 1=1 --" })],
    ['a list of ids', 'channel.read', () => ({ channelId: [scene.channelId] })],
    ['an operator for an id', 'channel.read', () => ({ channelId: { not: 'x' } })],
    ['a float for a count', 'channel.list', () => ({ limit: 1.5 })],
    ['less than nothing', 'channel.list', () => ({ limit: -1 })],
    ['too large a count', 'channel.list', () => ({ limit: 1e9 })],
    ['text for a count', 'channel.list', () => ({ limit: '1' })],
    [
      'a revision beyond counting',
      'channel.resume',
      () => ({ channelId: scene.channelId, rev: 2 ** 53, epoch: 1 }),
    ],
  ];
  for (const [what, name, input] of inputs)
    it(`with ${what} in its input is refused`, () => answered('invalid_input', name, input()));

  it('with 3,000 unknown keys is refused in few words', () =>
    scene.unharmed(async () => {
      const input = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`key${i}`, i]));
      const line = await scene.line();
      const { detail } = await line.raw('channel.list', input).refused('invalid_input');
      assert.ok(JSON.stringify(detail).length < 2_000, 'the answer repeats the question');
    }));

  it('nested 7,000 deep is refused, and 31,000 deep with an attachment ends the connection', () =>
    scene.unharmed(async () => {
      const deep = '['.repeat(7_000) + ']'.repeat(7_000);
      const raw = await scene.rawLine();
      raw.send(`421["channel.list",{"limit":${deep}}]`);
      await raw.hears('431[{"ok":false,"error":{"code":"invalid_input"');
      raw.send(`422["channel.list",${deep}]`);
      await raw.hears('432[{"ok":false,"error":{"code":"invalid_input"');
      const deeper = '['.repeat(31_000) + ']'.repeat(31_000);
      raw.send(`451-3["channel.list",${deeper}]`);
      raw.frame(Buffer.from('x'));
      await raw.closed();
      assert.ok(!raw.texts.some((text) => text.startsWith('433')));
    }));

  it('without a request for an answer gets none, and no other event suffers', () =>
    scene.unharmed(async () => {
      const line = await scene.line();
      line.socket.emit('message.explode', {});
      line.socket.emit('channel.list', { nonsense: true });
      line.socket.emit('channel.list');
      await line.settled();
    }));
});
