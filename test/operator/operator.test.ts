/** What goes wrong between an operator's command and the database is said as something to act on. */
import assert from 'node:assert/strict';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { operatorOf } from '../support/rotation-load.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

describe('the operator', () => {
  let database: OwnDatabase;
  before(async () => {
    database = await ownDatabase();
  });
  after(() => database.remove());
  afterEach(() => database.owner.query('TRUNCATE workspace CASCADE'));
  const environment = (url = database.serverUrl) => ({ ...process.env, DATABASE_APP_URL: url });

  it('is told when the database has not been brought to this version', async () => {
    await database.owner.query('ALTER FUNCTION next_signing_key() RENAME TO later_signing_key');
    const operator = await operatorOf(environment());
    try {
      await assert.rejects(
        operator.rotateSigningKeys({ atOnce: false }),
        /^Error: outdated_database/,
      );
    } finally {
      await operator.close();
      await database.owner.query('ALTER FUNCTION later_signing_key() RENAME TO next_signing_key');
    }
  });

  it('is told that nothing was done when the database is gone before the work', async () => {
    const url = new URL(database.serverUrl);
    const proxy = await TcpProxy.to(Number(url.port));
    url.port = String(proxy.port);
    const operator = await operatorOf(environment(url.href));
    await proxy.end();
    try {
      await assert.rejects(
        operator.rotateSigningKeys({ atOnce: false }),
        /unavailable|outcome_unknown/,
      );
      await assert.rejects(
        operator.createWorkspace({ slug: 'tea', name: 'Tea' }),
        /unavailable|outcome_unknown/,
      );
    } finally {
      await operator.close();
    }
    const { rowCount } = await database.owner.query('SELECT FROM workspace');
    assert.equal(rowCount, 0);
  });

  it('leaves no workspace where it cannot be put on record', async () => {
    const operator = await operatorOf(environment());
    await database.owner.query('REVOKE INSERT ON audit_event FROM conclave_app');
    try {
      await assert.rejects(operator.createWorkspace({ slug: 'tea', name: 'Tea' }));
      const { rowCount } = await database.owner.query('SELECT FROM workspace');
      assert.equal(rowCount, 0);
    } finally {
      await database.owner.query('GRANT INSERT ON audit_event TO conclave_app');
    }
    await operator.createWorkspace({ slug: 'tea', name: 'Tea' });
    await operator.close();
  });

  it('gives nobody the host of the server once somebody is reached there', async () => {
    const own = { PUBLIC_URL: 'https://chat.example.org', ALLOWED_HOSTS: 'talk.example.org' };
    const operator = await operatorOf({ ...environment(), ...own });
    const make = (slug: string, host: string) =>
      operator.createWorkspace({ slug, name: 'A workspace', host });
    try {
      await make('first', 'chat.example.org'); // nobody is there to lose it
      await database.owner.query('UPDATE workspace SET host = NULL');
      for (const host of ['chat.example.org', 'CHAT.example.org', 'talk.example.org'])
        await assert.rejects(
          make('second', host),
          /^Error: host_taken: That host is of the server/,
        );
      const { rowCount } = await database.owner.query('SELECT FROM workspace');
      assert.equal(rowCount, 1);
      await make('second', 'tea.example.org');
    } finally {
      await operator.close();
    }
    const unlisted = await operatorOf({ ...environment(), PUBLIC_URL: own.PUBLIC_URL });
    try {
      const making = unlisted.createWorkspace({
        slug: 'third',
        name: 'T',
        host: 'chat.example.org',
      });
      await assert.rejects(making, /^Error: host_taken/);
    } finally {
      await unlisted.close();
    }
  });
});
