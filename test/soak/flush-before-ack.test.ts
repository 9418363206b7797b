/** An acknowledgement leaves when the disk has the message: the kernel's own account of every flush, laid beside every answer. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../scripts/migrations.ts';
import type { ChannelId } from '../../src/contract/index.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { Secret } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { Connection } from '../support/connection.ts';
import { NodeProcess, onDatabase } from '../support/node-process.ts';
import { OwnPostgres } from '../support/own-postgres.ts';
import { clientId } from '../support/two-nodes.ts';
import { register, signIn } from '../support/two-processes.ts';
import { canTrace, Flushes, processesOf } from './support/flushes.ts';

/** Each says as much as the limit of messages lets one say at once. */
const SPEAKERS = 5;
const EACH = 18;
const SENDS = SPEAKERS * EACH;
/** The clock of the test has whole milliseconds. */
const GRAIN_MS = 1;

interface Answered {
  readonly invoked: number;
  readonly answered: number;
}

describe('soak: a flush before every acknowledgement', function () {
  this.timeout(120_000);
  const endings: (() => unknown)[] = [];
  let database: pg.Client;
  let node: NodeProcess;
  let owner: Connection;
  let channelId: ChannelId;
  before(async function () {
    if (!canTrace()) this.skip(); // .ci/run installs strace
    const postgres = await OwnPostgres.start();
    endings.push(() => postgres.end());
    const served = new Postgres({
      url: new Secret(postgres.url),
      connections: 1,
      statementTimeoutMs: 10_000,
    });
    await served.assertDurable().finally(() => served.close());
    const password = randomBytes(24).toString('hex');
    await migrate(postgres.url, password);
    database = new pg.Client({ connectionString: postgres.url });
    await database.connect();
    endings.push(() => database.end());
    node = await NodeProcess.start({
      PUBLIC_URL: 'http://chat.example.org',
      TRUSTED_PROXIES: '127.0.0.1',
      ...onDatabase(postgres.url, password),
    });
    endings.push(() => node.stop());
    owner = await somebody('Ada', node.setupCode);
    const named = { kind: 'public', name: 'A room' } as const;
    channelId = (await owner.call('channel.create', named).accepted()).id;
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  async function somebody(name: string, setupCode?: string): Promise<Connection> {
    const session = await signIn(node, await register(name, node, setupCode));
    const connection = await Connection.open(node.url, { token: session.accessToken });
    endings.push(() => connection.close());
    return connection;
  }

  async function say(speaker: Connection): Promise<Answered> {
    const invoked = Date.now();
    const said = { channelId, clientId: clientId(), body: 'hello' };
    await speaker.call('message.send', said).accepted();
    return { invoked, answered: Date.now() };
  }

  /** New people say things one after the other; gives how often nothing was flushed meanwhile. */
  async function conversation() {
    const speakers = await Promise.all(
      Array.from({ length: SPEAKERS }, (_, i) => somebody(`Speaker ${i}`)),
    );
    for (const speaker of speakers) {
      await speaker.call('member.join', { channelId }).accepted();
      await say(speaker); // the first message makes a key, in a transaction of its own
    }
    const { rows } = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const flushes = await Flushes.of(processesOf(rows[0]?.pid ?? 0));
    const sends: Answered[] = [];
    for (let i = 0; i < SENDS; i += 1) {
      const speaker = speakers[i % SPEAKERS];
      if (speaker) sends.push(await say(speaker));
    }
    await flushes.end();
    const during = ({ invoked, answered }: Answered) =>
      flushes.seen.some(({ began, ended }) => began >= invoked && ended <= answered + GRAIN_MS);
    const without = sends.filter((send) => !during(send)).length;
    console.log(
      `      ${sends.length} messages, ${flushes.seen.length} flushes of the log, ${without} answered without one`,
    );
    return { sent: sends.length, without };
  }

  it('was seen for each message', async () => {
    assert.deepEqual(await conversation(), { sent: SENDS, without: 0 });
  });

  it('would be missed: with synchronous_commit off the same look finds answers without one', async () => {
    await database.query('ALTER SYSTEM SET synchronous_commit = off');
    await database.query('SELECT pg_reload_conf()');
    await eventually('the setting is in force', async () => {
      const { rows } = await database.query<{ is: string }>(
        `SELECT current_setting('synchronous_commit') AS is`,
      );
      return rows[0]?.is === 'off';
    });
    const { sent, without } = await conversation();
    assert.equal(sent, SENDS);
    assert.ok(without > SENDS / 2);
  });
});
