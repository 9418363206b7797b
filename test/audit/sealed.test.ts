/** What a trace holds of a person opens under that person's key alone, and only in its own row. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readConfig } from '../../src/config.ts';
import type { SessionId, UserId } from '../../src/contract/index.ts';
import { keyring, keyRows, open, Vault } from '../../src/crypto/index.ts';
import { Refusal, type Origin } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { audited, quietChannel, rows } from '../chat/support.ts';

describe('the personal part of a trace', () => {
  const config = readConfig(process.env);
  let world: World;
  let postgres: Postgres;
  let vault: Vault;
  let alice: Person;
  let bob: Person;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...config.database, connections: 2 });
    vault = new Vault(keyring(config.keys.root), systemEntropy(systemClock), systemClock);
    [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const subjectKey = async ({ userId }: { readonly userId: UserId }) => {
    const { workspaceId } = world;
    const key = await postgres.transaction(workspaceId, 'read', (tx) =>
      vault.subjectKey(keyRows(tx, workspaceId), userId),
    );
    assert.ok(key);
    return key;
  };
  const removal = async (reason?: string) => {
    const { id: channelId } = await quietChannel(world, alice, [bob]);
    const input = { channelId, userId: bob.userId, ...(reason !== undefined && { reason }) };
    await alice.call('member.remove', input).accepted();
    const [event] = await audited(world, 'member.remove', channelId);
    assert.ok(event);
    return event;
  };
  const opened = (key: Buffer, event: Record<string, unknown>, id = event['id']) => {
    const place = ['audit', world.workspaceId, String(id)];
    return open(key, event['personal_sealed'] as Buffer, place)?.toString('utf8') ?? null;
  };

  it('holds address, device and reason, under the key of who acted', async () => {
    const event = await removal('spams "everybody"');
    assert.deepEqual([event['sealed_for'], event['sealed_key']], [alice.userId, null]);
    const personal = JSON.parse(opened(await subjectKey(alice), event) ?? 'null') as object;
    assert.deepEqual(
      { ...personal, userAgent: null },
      { address: '127.0.0.1', userAgent: null, reason: 'spams "everybody"' },
    );
  });

  it('holds no reason where none was given', async () => {
    const personal = opened(await subjectKey(alice), await removal()) ?? '';
    assert.ok(!('reason' in (JSON.parse(personal) as object)));
  });

  it('opens neither under the key of the one it was done to, nor in another row', async () => {
    const [one, other] = [await removal('one'), await removal('other')];
    assert.equal(opened(await subjectKey(bob), one), null);
    assert.equal(opened(await subjectKey(alice), one, other['id']), null);
  });

  it('is none where a token comes of somebody whose key is no more', async () => {
    const { workspaceId } = world;
    const gone = randomUUID() as UserId;
    const sessionId = randomUUID() as SessionId;
    const origin = {
      transport: 'http',
      address: '203.0.113.9',
      userAgent: 'x',
      connectionId: null,
    };
    const from = { action: 'profile.read', origin: origin as Origin, traceId: 'trace' };
    const claims = { workspaceId, userId: gone, sessionId, expiresAt: 0 };
    world.app.audit.refusals.presented(claims, from, new Refusal('token_expired'));
    await world.app.audit.drained();
    const [event, ...more] = await rows(
      world,
      'SELECT sealed_for, sealed_key, personal_sealed, actor_id FROM audit_event WHERE resource_id = $1',
      sessionId,
    );
    const nothing = { sealed_for: null, sealed_key: null, personal_sealed: null };
    assert.deepEqual([event, more], [{ ...nothing, actor_id: gone }, []]);
  });
});
