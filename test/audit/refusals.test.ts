/** Refusals leave a trail of their own: once with a count, never more than fit the queue, and none lost in silence. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { auditDomain, type Audit } from '../../src/audit/index.ts';
import { typeOfRefusal } from '../../src/audit/catalogue.ts';
import { readConfig } from '../../src/config.ts';
import {
  REFUSALS,
  type RefusalCode,
  type SessionId,
  type UserId,
} from '../../src/contract/index.ts';
import { keyring, Vault } from '../../src/crypto/index.ts';
import { Refusal, type Actor, type Resource } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemEntropy } from '../../src/platform/system.ts';
import { World } from '../support/world.ts';
import { quietChannel, rows } from '../chat/support.ts';

/** Rows have no order of their own: a table fills the gaps that it finds. */
const inAnyOrder = (found: readonly unknown[]) => found.map((one) => JSON.stringify(one)).sort();

describe('the trail of refusals', () => {
  const config = readConfig(process.env);
  let world: World;
  let postgres: Postgres;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...config.database, connections: 2 });
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  /** A trail whose first write waits for `open()`, and which fails while `broken`. */
  function trail() {
    const state = { broken: false, transactions: 0, failures: [] as number[], open: () => {} };
    const gate = new Promise<void>((resolve) => (state.open = resolve));
    const entropy = systemEntropy(world.clock);
    const audit: Audit = auditDomain({
      vault: new Vault(keyring(config.keys.root), entropy, world.clock),
      entropy,
      clock: world.clock,
      async transaction(workspaceId, mode, work) {
        await gate;
        state.transactions += 1;
        if (state.broken) throw new Error('the database is away');
        return postgres.transaction(workspaceId, mode, work);
      },
      failed: (_error, lost) => state.failures.push(lost),
    });
    return Object.assign(state, { refusals: audit.refusals });
  }

  const somebody = (): Actor => ({
    kind: 'actor',
    workspaceId: world.workspaceId,
    userId: randomUUID() as UserId,
    sessionId: randomUUID() as SessionId,
    role: 'user',
    origin: {
      transport: 'socket',
      address: '203.0.113.9',
      userAgent: 'Canary',
      connectionId: null,
    },
  });
  const note = (
    { refusals }: ReturnType<typeof trail>,
    caller: Actor,
    code: RefusalCode = 'forbidden',
    action = 'message.delete',
    claimed: Resource | null = null,
  ) => refusals.note({ action, caller, traceId: 'trace' }, new Refusal(code), claimed);
  const recorded = (caller: Actor) =>
    rows(
      world,
      `SELECT action, type, severity, outcome, details, resource_kind, resource_id FROM audit_event e
       WHERE actor_id = $1`,
      caller.userId,
    );

  it('holds a refused call, though its transaction was rolled back, with nothing personal readable', async () => {
    const [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
    const { id } = await quietChannel(world, alice, [bob]);
    const input = { channelId: id, userId: alice.userId, reason: 'canary' };
    const { traceId } = await bob.call('member.remove', input).refused('forbidden');
    await world.app.audit.refusals.drained();
    const [event, ...others] = await rows(
      world,
      `SELECT e.*, e::text AS whole FROM audit_event e WHERE actor_id = $1 AND outcome <> 'ok'`,
      bob.userId,
    );
    assert.equal(others.length, 0);
    assert.deepEqual(
      [event?.['action'], event?.['type'], event?.['severity'], event?.['outcome']],
      ['member.remove', 'authorization_failed', 'warning', 'forbidden'],
    );
    assert.deepEqual([event?.['trace_id'], event?.['sealed_for']], [traceId, bob.userId]);
    for (const secret of ['127.0.0.1', 'canary'])
      for (const form of [secret, Buffer.from(secret).toString('hex')])
        assert.ok(!String(event?.['whole']).includes(form));
  });

  it('writes what repeats while it waits as one row with its count', async () => {
    const log = trail();
    const [one, other] = [somebody(), somebody()];
    for (let i = 0; i < 7; i += 1) note(log, one);
    note(log, one, 'not_found');
    note(log, one, 'forbidden', 'member.add');
    note(log, other);
    log.open();
    await log.refusals.drained();
    assert.deepEqual(
      inAnyOrder(
        (await recorded(one)).map(({ action, outcome, details }) => [action, outcome, details]),
      ),
      inAnyOrder([
        ['message.delete', 'forbidden', { count: 7 }],
        ['message.delete', 'not_found', { count: 1 }],
        ['member.add', 'forbidden', { count: 1 }],
      ]),
    );
    assert.equal((await recorded(other)).length, 1);
    assert.equal(log.refusals.dropped, 0);
    note(log, one);
    await log.refusals.drained();
    assert.equal((await recorded(one)).length, 4);
  });

  it('names what was asked for in vain, twenty things of one caller at a time, and counts the others', async () => {
    const log = trail();
    const [guesser, other] = [somebody(), somebody()];
    const things = Array.from({ length: 25 }, () => ({ kind: 'message', id: randomUUID() }));
    const tries = (caller: Actor, thing: Resource) =>
      note(log, caller, 'not_found', 'message.delete', thing);
    for (const thing of [...things, ...things.slice(0, 3)]) tries(guesser, thing);
    tries(other, { kind: 'message', id: things[24]?.id ?? null });
    log.open();
    await log.refusals.drained();
    const named = things.slice(0, 20).map(({ id }, i) => ['message', id, { count: i < 3 ? 2 : 1 }]);
    const shown = async (caller: Actor) =>
      (await recorded(caller)).map((event) => [
        event['resource_kind'],
        event['resource_id'],
        event['details'],
      ]);
    assert.deepEqual(
      inAnyOrder(await shown(guesser)),
      inAnyOrder([...named, ['operation', null, { count: 5 }]]),
    );
    assert.deepEqual(await shown(other), [['message', things[24]?.id, { count: 1 }]]);
    tries(guesser, { kind: 'message', id: things[24]?.id ?? null });
    await log.refusals.drained();
    const again = (await shown(guesser)).filter(([, id]) => id === things[24]?.id);
    assert.deepEqual(again, [['message', things[24]?.id, { count: 1 }]]);
  });

  it('names nothing where the thing was not what was denied', async () => {
    const log = trail();
    const caller = somebody();
    log.open();
    for (const code of ['rate_limited', 'token_expired'] as const)
      note(log, caller, code, 'channel.read', { kind: 'channel', id: randomUUID() });
    await log.refusals.drained();
    const ids = (await recorded(caller)).map((event) => [
      event['resource_kind'],
      event['resource_id'],
    ]);
    assert.deepEqual(ids, [
      ['operation', null],
      ['operation', null],
    ]);
  });

  it('leaves out what is a mistake and no threat', async () => {
    const log = trail();
    const caller = somebody();
    log.open();
    for (const code of ['invalid_input', 'last_owner', 'edit_window_closed', 'internal'] as const)
      note(log, caller, code);
    await log.refusals.drained();
    assert.deepEqual([await recorded(caller), log.transactions], [[], 0]);
    const kept = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) => typeOfRefusal(code));
    assert.deepEqual(kept.sort(), [
      ...['ambiguous_credential', 'banned', 'forbidden', 'invalid_code'],
      ...['invalid_credentials', 'invalid_refresh_token', 'muted', 'not_found'],
      ...['origin_not_allowed', 'rate_limited', 'registration_closed'],
      ...['restricted_by_workspace', 'token_expired', 'token_revoked', 'unauthenticated'],
      'unknown_host',
    ]);
  });

  it('lets a thousand wait, counts what is beyond, and writes the thousand in a few transactions', async () => {
    const log = trail();
    const crowd = Array.from({ length: 1_010 }, somebody);
    for (const caller of crowd) note(log, caller);
    assert.equal(log.refusals.dropped, 10);
    const first = crowd[0] ?? assert.fail();
    note(log, first);
    assert.equal(log.refusals.dropped, 10, 'one that waits already only counts up');
    log.open();
    await log.refusals.drained();
    const [{ n } = { n: 0 }] = await rows(
      world,
      `SELECT count(*)::int AS n FROM audit_event WHERE actor_id = ANY ($1::uuid[])`,
      crowd.map(({ userId }) => userId),
    );
    assert.deepEqual([n, log.transactions], [1_000, 20]);
    assert.deepEqual((await recorded(first))[0]?.['details'], { count: 2 });
  });

  it('counts every refusal that could not be written, tells of it, and goes on', async () => {
    const log = trail();
    const [one, other] = [somebody(), somebody()];
    log.broken = true;
    for (let i = 0; i < 5; i += 1) note(log, one);
    note(log, other);
    log.open();
    await log.refusals.drained();
    assert.deepEqual([log.refusals.dropped, log.failures], [6, [6]]);
    log.broken = false;
    note(log, other);
    await log.refusals.drained();
    assert.deepEqual([(await recorded(one)).length, (await recorded(other)).length], [0, 1]);
    assert.equal(log.refusals.dropped, 6);
  });

  it('keeps the trails of workspaces apart', async () => {
    const log = trail();
    const here = somebody();
    const there: Actor = { ...somebody(), workspaceId: await world.anotherWorkspace() };
    for (const caller of [here, there]) note(log, caller);
    log.open();
    await log.refusals.drained();
    assert.equal(log.transactions, 2);
    const places = await rows(
      world,
      'SELECT workspace_id, actor_id FROM audit_event WHERE actor_id = ANY ($1::uuid[])',
      [here.userId, there.userId],
    );
    for (const { workspace_id: workspaceId, actor_id: actorId } of places)
      assert.equal(workspaceId, actorId === here.userId ? here.workspaceId : there.workspaceId);
    assert.equal(places.length, 2);
  });
});
