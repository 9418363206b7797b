/** A password is judged by every rule at once, and verified whole. */
import assert from 'node:assert/strict';
import { Secret } from '../../src/kernel/index.ts';
import { keyring } from '../../src/crypto/index.ts';
import { brokenRules, type PasswordRule } from '../../src/auth/password-policy.ts';
import { passwords, type PasswordHasher } from '../../src/auth/passwords.ts';
import { hashPool, type HashPool } from '../../src/platform/hash-pool/index.ts';
import { systemEntropy } from '../../src/platform/system.ts';
import { handClock, ring } from './support.ts';

const context = {
  workspace: { slug: 'tea-house', name: 'The Tearoom' },
  displayName: 'Ann Müller',
  email: 'ann.mueller@example.org',
};
const entropy = systemEntropy(handClock());

/** Characters of all four classes that are in no list. */
const strong = (length: number): string => 'Vq7!zK2#'.repeat(20).slice(0, length);

const composition: readonly [string, string, readonly PasswordRule[]][] = [
  ['eight characters of four classes', strong(8), []],
  ['seven characters', strong(7), ['too_short']],
  ['128 characters', strong(128), []],
  ['129 characters', strong(129), ['too_long']],
  ['128 characters outside of the basic plane', '😀'.repeat(124) + 'aB3!', []],
  ['no upper case', 'vq7!zk2#', ['no_upper']],
  ['no lower case', 'VQ7!ZK2#', ['no_lower']],
  ['no digit', 'VqX!zKY#', ['no_digit']],
  ['no special character', 'Vq7azK2b', ['no_special']],
  ['a space as the special character', 'Vq7 zK2b', []],
  ['letters and digits beyond ASCII', 'Ñandú٣ß!', []],
  ['lower case only', 'vqxazkyb', ['no_upper', 'no_digit', 'no_special']],
  [
    'nothing right',
    '\0',
    ['too_short', 'no_upper', 'no_lower', 'no_digit', 'no_special', 'contains_nul'],
  ],
  ['a NUL', 'Vq7!\0zK2#', ['contains_nul']],
  ['a common one', 'iloveyou', ['no_upper', 'no_digit', 'no_special', 'too_common']],
  ['a common one in capitals', 'ILOVEYOU', ['no_lower', 'no_digit', 'no_special', 'too_common']],
  ['a common one that satisfies every class', 'Password1!', ['too_common']],
  ['the product in it', 'xConclave7!', ['contains_context']],
  ['the slug in it', 'xTea-House7', ['contains_context']],
  ['the name of the workspace in it', 'xtEArOOM7!q', ['contains_context']],
  ['the surname in it', 'xMÜLLER7!q', ['contains_context']],
  ['the surname in it, decomposed', 'xMu\u0308ller7!q', ['contains_context']],
  ['the part before the @ in it', 'xAnn.Mueller7!', ['contains_context']],
  ['a name too short to count in it', 'xAnn7!qzK', []],
];

const nist: readonly [string, string, readonly PasswordRule[]][] = [
  ['fifteen lower-case letters', 'vqxazkybwmtrhgp', []],
  ['fourteen characters of four classes', strong(14), ['too_short']],
  ['a sentence', 'purple otters juggle quietly', []],
  ['128 characters', strong(128), []],
  ['129 characters', strong(129), ['too_long']],
  ['a common one', '1qaz2wsx3edc4rfv', ['too_common']],
  ['a context word in it', 'my conclave is my castle', ['contains_context']],
  ['a short common one', 'iloveyou', ['too_short', 'too_common']],
  ['a NUL', 'purple otters\0juggle', ['contains_nul']],
];

for (const [profile, table] of Object.entries({ composition, nist }))
  describe(`the ${profile} profile`, () => {
    for (const [name, password, rules] of table)
      it(`says [${rules.join(', ')}] of ${name}`, async () => {
        const broken = await brokenRules(password, profile as 'composition' | 'nist', context);
        assert.deepEqual(broken, rules);
      });
  });

describe('a stored password', () => {
  let pool: HashPool;
  before(() => {
    pool = hashPool({ cost: 4, threads: 1, queue: 50 });
  });
  after(() => pool.close());
  const stored = (hasher: PasswordHasher, text = ring('1')) =>
    passwords(hasher, keyring(new Secret(text)), entropy);

  it('is compared beyond the 72 bytes that bcrypt reads', async () => {
    const vault = stored(pool);
    const start = strong(72);
    const made = await vault.make(`${start}a`);
    assert.equal(await vault.check(`${start}a`, made), true);
    assert.equal(await vault.check(`${start}b`, made), false);
    assert.equal(await vault.check(start, made), false);
    assert.equal(await vault.check(`${start}ab`, made), false);
  });

  it('is compared beyond a NUL', async () => {
    const vault = stored(pool);
    const made = await vault.make('Vq7!\0zK2#');
    assert.equal(await vault.check('Vq7!\0other', made), false);
    assert.equal(await vault.check('Vq7!', made), false);
    assert.equal(await vault.check('Vq7!\0zK2#', made), true);
  });

  it('is the same composed and decomposed', async () => {
    const vault = stored(pool);
    const made = await vault.make('Cafe\u0301-7-Lumie\u0300re');
    assert.equal(await vault.check('Café-7-Lumière', made), true);
    assert.equal(await vault.check('Cafe-7-Lumiere', made), false);
  });

  it('says nothing without the pepper', async () => {
    const made = await stored(pool).make('Vq7!zK2#');
    assert.equal(await stored(pool).check('Vq7!zK2#', made), false);
    assert.ok(!(await pool.matches('Vq7!zK2#', made.passwordHash)));
  });

  it('is stale when the pepper or the cost is another one than for new passwords', async () => {
    const peppers = ring('1', '2');
    const old = await stored(pool, { ...peppers, current: '1' }).make('Vq7!zK2#');
    const now = stored(pool, peppers);
    assert.equal(await now.check('Vq7!zK2#', old), true);
    assert.equal(await now.isStale(old), true);
    const renewed = await now.make('Vq7!zK2#');
    assert.deepEqual([renewed.passwordPepper, await now.isStale(renewed)], ['2', false]);
    const dearer = hashPool({ cost: 5, threads: 1, queue: 50 });
    try {
      assert.equal(await stored(dearer, peppers).isStale(renewed), true);
    } finally {
      await dearer.close();
    }
  });

  it('that does not exist costs one comparison and is never right', async () => {
    const vault = stored(pool);
    const made = await vault.make('Vq7!zK2#');
    await vault.check('Vq7!zK2#', made);
    const before = { ...pool.done };
    assert.equal(await vault.check('Vq7!zK2#', null), false);
    assert.deepEqual(pool.done, { ...before, compare: before.compare + 1 });
  });

  it('is compared with a decoy again after the pool was too full to make one', async () => {
    let full = true;
    const hasher: PasswordHasher = {
      admit: (work) => work(),
      hash: (text) => (full ? Promise.reject(new Error('full')) : pool.hash(text)),
      matches: (text, hash) => pool.matches(text, hash),
    };
    const vault = stored(hasher);
    await assert.rejects(vault.check('Vq7!zK2#', null), /full/);
    full = false;
    assert.equal(await vault.check('Vq7!zK2#', null), false);
  });
});
