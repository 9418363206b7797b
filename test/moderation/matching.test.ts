/** What filters find, and what it costs: linear in the text whatever the pattern. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ChannelId, FilterId, FilterKind } from '../../src/contract/index.ts';
import { compiled, fault, programSize } from '../../src/moderation/matching.ts';

const HERE = randomUUID() as ChannelId;

const finds = (kind: FilterKind, text: string, channelId: ChannelId | null = null) => {
  const filter = { id: randomUUID() as FilterId, channelId, kind, action: 'refuse', text } as const;
  const check = compiled([filter]);
  return (said: string) => check(HERE, said).length === 1;
};

describe('matching', () => {
  it('finds whole words in any case and in compatible forms, and no part of a word', () => {
    const word = finds('word', 'Straße');
    for (const said of ['straße', 'Die STRAßE!', 'an der Straße.']) assert.ok(word(said), said);
    for (const said of ['Straßen', 'strasse', 'Hauptstraße', '']) assert.ok(!word(said), said);
    assert.ok(finds('word', 'spam')('ｓｐａｍ and eggs'));
  });

  it('finds links to a domain and to what is below it, with a scheme or without', () => {
    const link = finds('link', 'Bad.Example');
    for (const said of ['see https://bad.example/x?y', 'www.BAD.example', 'a.b.bad.example:80'])
      assert.ok(link(said), said);
    for (const said of ['https://notbad.example', 'bad.example.org', 'bad example'])
      assert.ok(!link(said), said);
  });

  it('finds patterns in any case', () => {
    const pattern = finds('pattern', 'fr[e3]+ m[o0]ney');
    assert.ok(pattern('get FR33 m0ney now'));
    assert.ok(!pattern('free  money'));
  });

  it('holds a text only against the filters of its channel and of all', () => {
    assert.ok(finds('word', 'spam', HERE)('spam'));
    assert.ok(!finds('word', 'spam', randomUUID() as ChannelId)('spam'));
  });

  it('knows what is no word, no domain and no pattern', () => {
    assert.deepEqual(
      [fault('word', 'two words'), fault('link', 'https://a.b'), fault('pattern', '(')],
      ['not_one_word', 'not_a_domain', 'not_a_pattern'],
    );
    assert.equal(fault('pattern', '(?=look)ahead'), 'not_a_pattern');
    assert.ok((programSize('a{1,1000}') ?? 0) > 400);
  });

  it('takes time in proportion to the text for patterns on which backtracking explodes', () => {
    for (const text of ['(a+)+$', '(a|a)*b$', '(.*)*x(.*)*y$', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
      const check = finds('pattern', text);
      const time = (length: number) => {
        const said = `${'a'.repeat(length - 1)}!`;
        const began = performance.now();
        check(said);
        return performance.now() - began;
      };
      time(4_000); // compiled by now
      const best = (length: number) => Math.min(...Array.from({ length: 5 }, () => time(length)));
      const [short, long] = [best(1_000), best(4_000)];
      // Four times the text: sixteen times the time would be quadratic. The machine may be busy.
      assert.ok(long < 12 * short + 50, `${text}: ${short} ms, then ${long} ms`);
    }
  });

  it('takes no patterns whose program would be without bounds, and knows the size of the others', () => {
    const nested = '(((a{0,9}){0,9}){0,9}){0,9}';
    for (const text of [nested, '(x{1000}){1000}', 'a{1001}', '((a*)+'])
      assert.equal(fault('pattern', text), 'not_a_pattern', text);
    // As much as fits into a filter: RE2 counts repetitions before it unrolls them.
    for (const text of ['\\pL{1000}'.repeat(20), '(a|a){500}'.repeat(20), '(a*)*'.repeat(40)]) {
      const size = programSize(text);
      assert.ok(size !== null && size > 200 && size < 50_000, `${text}: ${size}`);
    }
  });

  it('takes no longer for a message of dots and one of hosts', () => {
    const link = finds('link', 'bad.example');
    // Work that doubles with every dot would not end at all.
    const began = performance.now();
    link('a.'.repeat(2_000));
    link('x'.repeat(4_000));
    assert.ok(performance.now() - began < 10_000);
  });
});
