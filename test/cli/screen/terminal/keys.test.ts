/** Keys are what they are called, on every terminal, wherever the pieces are cut; a paste is text and nothing else. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KeyReader, type Input } from '../../../../src/cli/screen/terminal/keys.ts';

const read = (...pieces: string[]): Input[] => {
  const reader = new KeyReader();
  return [...pieces.flatMap((piece) => reader.read(piece)), ...reader.flush()];
};
const names = (...pieces: string[]) =>
  read(...pieces).map((input) => (input.kind === 'key' ? input.name : `“${input.text}”`));

describe('Keys', () => {
  it('are told from text', () => {
    assert.deepEqual(names('Grüße 日本\r'), ['“Grüße 日本”', 'enter']);
    assert.deepEqual(names('\x7f\x08\t\x0b\n\x03'), [
      ...['backspace', 'backspace', 'tab', 'ctrl+k', 'ctrl+j', 'ctrl+c'],
    ]);
  });

  it('have their names in every way in which terminals say them', () => {
    for (const [name, ...ways] of [
      ['up', '\x1b[A', '\x1bOA'],
      ['home', '\x1b[H', '\x1bOH', '\x1b[1~', '\x1b[7~'],
      ['end', '\x1b[F', '\x1b[4~', '\x1b[8~'],
      ['delete', '\x1b[3~'],
      ['pageup', '\x1b[5~'],
      ['alt+up', '\x1b[1;3A', '\x1b\x1b[A'],
      ['ctrl+left', '\x1b[1;5D'],
      ['ctrl+alt+shift+right', '\x1b[1;8C'],
      ['shift+tab', '\x1b[Z'],
      ['alt+enter', '\x1b\r', '\x1b[13;3u', '\x1b[27;3;13~'],
      ['alt+backspace', '\x1b\x7f'],
      ['alt+b', '\x1bb'],
      ['ctrl+k', '\x1b[107;5u'],
      ['escape', '\x1b'],
    ] as const)
      for (const way of ways) assert.deepEqual(names(way), [name], JSON.stringify(way));
  });

  it('that are unknown say nothing', () => {
    assert.deepEqual(names('\x1b[99~a\x1b[?1;2cb\x1b[I'), ['“a”', '“b”']);
    assert.deepEqual(names(`\x1b[${'1'.repeat(100)}`, 'x'), ['“x”']);
  });

  it('wait for what may follow an escape', () => {
    const reader = new KeyReader();
    assert.deepEqual(reader.read('\x1b'), []);
    assert.equal(reader.isWaiting, true);
    assert.deepEqual(reader.read('[A'), [{ kind: 'key', name: 'up' }]);
    assert.equal(reader.isWaiting, false);
    reader.read('\x1b');
    assert.deepEqual(reader.flush(), [{ kind: 'key', name: 'escape' }]);
    assert.deepEqual(reader.flush(), []);
  });

  it('in a paste are text', () => {
    const text = '/quit\r\x03\x1b[A\x1b';
    assert.deepEqual(read(`a\x1b[200~${text}\x1b[201~b`), [
      { kind: 'text', text: 'a' },
      { kind: 'paste', text },
      { kind: 'text', text: 'b' },
    ]);
    const [long] = read(`\x1b[200~${'x'.repeat(300_000)}\x1b[201~`);
    assert.ok(long?.kind === 'paste' && long.text.length === 100_000);
  });

  it('are the same however the pieces are cut', () => {
    const whole = 'a\x1b[1;3A\x1b[200~paste\x1b[20\r\x1b[201~\x1b[13;3u日本\x1bOB\x1bb\r';
    const expected = normal(read(whole));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: whole.length }), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, n) => whole.slice(places[n], end));
        assert.deepEqual(normal(read(...pieces)), expected);
      }),
    );
  });
});

/** Text that was cut is the same text. */
function normal(inputs: readonly Input[]): string[] {
  const joined: string[] = [];
  let text = '';
  for (const input of [...inputs, null]) {
    if (input?.kind === 'text') text += input.text;
    else {
      if (text !== '') joined.push(text);
      text = '';
      if (input) joined.push(input.kind === 'key' ? input.name : `paste ${input.text}`);
    }
  }
  return joined;
}
