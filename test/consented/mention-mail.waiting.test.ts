/** A mail about mentions that waits: a withdrawal calls it off, and whatever it rests on is asked again when it leaves. */
import assert from 'node:assert/strict';
import { row, rows } from '../chat/support.ts';
import type { World } from '../support/world.ts';
import { MailScene } from './mail-scene.ts';
import { withdraws } from './support.ts';

type Held = Awaited<ReturnType<MailScene['held']>>;

describe('a mail about mentions', () => {
  let scene: MailScene;
  let world: World;
  before(async () => {
    scene = await MailScene.create();
    ({ world } = scene);
  });
  after(() => scene.end());

  it('that waits is called off by the withdrawal itself, and is not sent when its server is back', async () => {
    const { ada } = await scene.held();
    await withdraws(ada.person, 'mention-mail');
    const left = await row(
      world,
      `SELECT (SELECT count(*) FROM mail WHERE user_id = $1 AND kind = 'mentions')::int AS mails,
        (SELECT count(*) FROM mention_watch WHERE user_id = $1)::int AS watches`,
      ada.person.userId,
    );
    assert.deepEqual(left, { mails: 0, watches: 0 });
    await scene.goesOn();
    assert.deepEqual(scene.received(ada), []);
  });

  it('that waits asks the ledger when it leaves: for whoever says no by then it is not sent', async () => {
    const { ada } = await scene.held();
    // As if nothing had been called off.
    const text = `INSERT INTO consent SELECT workspace_id, user_id, 2, purpose, version, 'withdrawn', at, source
      FROM consent WHERE user_id = $1`;
    await rows(world, text, ada.person.userId);
    await scene.goesOn();
    assert.deepEqual(scene.received(ada), []);
  });

  it('that waits asks for rights and marks when it leaves, and is sent where they stand', async () => {
    const changes: readonly [string, (at: Held) => Promise<unknown>][] = [
      [
        'read',
        ({ ada, channelId, seq }) => ada.person.call('receipt.mark', { channelId, seq }).accepted(),
      ],
      [
        'removed',
        ({ ada, bob, channelId }) =>
          bob.call('member.remove', { channelId, userId: ada.person.userId }).accepted(),
      ],
      [
        'another text by now',
        ({ ada }) =>
          rows(world, 'UPDATE consent SET version = 7 WHERE user_id = $1', ada.person.userId),
      ],
    ];
    for (const [what, change] of changes) {
      const at = await scene.held();
      await change(at);
      await scene.goesOn();
      assert.deepEqual(scene.received(at.ada), [], what);
    }
    const { ada } = await scene.held();
    await scene.goesOn();
    assert.equal(scene.received(ada).length, 1);
  });
});
