/** A download that is under way when its subject is erased, or it is cancelled, ends cut off: no whole archive leaves. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sealingAs } from '../../../bench/seed/authors.ts';
import { fill } from '../../../bench/seed/fill.ts';
import { readConfig } from '../../../src/config.ts';
import type { ExportId } from '../../../src/contract/index.ts';
import { lookingOn } from '../../../src/privacy/export/sent.ts';
import { HandClock, SECOND } from '../../support/hand-clock.ts';
import { ROOMY } from '../../support/world.ts';
import { exported, ExportWorld, fetching, linked, over, until, type Holder } from '../exporting.ts';
import { becomes } from '../support.ts';

/** Together more than what the connection holds that nobody reads from, and several files of it. */
const MESSAGES = 2_500;
/** Random, so that it compresses to no less than three quarters. */
const TEXT_BYTES = 2_900;

describe('an archive that is being sent', () => {
  let at: ExportWorld;
  let ada: Holder;
  before(async () => {
    at = await ExportWorld.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    await at.holder('Administrator', 'admin');
    ada = await writer();
  });
  after(() => at.end());

  /** Somebody with a lot to fetch. */
  async function writer(): Promise<Holder> {
    const holder = await at.holder('Ada');
    const { person } = holder;
    // Nobody listens: whoever does is sent away by so many messages at once.
    const made = { kind: 'private', name: 'A long story' } as const;
    const { id: channelId } = await person.call('channel.create', made).accepted();
    await person.send(channelId, 'the first', at.world.clientId()).accepted();
    const { workspaceId } = at.world;
    const config = readConfig({ ...process.env, ...ROOMY });
    const wrote = { config, workspaceId, channelId, keyEpoch: 1, authors: [person.userId] };
    await fill({
      ...(await sealingAs(wrote)),
      ...{ database: process.env['DATABASE_URL'] ?? '', count: MESSAGES },
      body: () => randomBytes(TEXT_BYTES).toString('base64'),
      now: () => at.world.clock.now(),
    });
    return holder;
  }

  /** A download that has begun, and of which no more is read than its first bytes. */
  async function begun(exportId: ExportId, by = ada) {
    const link = await linked(by, exportId);
    const response = await fetching(at.world.url, by, exportId, link);
    const body = response.body?.getReader();
    assert.ok(body);
    assert.equal((await body.read()).done, false);
    return async () => {
      while (!(await body.read()).done);
    };
  }

  it('ends when its subject is erased, and its files are gone', async () => {
    const bob = await writer();
    const exportId = await exported(bob);
    const rest = await begun(exportId, bob);
    const { password } = bob;
    const { erasureId } = await bob.person.call('erasure.request', { password }).accepted();
    await becomes(at.world, erasureId, 'done');
    const files = () => readdir(join(at.folder, exportId)).catch(() => []);
    await until(async () => (await files()).length === 0);
    await assert.rejects(rest());
  });

  it('ends when it is cancelled, though the session goes on', async () => {
    const exportId = await exported(ada);
    const rest = await begun(exportId);
    await ada.person.call('export.cancel', { exportId }).accepted();
    await assert.rejects(rest());
  });

  it('ends when whoever fetches that of another is no admin any more', async () => {
    const admin = await at.holder('Admin', 'admin');
    const { userId } = ada.person;
    const letter = { userId, reason: 'by letter', password: admin.password };
    const { exportId } = await admin.person.call('export.request-for', letter).accepted();
    assert.equal((await over(admin, exportId)).state, 'ready');
    const rest = await begun(exportId, admin);
    const role = `UPDATE account SET role = 'user' WHERE id = $1`;
    await at.world.database.query(role, [admin.person.userId]);
    await assert.rejects(rest());
  });

  it('is all there when nothing happens', async () => {
    const rest = await begun(await exported(ada));
    await rest();
  });
});

describe('a file that is fetched slowly', () => {
  it('is looked at again with what comes a second later, and not with each piece', async () => {
    const clock = new HandClock();
    const looks: number[] = [];
    async function* file() {
      for (let n = 1; n <= 4; n += 1) yield await Promise.resolve(Buffer.of(n));
    }
    const given: number[] = [];
    const look = () => Promise.resolve(looks.push(given.length));
    for await (const [n = 0] of lookingOn(file(), look, clock)) {
      given.push(n);
      if (n === 2) clock.forward(SECOND);
    }
    assert.deepEqual(
      [looks, given],
      [
        [0, 2],
        [1, 2, 3, 4],
      ],
    );
  });

  it('gives nothing more once it may not be had', async () => {
    const clock = new HandClock();
    const closed: boolean[] = [];
    async function* file() {
      try {
        for (;;) yield await Promise.resolve(Buffer.of(1));
      } finally {
        closed.push(true);
      }
    }
    let may = true;
    const look = () => (may ? Promise.resolve() : Promise.reject(new Error('gone')));
    const reading = async () => {
      for await (const piece of lookingOn(file(), look, clock)) {
        assert.ok(piece);
        may = false;
        clock.forward(SECOND);
      }
    };
    await assert.rejects(reading(), /gone/);
    assert.deepEqual(closed, [true]);
  });
});
