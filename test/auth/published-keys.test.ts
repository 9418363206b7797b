/** Signing keys are rotated while every node serves: none signs before all know it, and none is refused too early. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { SessionId, UserId, WorkspaceId } from '../../src/contract/index.ts';
import { publishedKeys } from '../../src/auth/published-keys.ts';
import { kids, LEAD_MS, LIFE_MS, openSigning, seed, signingNode, type Signing } from './signing.ts';
import { MINUTE } from './support.ts';

describe('published signing keys', () => {
  let signing: Signing;
  before(async () => {
    signing = await openSigning();
  });
  after(() => signing.end());
  beforeEach(() => signing.database.owner.query('DELETE FROM signing_key'));
  const node = () => signingNode(signing);

  it('are none at first: the keys of the settings sign, and are shown', async () => {
    const { keys, noticed } = node();
    await keys.read();
    assert.equal(keys.current.kid, 'seed');
    assert.deepEqual(kids(keys), ['seed']);
    assert.deepEqual(noticed, []);
  });

  it('are known and shown at once, sign after five seconds, and take over from the settings to the end of their tokens', async () => {
    const { keys, clock, rotate, noticed } = node();
    await keys.read();
    const { kid, number, signsFrom, publishedAt, earlierUntil } = await rotate();
    assert.deepEqual([number, signsFrom - publishedAt], [1, LEAD_MS]);
    assert.equal(earlierUntil - signsFrom, LIFE_MS + MINUTE);
    assert.equal(keys.publicKey(kid), undefined, 'nobody has read it yet');
    await keys.read();
    assert.deepEqual(noticed, [`published ${kid}`]);
    assert.deepEqual(kids(keys), ['seed', kid]);
    assert.ok(keys.publicKey(kid));
    assert.equal(keys.current.kid, 'seed');
    clock.advance(LEAD_MS - 1_000);
    assert.equal(keys.current.kid, 'seed');
    clock.advance(1_000);
    assert.equal(keys.current.kid, kid);
    clock.advance(LIFE_MS + MINUTE - 1_000);
    assert.ok(keys.publicKey('seed'));
    clock.advance(1_000);
    assert.equal(keys.publicKey('seed'), undefined);
    assert.deepEqual(kids(keys), [kid]);
    assert.equal(keys.publicSet().keys[0]?.['d'], undefined);
  });

  it('are never early where the clock of the machine is fast, nor where the answer took long', async () => {
    const slow = node();
    await slow.rotate();
    const late = publishedKeys({
      seed,
      seals: slow.seals,
      clock: slow.clock,
      notice: () => undefined,
      rows: {
        ...slow.rows,
        async all() {
          const found = await slow.rows.all();
          slow.clock.advance(3_000);
          return found;
        },
      },
    });
    await late.read();
    slow.clock.advance(LEAD_MS - 1_000);
    assert.equal(late.current.kid, 'seed');
  });

  it('are believed on every node before the first token bears them, and their tokens until these expire', async () => {
    const [a, b] = [node(), node()];
    await Promise.all([a.keys.read(), b.keys.read()]);
    const old = a.tokens.issue(bearer()).accessToken;
    await a.rotate();
    await Promise.all([a.keys.read(), b.keys.read()]);
    a.clock.advance(LEAD_MS);
    const fresh = a.tokens.issue(bearer()).accessToken;
    assert.notEqual(kidOf(old), kidOf(fresh));
    for (const token of [old, fresh]) assert.doesNotThrow(() => b.tokens.prove(token));
    b.clock.advance(LEAD_MS + LIFE_MS - 1_000 - LEAD_MS);
    assert.doesNotThrow(() => b.tokens.prove(old));
    b.clock.advance(MINUTE + LEAD_MS + 1_000);
    assert.throws(() => b.tokens.prove(old), { code: 'unauthenticated' });
  });

  it('leave tokens of all keys before no time where one of these is in the wrong hands', async () => {
    const { keys, clock, rotate } = node();
    const before = ['seed', (await rotate()).kid, (await rotate()).kid];
    const { kid } = await rotate({ atOnce: true });
    await keys.read();
    assert.deepEqual(kids(keys), [...before, kid]);
    clock.advance(LEAD_MS);
    for (const one of before) assert.equal(keys.publicKey(one), undefined);
    assert.deepEqual(kids(keys), [kid]);
    assert.equal(keys.current.kid, kid);
  });

  it('are put one after the other when six rotate at once', async () => {
    const { keys, rotate } = node();
    const done = await Promise.all(Array.from({ length: 6 }, () => rotate()));
    assert.deepEqual(done.map(({ number }) => number).sort(), [1, 2, 3, 4, 5, 6]);
    await keys.read();
    assert.equal(kids(keys).length, 7);
  });
});

const id = () => `01890000-0000-7000-8000-${randomBytes(6).toString('hex')}`;

function bearer() {
  return {
    workspaceId: id() as WorkspaceId,
    userId: id() as UserId,
    sessionId: id() as SessionId,
    role: 'user',
    sessionEnds: new Date(8.64e15),
  } as const;
}

function kidOf(token: string): string | undefined {
  return jwt.decode(token, { complete: true })?.header.kid;
}
