/** A mail to set a new password: the same answer and the same work for every address, and a mail to owners alone. */
import assert from 'node:assert/strict';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { HOUR, MINUTE } from '../../support/hand-clock.ts';
import { statementsOf } from '../../support/statements.ts';
import { UNLIMITED, World } from '../../support/world.ts';
import { rows } from '../../chat/support.ts';
import { Mailbox, RESET } from '../mailbox.ts';
import { post } from '../posting.ts';
import { Resident } from '../residents.ts';

interface Accepted {
  readonly accepted: true;
}

describe('password.request-reset', () => {
  let world: World;
  let mailbox: Mailbox;
  before(async () => {
    mailbox = new Mailbox();
    world = await World.create({ environment: mailbox.environment });
  });
  after(async () => {
    await world.end();
    mailbox.end();
  });

  const ask = (email: string, more: object = {}) =>
    post<Accepted>(world, '/v1/password-resets', { workspace: world.slug, email, ...more });
  const waiting = () =>
    rows(world, 'SELECT * FROM mail WHERE workspace_id = $1', world.workspaceId);
  const idle = () =>
    eventually('every mail of the workspace has left', async () => (await waiting()).length === 0);

  /** The statements of one call, without those of the node's own clockwork. */
  async function costOf(email: string): Promise<string[]> {
    for (;;) {
      await idle();
      const texts = await statementsOf(() => ask(email).accepted());
      // Where the node looked for mail meanwhile, it may have begun with this one.
      if (!texts.some((text) => text.includes('take_up_mails')))
        return texts.filter((text) => !text.includes('control_events'));
    }
  }

  it('brings the owner a code, in plain text, to the address as it was registered', async () => {
    const ada = await Resident.create(world);
    assert.deepEqual(await ask(ada.email.toUpperCase()).accepted(), { accepted: true });
    const { text, token } = await mailbox.comes(ada.email, RESET);
    assert.match(token, new RegExp(`^cp1\\.${world.workspaceId}\\.[\\w-]{43}$`));
    assert.match(text, /30 minutes/);
    assert.ok(text.includes(world.slug) && !text.includes('?token=') && !text.includes('Ada'));
    await idle();
    const kept = await rows(
      world,
      "SELECT t::text AS whole FROM one_time_token t WHERE purpose = 'password-reset'",
    );
    const secret = token.split('.')[2] ?? '?';
    const forms = [secret, Buffer.from(secret, 'base64url').toString('hex')];
    assert.ok(kept.length > 0, 'something is stored');
    for (const { whole } of kept)
      for (const form of forms) assert.ok(!String(whole).includes(form), 'the code is stored');
    for (const line of world.logged)
      assert.ok(!line.includes(secret) && !line.includes(ada.email), line);
  });

  it('answers an address that nobody has the same, for the same row, and sends nothing', async () => {
    const ada = await Resident.create(world);
    await idle();
    const unknown = `nobody-${ada.email}`;
    const [theirs, nobodys] = await Promise.all([ask(ada.email), ask(unknown)]);
    assert.ok(theirs.ok && nobodys.ok);
    assert.deepEqual(nobodys.data, theirs.data);
    await idle();
    assert.equal(mailbox.to(unknown).length, 0);
    assert.equal(mailbox.to(ada.email).length, 2, 'to confirm the address, and this one');
  });

  it('does the same work for either, and writes down neither the address nor the account', async () => {
    const ada = await Resident.create(world);
    const known = await costOf(ada.email);
    assert.ok(known.some((text) => text.includes('INSERT INTO mail')));
    assert.deepEqual(await costOf('nobody@example.org'), known);
    const trail = await rows(
      world,
      "SELECT resource_id, actor_id, details FROM audit_event WHERE workspace_id = $1 AND action = 'password.request-reset'",
      world.workspaceId,
    );
    assert.ok(trail.length >= 2);
    for (const row of trail)
      assert.deepEqual(row, { resource_id: null, actor_id: null, details: {} });
  });

  it('keeps nothing where no mail is sent, and answers the same', async () => {
    const dark = await World.create();
    try {
      const ada = await Resident.create(dark);
      for (const email of [ada.email, 'nobody@example.org'])
        await post(dark, '/v1/password-resets', { workspace: dark.slug, email }).accepted();
      const where = 'WHERE workspace_id = $1';
      assert.deepEqual(await rows(dark, `SELECT id FROM mail ${where}`, dark.workspaceId), []);
    } finally {
      await dark.end();
    }
  });

  it('sends nothing to who is locked or deactivated, and answers the same', async () => {
    for (const status of ['locked', 'deactivated']) {
      const ada = await Resident.create(world);
      const { userId } = await ada.arrives();
      await rows(world, 'UPDATE account SET status = $2 WHERE id = $1', userId, status);
      await ask(ada.email).accepted();
      await idle();
      assert.deepEqual(
        mailbox.to(ada.email).filter(({ subject }) => RESET.test(subject)),
        [],
      );
    }
  });

  it('makes earlier codes void', async () => {
    const ada = await Resident.create(world);
    await ask(ada.email).accepted();
    const first = await mailbox.comes(ada.email, RESET);
    await ask(ada.email).accepted();
    const second = await mailbox.comes(ada.email, RESET, 2);
    assert.notEqual(first.token, second.token);
    const redeem = (token: string) =>
      post(world, '/v1/password-resets/redeem', { token, password: 'Purple-otters-7-juggle' });
    await redeem(first.token).refused('invalid_code');
    await redeem(second.token).accepted();
  });

  it('is refused as invalid_input when its shape is wrong, and as not_found where there is no workspace', async () => {
    for (const bad of [
      ...[{ email: 'nobody' }, { email: null }, { email: ['a@b.example'] }, {}],
      ...[
        { email: 'a@b.example\r\nBcc: c@d.example' },
        { email: 'a@b.example', to: 'c@d.example' },
      ],
    ])
      await post(world, '/v1/password-resets', bad).refused('invalid_input');
    await ask('a@b.example', { workspace: 'no-such-workspace' }).refused('not_found');
  });

  it('is refused as overloaded when a thousand wait, whoever it is for', async () => {
    const ada = await Resident.create(world);
    await idle();
    await rows(
      world,
      `INSERT INTO mail (workspace_id, kind, email_digests, due_at)
       SELECT $1, 'password-reset', '{}', 'infinity' FROM generate_series(1, 1000)`,
      world.workspaceId,
    );
    try {
      await ask(ada.email).refused('overloaded');
      await ask('nobody@example.org').refused('overloaded');
      await Resident.create(world); // comes in without its mail
    } finally {
      await rows(world, 'DELETE FROM mail WHERE workspace_id = $1', world.workspaceId);
    }
    await ask(ada.email).accepted();
  });
});

describe('password.request-reset, again and again', () => {
  it('is refused as rate_limited by address, and by e-mail, the same for known and unknown', async () => {
    const limits = { ...UNLIMITED, 'auth.reset': LIMIT_TABLE['auth.reset'] };
    const world = await World.create({ limits });
    try {
      const ada = await Resident.create(world);
      for (const email of [ada.email, 'nobody@example.org']) {
        const ask = (to: string) =>
          post(world, '/v1/password-resets', { workspace: world.slug, email: to });
        for (let i = 0; i < 5; i += 1) await ask(email).accepted();
        const first = await ask(`other-${email}`).refused('rate_limited');
        const fired = { bucket: 'auth.reset', by: 'address', windowMs: MINUTE };
        assert.deepEqual(first.detail, fired);
        world.clock.forward(2 * MINUTE);
        const second = await ask(email.toUpperCase()).refused('rate_limited');
        assert.deepEqual(second.detail, { bucket: 'auth.reset', by: 'named', windowMs: HOUR });
        world.clock.forward(2 * MINUTE);
      }
    } finally {
      await world.end();
    }
  });
});
