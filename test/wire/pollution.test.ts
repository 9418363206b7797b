/** No input, however it is spelled, reaches the prototype of another object or passes for something it is not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Reply } from '../../src/contract/index.ts';
import { Scene } from './scene.ts';

/** Spelled as JSON: an object literal would set the prototype instead of a key. */
const POISON = [
  '{"__proto__":{"polluted":1}}',
  '{"__proto__":null}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"prototype":{"polluted":1}}',
  '{"limit":{"__proto__":{"polluted":1}}}',
  '{"limit":{"valueOf":1,"toString":1}}',
  '{"after":{"__proto__":[],"length":1}}',
  '{"hasOwnProperty":1}',
  '{"toJSON":1}',
  '{"then":1}',
  '{"length":1,"0":"x"}',
  '{"$gt":""}',
  '{"limit":{"$ne":1}}',
  '{"__defineGetter__":"x","__lookupSetter__":"y"}',
];

describe('poisoned input', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.open();
  });
  after(() => scene.end());

  for (const json of POISON)
    it(`${json} is refused and pollutes nothing`, () =>
      scene.unharmed(async () => {
        const raw = await scene.rawLine();
        raw.send(`421["channel.list",${json}]`);
        await raw.hears('431[{"ok":false,"error":{"code":"invalid_input"');
        raw.destroy();
      }));

  it('is refused over HTTP as well', () =>
    scene.unharmed(async () => {
      const { world, mallory } = scene;
      for (const body of POISON) {
        const headers = {
          authorization: `Bearer ${mallory.accessToken}`,
          'content-type': 'application/json',
        };
        const answer = await fetch(`${world.url}/v1/channels`, { method: 'POST', headers, body });
        const { code } = (await answer.json()) as { code: string };
        assert.deepEqual([answer.status, code], [400, 'invalid_input'], body);
      }
    }));

  it('is refused where a token belongs', () =>
    scene.unharmed(async () => {
      const raw = await scene.rawLine();
      raw.send('421["__proto__",{}]');
      await raw.hears('431[{"ok":false,"error":{"code":"unknown_operation"');
      raw.send('422["role.describe",{"__proto__":{"role":"admin"}}]');
      await raw.hears('432[{"ok":false,"error":{"code":"invalid_input"');
    }));

  it('of any shape is answered by every operation, and changes nothing', () =>
    scene.unharmed(async () => {
      const names = [
        ...['channel.list', 'channel.read', 'channel.resume', 'channel.subscribe', 'channel.sync'],
        ...['message.send', 'message.edit', 'message.delete', 'message.history'],
        ...['member.add', 'member.remove', 'member.set-role', 'member.leave'],
      ];
      const key = fc.constantFrom(
        '__proto__',
        'constructor',
        'channelId',
        'channels',
        'limit',
        'x',
      );
      const anything = fc.object({ key, maxDepth: 3, withNullPrototype: true });
      const line = await scene.line();
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...names), anything, async (name, input) => {
          const json = JSON.stringify(input);
          fc.pre(json !== '{}');
          const reply: Reply<unknown> = await line.raw(name, JSON.parse(json));
          assert.ok(!reply.ok, json);
          assert.equal(reply.error.code, 'invalid_input', json);
        }),
        { numRuns: 300 },
      );
    }));
});
