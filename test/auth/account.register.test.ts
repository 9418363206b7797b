/** Registering tells nobody who is here already, and an invitation is good for one. */
import assert from 'node:assert/strict';
import { open } from '../../src/crypto/index.ts';
import { keyRows } from '../../src/crypto/index.ts';
import type { UserId, WorkspaceId } from '../../src/contract/index.ts';
import { accepted, DAY, GOOD_PASSWORD, openHouse, refused, type House } from './support.ts';

const application = (workspace: string, more: object = {}) => ({
  workspace,
  email: 'Ada.Canary77@Example.org',
  password: GOOD_PASSWORD,
  displayName: 'Ada Canary77',
  ...more,
});

describe('account.register', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());

  const accounts = (id: WorkspaceId) =>
    house.rows('SELECT * FROM account WHERE workspace_id = $1', id);

  it('makes an active user whose password opens a session', async () => {
    const { id, slug } = await house.workspace();
    const answer = await house.call('account.register', application(slug));
    assert.deepEqual(accepted(answer), { accepted: true });
    const [account, ...others] = await accounts(id);
    assert.equal(others.length, 0);
    assert.deepEqual([account?.['role'], account?.['status']], ['user', 'active']);
    assert.deepEqual(answer.facts, [
      { resource: { kind: 'account', id: account?.['id'] }, details: { invited: false } },
    ]);
    const login = { workspace: slug, email: 'ada.canary77@example.ORG', password: GOOD_PASSWORD };
    assert.equal(accepted(await house.call('session.open', login))['userId'], account?.['id']);
  });

  it('leaves neither e-mail nor name nor password readable in any table', async () => {
    const { slug } = await house.workspace();
    accepted(await house.call('account.register', application(slug)));
    const login = {
      workspace: slug,
      email: 'ada.canary77@example.org',
      password: GOOD_PASSWORD,
      device: 'Canary77 phone',
    };
    accepted(await house.call('session.open', login));
    const tables = await house.rows(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    assert.ok(tables.length >= 12);
    const canaries = ['canary77', 'Canary/7.7', GOOD_PASSWORD, '203.0.113.77'];
    const spellings = canaries.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
    for (const { name } of tables) {
      const found = await house.rows(
        `SELECT t::text AS row FROM "${String(name)}" t WHERE t::text ILIKE ANY ($1)`,
        spellings.map((spelling) => `%${spelling}%`),
      );
      assert.deepEqual(found, [], String(name));
    }
  }).timeout(240_000); // every row of the database is looked at, those of the other tests too

  it('seals e-mail and profile under the key of their subject, bound to their row', async () => {
    const { id, slug } = await house.workspace();
    accepted(await house.call('account.register', application(slug)));
    const [account] = await accounts(id);
    const userId = account?.['id'] as UserId;
    const key = await house.postgres.transaction(id, 'read', (tx) =>
      house.vault.subjectKey(keyRows(tx, id), userId),
    );
    assert.ok(key);
    const sealed = (column: string) => account?.[column] as Buffer;
    const email = open(key, sealed('email_sealed'), ['e-mail', id, userId]);
    assert.equal(email?.toString(), 'Ada.Canary77@Example.org');
    const profile = open(key, sealed('profile_sealed'), ['profile', id, userId, 1]);
    assert.deepEqual(JSON.parse(String(profile)), { displayName: 'Ada Canary77' });
  });

  it('answers and works the same for a taken e-mail, in any spelling, and changes no row', async () => {
    const { id, slug } = await house.workspace();
    const count = { ...house.pool.done };
    const first = await house.call('account.register', application(slug));
    const free = {
      hash: house.pool.done.hash - count.hash,
      compare: house.pool.done.compare - count.compare,
    };
    const before = await accounts(id);
    const keys = 'SELECT * FROM subject_key WHERE workspace_id = $1';
    const keysBefore = await house.rows(keys, id);
    for (const email of ['Ada.Canary77@Example.org', ' ada.canary77@EXAMPLE.org ']) {
      const then = { ...house.pool.done };
      const again = application(slug, {
        email,
        displayName: 'Eve',
        password: 'Another-Horse-8-Battery',
      });
      const answer = await house.call('account.register', again);
      assert.deepEqual(answer.reply, first.reply);
      assert.deepEqual(
        { hash: house.pool.done.hash - then.hash, compare: house.pool.done.compare - then.compare },
        free,
      );
      assert.deepEqual(Object.keys(answer.facts[0] ?? {}), Object.keys(first.facts[0] ?? {}));
    }
    assert.deepEqual(free, { hash: 1, compare: 0 });
    assert.deepEqual(await accounts(id), before);
    assert.deepEqual(await house.rows(keys, id), keysBefore);
  });

  it('makes one account of two that come at once with one e-mail', async () => {
    const { id, slug } = await house.workspace();
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => house.call('account.register', application(slug))),
    );
    for (const answer of answers) assert.deepEqual(accepted(answer), { accepted: true });
    assert.equal((await accounts(id)).length, 1);
    const keys = await house.rows('SELECT 1 FROM subject_key WHERE workspace_id = $1', id);
    assert.equal(keys.length, 1);
  });

  it('takes the same e-mail once per workspace', async () => {
    const [one, other] = [await house.workspace(), await house.workspace()];
    accepted(await house.call('account.register', application(one.slug)));
    accepted(await house.call('account.register', application(other.slug)));
    assert.deepEqual([(await accounts(one.id)).length, (await accounts(other.id)).length], [1, 1]);
  });

  it('refuses password_policy with every rule that the password breaks, by the profile', async () => {
    const strict = await house.workspace();
    const weak = application(strict.slug, { password: 'conclav\u0065' });
    const rules = ['no_upper', 'no_digit', 'no_special', 'contains_context'];
    assert.deepEqual(refused(await house.call('account.register', weak), 'password_policy'), {
      rules,
    });
    const long = await house.workspace({ passwordPolicy: 'nist' });
    const short = application(long.slug, { password: 'Vq7!zK2#' });
    const detail = refused(await house.call('account.register', short), 'password_policy');
    assert.deepEqual(detail, { rules: ['too_short'] });
    assert.equal((await accounts(strict.id)).length + (await accounts(long.id)).length, 0);
  });

  const misshapen: readonly [string, object][] = [
    ['an e-mail without @', { email: 'ada.example.org' }],
    ['an e-mail with two @', { email: 'ada@b@example.org' }],
    ['an e-mail with a line break', { email: 'ada@example.org\r\nBcc: x@y.z' }],
    ['an e-mail with an invisible character', { email: 'a\u200bda@example.org' }],
    ['an e-mail of 255 characters', { email: `${'a'.repeat(60)}@${'b'.repeat(190)}.org` }],
    ['a name of 65 characters', { displayName: 'x'.repeat(65) }],
    ['a blank name', { displayName: '   ' }],
    ['a name that turns the text around', { displayName: 'Ada\u202e' }],
    ['half a surrogate in the password', { password: `${GOOD_PASSWORD}\ud800` }],
    ['a role of their own choice', { role: 'admin' }],
    ['a malformed slug', { workspace: 'Tea House' }],
  ];
  for (const [name, more] of misshapen)
    it(`refuses ${name} as invalid_input`, async () => {
      refused(await house.call('account.register', application('anywhere', more)), 'invalid_input');
    });

  it('refuses a workspace that does not exist as not_found', async () => {
    refused(await house.call('account.register', application('no-such-place')), 'not_found');
  });

  describe('with an invitation', () => {
    it('gives its role, even where registration is closed to others, and finds its workspace', async () => {
      const { id, slug } = await house.workspace({ registration: 'invited' });
      refused(await house.call('account.register', application(slug)), 'registration_closed');
      const invitation = await house.auth.invite(id, { role: 'moderator' });
      const invited = { ...application(slug, { invitation }), workspace: undefined };
      accepted(await house.call('account.register', invited));
      const [account] = await accounts(id);
      assert.equal(account?.['role'], 'moderator');
      const [used] = await house.rows('SELECT * FROM invitation WHERE workspace_id = $1', id);
      assert.equal(used?.['used_by'], account['id']);
      const again = application(slug, { invitation, email: 'late@example.org' });
      refused(await house.call('account.register', again), 'registration_closed');
    });

    it('is refused when it is malformed, unknown, of another workspace or expired, all alike', async () => {
      const [here, there] = [await house.workspace(), await house.workspace()];
      const elsewhere = await house.auth.invite(there.id, { role: 'admin' });
      const secret = elsewhere.split('.').at(-1) ?? '';
      const code = await house.auth.invite(here.id, { role: 'admin' });
      house.clock.advance(DAY);
      const codes = [
        'letmein',
        elsewhere,
        `ci1.${here.id}.${secret}`,
        `cr1.${here.id}.${secret}`,
        code,
      ];
      for (const invitation of codes) {
        const answer = await house.call('account.register', application(here.slug, { invitation }));
        assert.equal(refused(answer, 'registration_closed'), undefined);
      }
      assert.equal((await accounts(here.id)).length, 0);
    });

    it('is not used up by a taken e-mail', async () => {
      const { id, slug } = await house.workspace();
      accepted(await house.call('account.register', application(slug)));
      const invitation = await house.auth.invite(id, { role: 'moderator' });
      accepted(await house.call('account.register', application(slug, { invitation })));
      accepted(
        await house.call(
          'account.register',
          application(slug, { invitation, email: 'b@example.org' }),
        ),
      );
      const roles = (await accounts(id)).map(({ role }) => role);
      assert.deepEqual(roles.sort(), ['moderator', 'user']);
    });

    it('lets exactly one of ten in who redeem it at once on two nodes', async () => {
      const { id, slug } = await house.workspace();
      const other = await openHouse({ clock: house.clock });
      try {
        const invitation = await house.auth.invite(id, { role: 'admin' });
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, i) => {
            const mine = application(slug, { invitation, email: `racer${i}@example.org` });
            return (i % 2 ? house : other).call('account.register', mine);
          }),
        );
        const won = answers.filter(({ reply }) => reply.ok);
        assert.equal(won.length, 1);
        for (const lost of answers.filter((one) => one !== won[0]))
          refused(lost, 'registration_closed');
        assert.equal((await accounts(id)).length, 1);
      } finally {
        await other.close();
      }
    });
  });
});
