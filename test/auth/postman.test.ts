/** A mail that was asked for leaves: late rather than never, once it can, and without holding anybody up meanwhile. */
import assert from 'node:assert/strict';
import { connected, ownerUrl } from '../architecture/own-database.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';
import { rows } from '../chat/support.ts';
import { certificateFor, SmtpServer } from '../platform/mail/smtp-server.ts';
import { post } from './posting.ts';
import { Resident } from './residents.ts';

const reaching = ({ port }: SmtpServer) => ({
  SMTP_URL: `smtp://127.0.0.1:${port}`,
  MAIL_FROM: 'chat@example.org',
});

/** What earlier stories left would be sent, and told of, as well. */
async function nothingWaits(): Promise<void> {
  const owner = await connected(ownerUrl());
  await owner.query('DELETE FROM mail');
  await owner.end();
}

describe('the mail of a node', () => {
  const behaviour: { recipient?: string } = {};
  let server: SmtpServer;
  let world: World;
  before(async () => {
    await nothingWaits();
    server = await SmtpServer.start(behaviour, await certificateFor('localhost'));
    world = await World.create({ environment: reaching(server) });
  });
  afterEach(() => {
    delete behaviour.recipient;
  });
  after(async () => {
    await world.end();
    await server.end();
  });

  const waiting = () =>
    rows<{ kind: string; attempts: number; pause: number }>(
      world,
      `SELECT kind, attempts, extract(epoch FROM due_at - clock_timestamp())::float AS pause
       FROM mail WHERE workspace_id = $1`,
      world.workspaceId,
    );
  const change = (columns: string) =>
    rows(world, `UPDATE mail SET ${columns} WHERE workspace_id = $1`, world.workspaceId);
  const said = (what: string) => world.logged.filter((line) => line.includes(`"mail: ${what}"`));
  const receivedBy = ({ email }: Resident) =>
    server.taken.filter(({ to }) => to.some((line) => line.includes(email)));

  it('is put off when the server is busy, tried again when it is due, and nobody is named in the log', async () => {
    behaviour.recipient = '451 not now';
    const ada = await Resident.create(world);
    await eventually('it was put off', () => said('put off').length === 1);
    const [mail] = await waiting();
    assert.ok(mail && mail.pause > 20 && mail.pause <= 30, JSON.stringify(mail));
    assert.match(said('put off')[0] ?? '', /"code":"EENVELOPE 451"/);
    await change('due_at = clock_timestamp()');
    await eventually('it was put off again', () => said('put off').length === 2);
    await eventually('for twice as long', async () => {
      const [{ pause } = { pause: 0 }] = await waiting();
      return pause > 50 && pause <= 60;
    });
    delete behaviour.recipient;
    await change('due_at = clock_timestamp()');
    await eventually('nothing waits', async () => (await waiting()).length === 0);
    assert.equal(receivedBy(ada).length, 1);
    assert.match(said('sent')[0] ?? '', /"attempts":3/);
    for (const line of world.logged)
      assert.ok(!line.includes(ada.email) && !line.includes('cv1.'), line);
  });

  it('is dropped, and counted, when its reader will never have it, or after half a day of trying', async () => {
    behaviour.recipient = '550 who?';
    await Resident.create(world);
    await eventually('it was dropped', () => said('dropped').length === 1);
    behaviour.recipient = '451 not now';
    const before = said('put off').length;
    await Resident.create(world);
    await eventually('it was put off', () => said('put off').length === before + 1);
    await eventually('the row says so', async () => (await waiting())[0]?.attempts === 1);
    await change('attempts = 17, due_at = clock_timestamp()');
    await eventually('it was dropped', () => said('dropped').length === 2);
    await eventually('nothing waits', async () => (await waiting()).length === 0);
    assert.match(said('dropped')[1] ?? '', /"dropped":2/);
  });

  it('is tried again within seconds where the failure was our own', async () => {
    const owner = await connected(ownerUrl());
    const refuse = `CREATE FUNCTION refuse_token() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'too busy'; END $$;
      CREATE TRIGGER refuse_token BEFORE INSERT ON one_time_token FOR EACH ROW
      WHEN (NEW.workspace_id = '${world.workspaceId}') EXECUTE FUNCTION refuse_token()`;
    await owner.query(refuse);
    try {
      const ada = await Resident.create(world);
      await eventually('it failed and was put off', async () => {
        const [{ attempts, pause } = { attempts: 0, pause: 0 }] = await waiting();
        return attempts === 1 && pause > 0 && pause <= 5;
      });
      await owner.query('DROP FUNCTION refuse_token CASCADE');
      await change('due_at = clock_timestamp()');
      await eventually('it came', () => receivedBy(ada).length === 1);
    } finally {
      await owner.query('DROP FUNCTION IF EXISTS refuse_token CASCADE');
      await owner.end();
    }
  });

  it('is not sent for what did not happen, and not to who cannot be read any more', async () => {
    const ada = await Resident.create(world);
    await eventually('her mail came', () => receivedBy(ada).length === 1);
    const taken = { workspace: world.slug, email: ada.email, displayName: 'Ada' };
    await post(world, '/v1/accounts', { ...taken, password: ada.password }).accepted();
    const { userId } = await ada.arrives();
    await rows(world, 'DELETE FROM subject_key WHERE subject_id = $1', userId);
    await rows(world, 'UPDATE account SET email_sealed = NULL WHERE id = $1', userId);
    const body = { workspace: world.slug, email: ada.email };
    await post(world, '/v1/password-resets', body).accepted();
    await eventually('nothing waits', async () => (await waiting()).length === 0);
    assert.equal(receivedBy(ada).length, 1);
  });
});

describe('the mail of a node that stops', () => {
  it('holds up neither calls nor the stop while the server says nothing, and is left to the next node', async () => {
    await nothingWaits();
    const behaviour = { mute: true };
    const server = await SmtpServer.start(behaviour, await certificateFor('localhost'));
    const environment = reaching(server);
    const slow = await World.create({ environment });
    const ada = await Resident.create(slow);
    await eventually('it is being sent', () => server.connections > 0);
    const from = performance.now();
    const body = { workspace: slow.slug, email: ada.email };
    await post(slow, '/v1/password-resets', body).accepted();
    await slow.end();
    // The silence is given up after ten seconds: whoever waited for the mail would be here later.
    assert.ok(performance.now() - from < 8_000, 'neither the call nor the stop waits for the mail');
    behaviour.mute = false;
    const next = await World.create({ environment });
    try {
      const { workspaceId } = slow;
      const left = 'UPDATE mail SET due_at = clock_timestamp() WHERE workspace_id = $1';
      assert.equal((await next.database.query(left, [workspaceId])).rowCount, 2);
      const mine = () =>
        server.taken.filter(({ to }) => to.some((line) => line.includes(ada.email)));
      await eventually('the next node sends both', () => mine().length === 2);
    } finally {
      await next.end();
      await server.end();
    }
  });
});
