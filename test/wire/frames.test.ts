/** Frames and packets that break the protocol end the connection that sent them, and no other. */
import assert from 'node:assert/strict';
import { FRAME_BYTES } from '../../src/contract/index.ts';
import { TEXT, type RawSocket } from '../support/raw-socket.ts';
import { Scene } from './scene.ts';

const VIOLATION = '42["connection.closing",{"code":"protocol_violation","next":"stop"}]';

describe('a frame that breaks the protocol', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.open();
  });
  after(() => scene.end());

  const packets: readonly [string, string][] = [
    ['of no known type', '49'],
    ['that is empty', '4'],
    ['with a reserved name: connect', '42["connect",{}]'],
    ['with a reserved name: disconnect', '42["disconnect"]'],
    ['with a reserved name: disconnecting', '42["disconnecting",{}]'],
    ['with a reserved name: newListener', '42["newListener",{}]'],
    ['that is an object', '42{"a":1}'],
    ['whose name is null', '42[null]'],
    ['whose name is a list', '42[["channel.list"],{}]'],
    ['that is cut off', '42["channel.list",{'],
    ['with something behind it', '42["channel.list",{}]x'],
    ['with a negative number', '42-1["channel.list",{}]'],
    ['with a number in exponents', '421e3["channel.list",{}]'],
    ['with more attachments than there may be', '4511-["x",{"_placeholder":true,"num":0}]'],
    ['with a million attachments', '4999999-["x"]'],
    ['with no attachments', '450-["x"]'],
    ['with a negative number of attachments', '45-1-["x"]'],
    ['with attachments and no number', '45["x"]'],
    ['in base64 without attachments', 'bNHgx'],
  ];
  for (const [what, packet] of packets)
    it(`an event ${what} is answered with why, and the end`, () =>
      scene.unharmed(async () => {
        const raw = await scene.rawLine();
        raw.send(packet);
        await raw.closed();
        assert.deepEqual(raw.texts.slice(2), [VIOLATION, '41']);
      }));

  const unanswered: readonly [string, (raw: RawSocket) => void][] = [
    ['an unknown packet of the engine', (raw) => raw.send('9')],
    ['an empty frame', (raw) => raw.send('')],
    ['a ping from the wrong side', (raw) => raw.send('2')],
    ['the refusal of a handshake', (raw) => raw.send('44{"message":"x"}')],
    ['a second handshake', (raw) => raw.send('40{}')],
    ['an event of another namespace', (raw) => raw.send('42/admin,["channel.list",{}]')],
    ['a goodbye', (raw) => raw.send('41')],
    ['text in UTF-8 that is none', (raw) => raw.frame(Buffer.from([0xff]), { opcode: TEXT })],
    ['a frame without a mask', (raw) => raw.send('42["x"]', { masked: false })],
    ['a frame with reserved bits', (raw) => raw.send('42["x"]', { reserved: 4 })],
    ['an unknown kind of frame', (raw) => raw.frame(Buffer.from('x'), { opcode: 3 })],
    ['a piece of nothing', (raw) => raw.frame(Buffer.from('x'), { opcode: 0 })],
    ['a ping in pieces', (raw) => raw.frame(Buffer.from('x'), { opcode: 9, fin: false })],
    ['a ping of 200 bytes', (raw) => raw.frame(Buffer.alloc(200), { opcode: 9 })],
    ['garbage', (raw) => raw.socket.write(Buffer.alloc(1_000, 0xaa))],
  ];
  for (const [what, act] of unanswered)
    it(`${what} ends the connection`, () =>
      scene.unharmed(async () => {
        const raw = await scene.rawLine();
        act(raw);
        await raw.closed();
        assert.ok(!raw.texts.slice(2).some((text) => text.startsWith('43')), 'it was answered');
      }));

  it('a frame as large as one may be is taken, one byte more closes the connection', async () => {
    const padded = (bytes: number) => {
      const [head, tail] = ['421["channel.list",{"x":"', '"}]'];
      return `${head}${'x'.repeat(bytes - head.length - tail.length)}${tail}`;
    };
    await scene.unharmed(async () => {
      const raw = await scene.rawLine();
      raw.send(padded(FRAME_BYTES));
      await raw.hears('431[{"ok":false,"error":{"code":"invalid_input"');
      raw.send(padded(FRAME_BYTES + 1));
      assert.equal(await raw.closed(), 1_009);
    });
  });

  it('a frame that claims to be huge is refused before it is sent', () =>
    scene.unharmed(async () => {
      const raw = await scene.rawLine();
      raw.send('42', { claims: 1_000_000_000 });
      assert.equal(await raw.closed(), 1_009);
    }));

  it('pieces that add up to too much close the connection', () =>
    scene.unharmed(async () => {
      const raw = await scene.rawLine();
      raw.send('42["x","'.padEnd(16_384, 'x'), { fin: false });
      for (let i = 0; i < 3; i += 1)
        raw.frame(Buffer.alloc(16_384, 0x78), { opcode: 0, fin: false });
      raw.frame(Buffer.from('"]'), { opcode: 0 });
      assert.equal(await raw.closed(), 1_009);
    }));

  it('attachments in an event are binary where text belongs, and refused as such', () =>
    scene.unharmed(async () => {
      const raw = await scene.rawLine();
      raw.send('451-7["channel.list",{"_placeholder":true,"num":0}]');
      raw.frame(Buffer.from('{}'));
      await raw.hears('437[{"ok":false,"error":{"code":"invalid_input"');
      raw.send('451-8["channel.list",{"_placeholder":true,"num":5}]');
      raw.frame(Buffer.from('{}'));
      await raw.closed();
      assert.ok(!raw.texts.some((text) => text.startsWith('438')));
    }));

  it('an answer to a question that nobody asked is ignored', () =>
    scene.unharmed(async () => {
      const raw = await scene.rawLine();
      raw.send('430[{"ok":true}]');
      raw.send('4399999["x"]');
      raw.send('42');
      raw.send('421["role.describe",{}]');
      await raw.hears('431[{"ok":true');
    }));

  it('does not write to the console of the process', async () => {
    const said: unknown[] = [];
    const { error } = console;
    console.error = (...words: unknown[]) => void said.push(words);
    try {
      const raw = await scene.rawLine();
      raw.send('42["connect",{}]');
      await raw.closed();
    } finally {
      console.error = error;
    }
    assert.deepEqual(said, []);
  });
});
