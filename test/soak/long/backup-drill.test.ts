/** The drill: two nodes are backed up under load, lost, and restored; the log is a moment of the old one, and clients start over once. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelId } from '../../../src/contract/index.ts';
import { violations } from '../../faults/checker.ts';
import { Recorder } from '../../faults/recorder.ts';
import { Writer } from '../../faults/writer.ts';
import { eventually } from '../../support/bootstrap-clone.ts';
import { unusedPort } from '../../support/bootstrap-start.ts';
import { NodeProcess } from '../../support/node-process.ts';
import { OwnRedis } from '../../support/own-redis.ts';
import { all, Restorable, someFolder } from '../../support/restorable.ts';
import {
  factsOf,
  following,
  historyOf,
  isOneMoment,
  room,
  somebody,
  viewsOf,
} from '../support/drill.ts';

const WRITERS = 8;
/** Between two messages of one writer: below the limit of 20 in five seconds. */
const EVERY_MS = 300;
const CHECK = { revocationBoundMs: 1_000 };

describe('soak: a backup of a live server, restored', function () {
  this.timeout(180_000);
  const folder = someFolder();
  const endings: (() => unknown)[] = [() => folder.remove()];
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  it('is one moment of the log, in which everything is whole; clients start over once and go on', async () => {
    const [old, fresh, redis] = await Promise.all([
      Restorable.create({ migrated: true }),
      Restorable.create(),
      OwnRedis.start(),
    ]);
    endings.push(
      () => old.remove(),
      () => fresh.remove(),
      () => redis.end(),
    );
    const ports = [await unusedPort(), await unusedPort()] as const;
    const startOn = (database: Restorable) =>
      Promise.all(
        ports.map((port) =>
          NodeProcess.start({
            ...{ REDIS_URL: redis.url, PORT: String(port), TRUSTED_PROXIES: '127.0.0.1' },
            ...{ PUBLIC_URL: 'http://chat.example.org', LOG_LEVEL: 'info' },
            ...database.environment,
          }),
        ),
      );
    let nodes = await startOn(old);
    endings.push(() => Promise.all(nodes.map((node) => node.stop())));
    const sites = ports.map((port) => ({ url: `http://127.0.0.1:${port}` }));
    const people = await Promise.all(
      Array.from({ length: WRITERS + 2 }, (_, i) => somebody(sites, `Person ${i}`, endings)),
    );
    const [owner] = people;
    assert.ok(owner);
    const channels = await Promise.all([room(owner, people), room(owner, people)]);
    const [before_, after_] = [new Recorder(), new Recorder()];
    const follow = (recorder: Recorder, place: number) =>
      following(recorder, people[place], sites, place % 2, channels, endings);
    const watching = [await follow(before_, 8), await follow(before_, 9)];
    const work = (recorder: Recorder) => {
      const over = { is: false };
      const writing = people.slice(0, WRITERS).map(async ({ userId, lines }, i) => {
        const writer = new Writer(recorder, userId, lines);
        for (let n = 0; !over.is; n += 1) {
          const channelId = channels[(n + i) % 2] as ChannelId;
          const node = ((n + i) % 3) % 2 === 0 ? 0 : 1;
          const sending = writer.send(
            { at: 0, writer: i, node, resigns: false, again: n % 7 === 0 ? 'serial' : null },
            { channelId, body: `number ${n}` },
          );
          await Promise.all([sending, pause(EVERY_MS)]);
        }
      });
      return async () => {
        over.is = true;
        await Promise.all(writing);
      };
    };

    // Under load, the backup; and then some more that it does not have.
    const stop = work(before_);
    await before_.acked(60);
    const begun = before_.now();
    const taken = (await all(old.keeper().take({ to: folder.path }))).at(-1);
    const done = before_.now();
    assert.ok(taken?.is === 'taken');
    const meanwhile = before_.sends.filter(({ is, at }) => is === 'ok' && at > begun && at < done);
    assert.ok(meanwhile.length > 0, 'the server goes on while it is copied');
    const ackedThen = before_.sends.filter(({ is }) => is === 'ok').length;
    await before_.acked(ackedThen + 60);
    await stop();
    const [lost, was] = [owner, await factsOf(old, owner, channels)];
    const finalViews = await viewsOf(people.slice(0, 3), channels);
    assert.deepEqual(violations(historyOf(before_, was, finalViews), CHECK), [], 'nobody felt it');
    for (const { listener } of watching) listener.leave();

    // The server is gone, and comes back from the backup.
    const clients = [await follow(after_, 8), await follow(after_, 9)];
    assert.deepEqual(clients.flatMap(({ line }) => line.resets).length, 0);
    await Promise.all(nodes.map((node) => node.stop()));
    const words = { from: folder.path, keepSessions: true };
    const restored = (await all(fresh.keeper().restore(words))).at(-1);
    assert.ok(restored?.is === 'restored');
    const now = await factsOf(fresh, lost, channels);
    isOneMoment(was.log, now.log, before_);
    const findings = await all(fresh.keeper().verify());
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict !== 'ok'),
      [],
    );

    after_.views.length = 0;
    nodes = await startOn(fresh);
    await eventually('clients hold the restored log, and nothing of what was lost', () =>
      clients.every(({ listener }) =>
        channels.every((channel) => {
          const held = listener.seqs(channel).length;
          return held === now.log.filter((post) => post.channel === channel).length;
        }),
      ),
    );
    for (const { line } of clients) assert.deepEqual([...line.resets].sort(), [...channels].sort());
    const enough = work(after_);
    await after_.acked(60);
    await enough();

    // What came back and what was added are one history, which the checker of the fault suite judges.
    const end = await factsOf(fresh, lost, channels);
    await eventually('clients are at the end of the log', () =>
      clients.every(({ listener }) =>
        channels.every((id) => listener.rev(id) === end.heads.get(id)),
      ),
    );
    const views = [
      ...(await viewsOf(people.slice(0, 3), channels)),
      ...clients.flatMap(({ listener }) =>
        channels.map((channel) => ({
          ...{ user: listener.userId, node: listener.node, channel },
          seqs: listener.seqs(channel),
        })),
      ),
    ];
    const kept = new Set(now.log.map(({ clientId }) => clientId));
    after_.sends.unshift(...before_.sends.filter(({ clientId }) => kept.has(clientId)));
    assert.deepEqual(violations(historyOf(after_, end, views), CHECK), []);
    for (const { line } of clients) assert.equal(line.resets.length, channels.length, 'once');
    console.log(
      `      ${was.log.length} posts, ${now.log.length} of them restored, ${end.log.length - now.log.length} after`,
    );
  });
});
