/** A room's frame is one buffer and says what it said in two, with the adapter that is installed. */
import assert from 'node:assert/strict';
import { Server } from 'socket.io';
import { inOnePiece } from '../../../src/transport/bus/one-piece.ts';

interface Options {
  wsPreEncodedFrame?: readonly Buffer[];
}
interface Encoding {
  _encode?: (packet: object, options: Options) => unknown;
}

const EVENT = { type: 2, nsp: '/', data: ['channel.events', { text: 'hello, 世界' }] };

describe('a frame to a whole room', () => {
  it('is one piece, the same bytes as the two that the installed adapter makes', () => {
    const adapters = [new Server().of('/').adapter, inOnePiece(new Server().of('/').adapter)];
    const [plain, joined] = adapters.map((adapter) => {
      const options: Options = {};
      (adapter as unknown as Required<Encoding>)._encode(EVENT, options);
      return options.wsPreEncodedFrame ?? [];
    });
    assert.equal(plain?.length, 2, 'this version encodes a frame as its head and its body');
    assert.equal(joined?.length, 1);
    assert.deepEqual(joined[0], Buffer.concat([...plain]));
    assert.ok(joined[0].includes('世界'));
  });

  it('is left as it is where nothing was encoded once for all, or nothing can be', () => {
    const encoding: Encoding = { _encode: () => ['text'] };
    const options: Options = {};
    assert.deepEqual(inOnePiece(encoding)._encode?.(EVENT, options), ['text']);
    assert.deepEqual(options, {});
    const other = { broadcast: () => undefined };
    assert.equal(inOnePiece(other), other);
  });
});
