/** Workspace keys are rotated all the time, once by a process that is killed in the middle, while two nodes send and read. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelId } from '../../../src/contract/index.ts';
import type { Operator } from '../../../src/operator/index.ts';
import { ownDatabase, type OwnDatabase } from '../../architecture/own-database.ts';
import { Machinery } from '../../cli/support.ts';
import type { Person } from '../../support/person.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { operatorOf } from '../../support/rotation-load.ts';
import { clientId, startNode } from '../../support/two-nodes.ts';
import { TwoProcesses } from '../../support/two-processes.ts';
import { addDataKeys } from '../support/many-keys.ts';

const PEOPLE = 8;
/** Of each person, within what they may say in a minute, however many minutes it takes. */
const BETWEEN_MS = 600;
const ROTATIONS = 50;
/** Messages that are acknowledged from one rotation to the next, at least: each of them is one under load. */
const BETWEEN_ROTATIONS = 4;
/** A process of its own takes a while to start while all the others are at work. */
const PATIENCE_MS = 60_000;
/** So many that a rotation can be killed in the middle. */
const STANDING_KEYS = 10_000;

describe('soak: workspace keys', function () {
  this.timeout(600_000);
  let database: OwnDatabase;
  let nodes: TwoProcesses;
  let home: Machinery;
  let environment: NodeJS.ProcessEnv;
  let people: Person[];
  let id: ChannelId;
  before(async () => {
    database = await ownDatabase();
    home = new Machinery();
    const own = { DATABASE_APP_URL: database.serverUrl };
    environment = { ...process.env, ...own };
    // New data keys are made all the time, so that some are made under each rotation.
    nodes = await TwoProcesses.start({ environment: { ...own, KEY_EPOCH_MESSAGES: '20' } });
    people = [];
    for (let i = 0; i < PEOPLE; i += 1)
      people.push(await nodes.person(`Person ${'abcdefgh'[i]}`, i % 2 ? nodes.b : nodes.a));
    const [owner, ...members] = people;
    assert.ok(owner);
    ({ id } = await nodes.channel(owner, ...members));
  });
  after(async () => {
    home.end();
    await nodes.end();
    await database.remove();
  });

  const done = async (operator: Operator): Promise<boolean> => {
    let resumed = false;
    for await (const row of operator.rotateKeys()) if (row.is === 'done') resumed ||= row.resumed;
    return resumed;
  };

  /** A rotation that is killed as soon as it says that it is under way. */
  async function killedInTheMiddle(): Promise<void> {
    const victim = home.apart(['rotate-keys', '--json'], {
      environment: commandEnvironment(environment),
    });
    const ended = victim.ended.then(({ err }) => Promise.reject(new Error(`it ended: ${err}`)));
    ended.catch(() => undefined);
    const isUnderWay = () => victim.said().out.includes('"under way"');
    const started = eventually('it is under way', isUnderWay, PATIENCE_MS);
    await Promise.race([started, ended]);
    victim.interrupt('SIGKILL');
    const { out } = await victim.ended;
    assert.ok(!out.includes('"done"'), 'it was in the middle');
  }

  it('make no message unreadable and refuse none, whenever they change and whoever is killed', async () => {
    const { rows } = await database.owner.query<{ workspace_id: string }>(
      'SELECT workspace_id FROM channel WHERE id = $1',
      [id],
    );
    const workspaceId = rows[0]?.workspace_id ?? '';
    const many = { workspaceId, channelId: id, count: STANDING_KEYS };
    await addDataKeys(database.owner, environment, many);

    const failed: string[] = [];
    let over = false;
    let sent = 0;
    let acknowledged = 0;
    let read = 0;
    const told = (error: unknown) =>
      failed.push(error instanceof Error ? error.message : String(error));
    const talk = async (person: Person) => {
      while (!over) {
        await person
          .send(id, `message ${(sent += 1)}`, clientId())
          .accepted()
          .then(() => (acknowledged += 1))
          .catch(told);
        await pause(BETWEEN_MS);
      }
    };
    const look = async (person: Person) => {
      while (!over) {
        const page = await person
          .call('message.history', { channelId: id, limit: 50 })
          .accepted()
          .catch(told);
        if (typeof page === 'object')
          for (const { content } of page.messages) {
            read += 1;
            if (content !== 'present') failed.push(content);
          }
        await pause(2 * BETWEEN_MS);
      }
    };
    const load = people.flatMap((person, i) =>
      i < 4 ? [talk(person), look(person)] : [talk(person)],
    );
    const operator = await operatorOf(environment);
    let rotations = 1; // the one that is killed
    let resumed = false;
    try {
      await killedInTheMiddle();
      resumed = await done(operator);
      const standing = 'DELETE FROM data_key WHERE author_id <> ALL ($1)';
      await database.owner.query(standing, [people.map(({ userId }) => userId)]);
      for (; rotations < ROTATIONS; rotations += 1) {
        const enough = acknowledged + BETWEEN_ROTATIONS;
        await done(operator);
        const talkedOn = () => acknowledged >= enough || failed.length > 0;
        await eventually('people talk on', talkedOn, PATIENCE_MS);
      }
    } finally {
      over = true;
      await Promise.all(load);
    }

    // Everything that was ever sent, on a node that has never seen a key.
    const PUBLIC_URL = 'http://chat.example.org'; // who issued the tokens
    const fresh = await startNode({ DATABASE_APP_URL: database.serverUrl, PUBLIC_URL });
    const reader = people[0] ?? assert.fail();
    const headers = { authorization: `Bearer ${reader.accessToken}` };
    const contents = new Map<string, number>();
    for (let before = ''; ;) {
      const url = `${fresh.url}/v1/channels/${id}/messages?limit=100${before}`;
      const response = await fetch(url, { headers });
      const page = (await response.json()) as { messages: { seq: number; content: string }[] };
      assert.equal(response.status, 200, JSON.stringify(page));
      for (const { content } of page.messages)
        contents.set(content, (contents.get(content) ?? 0) + 1);
      const [oldest] = page.messages;
      if (!oldest || oldest.seq === 1) break;
      before = `&before=${oldest.seq}`;
    }
    await fresh.app.stop();
    const behind = [];
    for await (const key of operator.keys({ retire: false }))
      if (key.of === 'workspace' && !key.current) behind.push(key.dataKeys + key.subjectKeys);
    await operator.close();
    console.log(
      `      ${rotations} rotations, one of ${STANDING_KEYS} keys killed and resumed; ${sent} sends, ${read} messages read; ${failed.length} failed, ${contents.get('unreadable') ?? 0} unreadable`,
    );
    assert.deepEqual(failed, []);
    assert.deepEqual([...contents], [['present', sent]]);
    assert.ok(resumed, 'what was killed was finished');
    assert.ok(acknowledged >= (ROTATIONS - 1) * BETWEEN_ROTATIONS, 'a load');
    assert.deepEqual(new Set(behind), new Set([0]), 'nothing is left behind');
    for (const node of nodes.nodes) assert.deepEqual(node.errors, []);
  });
});

/** What the command needs to know of the server. */
function commandEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const own = /^(CONCLAVE_.*(KEYS|PEPPERS)(_FILE)?|REDIS_URL|DATABASE_APP_URL)$/;
  const given = Object.entries(environment).filter(([name]) => own.test(name));
  return Object.fromEntries(given) as Record<string, string>;
}
