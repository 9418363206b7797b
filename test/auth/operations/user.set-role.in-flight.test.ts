/** A role that changes while a call is under way: the call either came before the change, or is refused by it. */
import assert from 'node:assert/strict';
import type { PoolClient } from 'pg';
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { audited, row } from '../../chat/support.ts';

describe('user.set-role while a call is in flight', () => {
  let world: World;
  let admin: Person;
  let mod: Person;
  let hold: PoolClient;
  before(async () => {
    world = await World.create();
    admin = await world.person('Admin', { role: 'admin' });
  });
  after(() => world.end());
  beforeEach(async () => {
    mod = await world.person('Mod', { role: 'moderator' });
    hold = await world.database.connect();
    await hold.query('BEGIN');
    await hold.query("SELECT set_config('app.workspace', $1, true)", [world.workspaceId]);
  });
  afterEach(() => hold.release());

  /** Resolves when that many statements of this database wait for a lock. */
  async function waiting(count: number): Promise<void> {
    for (;;) {
      const { n } = await row<{ n: number }>(
        world,
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (n >= count) return;
    }
  }
  async function scene() {
    const owner = await world.person('Owner');
    const { id: channelId } = await world.channel(owner, [], { kind: 'public' });
    const { id: messageId } = await owner.send(channelId, 'hello', world.clientId()).accepted();
    return { channelId, messageId };
  }
  const demote = () => admin.call('user.set-role', { userId: mod.userId, role: 'user' });

  it('refuses a call that had not been decided yet', async () => {
    const { channelId, messageId } = await scene();
    await hold.query('SELECT 1 FROM channel WHERE id = $1 FOR UPDATE', [channelId]);
    const call = mod.http('POST', `/v1/channels/${channelId}/messages/${messageId}/deletion`, {
      reason: 'rude',
    });
    await waiting(1);
    await demote().accepted();
    await hold.query('COMMIT');
    await call.refused('forbidden');
    const message = await row(world, 'SELECT deleted_at FROM message WHERE id = $1', messageId);
    assert.equal(message['deleted_at'], null);
  });

  it('waits for a call that was decided already: nothing is done with the old role after the answer', async () => {
    const { channelId, messageId } = await scene();
    await hold.query('SELECT 1 FROM message WHERE id = $1 FOR UPDATE', [messageId]);
    const call = mod.http('POST', `/v1/channels/${channelId}/messages/${messageId}/deletion`, {
      reason: 'rude',
    });
    await waiting(1);
    let answered = false;
    const change = demote().then((reply) => {
      answered = true;
      return reply;
    });
    await waiting(2);
    assert.equal(answered, false);
    await hold.query('COMMIT');
    await call.accepted();
    assert.ok((await change).ok);
    const [deleted] = await audited(world, 'message.delete', messageId);
    const [demoted] = await audited(world, 'user.set-role', mod.userId);
    assert.ok(deleted && demoted);
  });
});
