/** Administrators hear of a request that nobody answered a week before it is due and a day before, each time once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PrivacyRequestId } from '../../src/contract/index.ts';
import { Mailbox } from '../auth/mailbox.ts';
import { rows } from '../chat/support.ts';
import { DAY, MINUTE } from '../support/hand-clock.ts';
import { World } from '../support/world.ts';
import { until } from './exporting.ts';
import { administrator, author, type Author } from './support.ts';

const DUE = /due soon/;

describe('a request that nobody answered', () => {
  const mailbox = new Mailbox();
  let world: World;
  /** Another node on the same database, with a clock that goes with the first one's. */
  let other: World;
  let boss: Author;
  let requestId: PrivacyRequestId;
  beforeEach(async () => {
    const environment = mailbox.environment;
    [world, other] = [await World.create({ environment }), await World.create({ environment })];
    other.clock.forward(world.clock.now().getTime() - other.clock.now().getTime());
    boss = await administrator(world);
    requestId = await requested();
  });
  afterEach(async () => {
    await other.end();
    await world.end();
  });
  after(() => mailbox.end());

  async function requested() {
    const { person, resident } = await author(world, 'Ada');
    const asked = { password: resident.password };
    const { erasureId } = await person.call('erasure.request', asked).accepted();
    return erasureId as string as PrivacyRequestId;
  }
  async function pass(milliseconds: number): Promise<void> {
    for (const { clock } of [world, other]) clock.forward(milliseconds);
    boss.person.leave();
    const person = await boss.resident.arrives();
    await person.connect();
    boss = { ...boss, person };
  }
  /** Runs the job that often, on whichever node takes it. */
  async function runs(times: number): Promise<void> {
    const keys = Array.from({ length: times }, () => randomUUID() as string);
    for (const key of keys)
      await world.database.query(
        `SELECT graphile_worker.add_job('privacy.remind',
           json_build_object('workspaceId', $1::uuid, 'about', json_build_object('requestId', $2::uuid)),
           job_key := $3)`,
        [world.workspaceId, requestId, key],
      );
    const left = 'SELECT FROM graphile_worker.jobs WHERE key = ANY ($1)';
    await until(async () => (await rows(world, left, keys)).length === 0);
  }
  const reminded = async () =>
    (await rows(world, 'SELECT reminded FROM request_deadline WHERE id = $1', requestId))[0]?.[
      'reminded'
    ];
  const heard = () =>
    boss.person.connection.heard.filter(({ event }) => event === 'privacy.request-due').length;
  /** When the queue looks at it next, in days from now; null where it does not. */
  async function nextLook(): Promise<number | null> {
    const text = `SELECT round(extract(epoch FROM run_at - now()) / 86400)::int AS days
      FROM graphile_worker.jobs WHERE key = $1`;
    const [job] = await rows(world, text, `${world.workspaceId}:privacy.remind:${requestId}`);
    return job === undefined ? null : Number(job['days']);
  }

  it('is told of a week before, however often and on however many nodes the job runs, by event and by mail', async () => {
    assert.equal(await nextLook(), 23);
    await pass(23 * DAY - MINUTE);
    await runs(2);
    assert.deepEqual([await reminded(), heard()], [0, 0], 'not before its time');
    await pass(MINUTE);
    const dueAt = world.clock.now().getTime() + 7 * DAY;
    await runs(6);
    const told = await boss.person.hears('privacy.request-due');
    assert.deepEqual(told, { requestId, kind: 'erasure', dueAt });
    assert.deepEqual([await reminded(), heard()], [1, 1]);
    assert.equal(await nextLook(), 6);
    const { text } = await mailbox.comes(boss.resident.email, DUE);
    assert.match(text, /privacy\.requests/);
    assert.ok(!text.includes('Ada') && !text.includes(requestId));
    await pass(6 * DAY);
    await runs(3);
    await mailbox.comes(boss.resident.email, DUE, 2);
    assert.deepEqual([await reminded(), heard()], [2, 1]);
    await pass(5 * DAY);
    await runs(2);
    assert.deepEqual([await reminded(), heard()], [2, 0]);
    assert.equal(
      mailbox.to(boss.resident.email).filter(({ subject }) => DUE.test(subject)).length,
      2,
    );
  });

  it('is told of once by who was away for both times, and not at all once it was answered', async () => {
    await pass(29 * DAY);
    await runs(1);
    await boss.person.hears('privacy.request-due');
    assert.deepEqual([await reminded(), heard()], [2, 1]);
    requestId = await requested();
    await world.database.query(
      `UPDATE erasure SET state = 'cancelled', cancelled_by = subject_id, ended_at = now() WHERE id = $1`,
      [requestId],
    );
    await pass(29 * DAY);
    await runs(1);
    assert.deepEqual([await reminded(), heard()], [0, 0]);
  });

  it('is told of anew, before the later date, where it was extended', async () => {
    await pass(29 * DAY);
    await runs(1);
    const further = { requestId, days: 10, reason: 'canary: much to do' };
    await boss.person.call('privacy.extend', further).accepted();
    assert.deepEqual([await reminded(), await nextLook()], [0, 4]);
    await pass(4 * DAY);
    await runs(2);
    await boss.person.hears('privacy.request-due');
    assert.deepEqual([await reminded(), heard()], [1, 1]);
  });

  it('tells nobody who is no administrator any more when the mail leaves', async () => {
    const demoted = await administrator(world, 'Once');
    await pass(23 * DAY);
    const text = `UPDATE account SET role = 'user' WHERE id = $1`;
    await world.database.query(text, [demoted.person.userId]);
    await runs(1);
    await mailbox.comes(boss.resident.email, DUE);
    assert.deepEqual(
      mailbox.to(demoted.resident.email).filter(({ subject }) => DUE.test(subject)),
      [],
    );
  });
});
