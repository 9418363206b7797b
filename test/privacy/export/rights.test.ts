/** What was lost while an export was being made is not in it: the rights at the end decide, not those at the beginning. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChannelId, ExportId } from '../../../src/contract/index.ts';
import { rows } from '../../chat/support.ts';
import {
  demotedWith,
  exported,
  ExportWorld,
  fetched,
  Opened,
  over,
  until,
  type Holder,
} from '../exporting.ts';

describe('an export under way', () => {
  let at: ExportWorld;
  let ada: Holder;
  let bob: Holder;
  before(async () => {
    at = await ExportWorld.create();
  });
  beforeEach(async () => {
    [ada, bob] = [await at.holder('Ada'), await at.holder('Bob')];
  });
  after(() => at.end());

  const query = (text: string, ...values: unknown[]) => at.world.database.query(text, values);
  const writes = async (channelId: ChannelId, body: string) =>
    (await ada.person.send(channelId, body, at.world.clientId()).accepted()).id;

  /** As it was when all was collected and nothing was held against the rights yet. */
  async function rewound(exportId: ExportId): Promise<void> {
    await query(
      'DELETE FROM data_export_part WHERE export_id = $1 AND contributor IS NULL',
      exportId,
    );
    await query('UPDATE data_export_part SET settled = false WHERE export_id = $1', exportId);
    await query(
      `UPDATE data_export SET state = 'settling', finished_at = NULL, step = step + 1 WHERE id = $1`,
      exportId,
    );
  }
  const again = (exportId: ExportId) =>
    query(
      `SELECT graphile_worker.add_job('privacy.export',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('exportId', $2::uuid)))`,
      at.world.workspaceId,
      exportId,
    );
  async function finishedAnew(exportId: ExportId): Promise<Opened> {
    const known = ada.person.connection.heard.length;
    await again(exportId);
    await until(() =>
      ada.person.connection.heard
        .slice(known)
        .some(
          ({ event, payload }) =>
            event === 'export.progress' && (payload as { percent: number }).percent === 100,
        ),
    );
    return Opened.of(await fetched(at.world.url, ada, exportId));
  }

  it('loses the messages and the name of a channel from which the subject was removed meanwhile', async () => {
    const [kept, lost] = [
      await at.world.channel(bob.person, [ada.person]),
      await at.world.channel(bob.person, [ada.person]),
    ];
    await writes(kept.id, 'canary: stays');
    const messageId = await writes(lost.id, 'canary: goes');
    await ada.person
      .call('message.react', { channelId: lost.id, messageId, emoji: '👍' })
      .accepted();
    await ada.person
      .call('message.edit', { channelId: lost.id, messageId, body: 'canary: goes too' })
      .accepted();
    const exportId = await exported(ada);
    const before = await Opened.of(await fetched(at.world.url, ada, exportId));
    assert.equal(before.rows('messages').length, 2, 'while she may read there, it is in it');
    await rewound(exportId);
    await bob.person
      .call('member.remove', { channelId: lost.id, userId: ada.person.userId })
      .accepted();
    const archive = await finishedAnew(exportId);
    assert.deepEqual(
      archive.rows('messages').map(({ text }) => text),
      ['canary: stays'],
    );
    for (const name of ['reactions', 'message-versions']) assert.deepEqual(archive.rows(name), []);
    const names = archive
      .rows('memberships')
      .map(({ channelId, channel }) => [channelId === lost.id, channel]);
    assert.deepEqual(names.sort(), [
      [false, 'A channel'],
      [true, null],
    ]);
    assert.equal(archive.manifest.counts['messages'], 1);
    for (const [path, bytes] of archive.files) assert.ok(!bytes.includes('canary: goes'), path);
  });

  it('loses a text that was deleted meanwhile', async () => {
    const { id: channelId } = await at.world.channel(ada.person);
    const messageId = await writes(channelId, 'canary: deleted');
    const exportId = await exported(ada);
    await rewound(exportId);
    await ada.person.call('message.delete', { channelId, messageId }).accepted();
    const archive = await finishedAnew(exportId);
    for (const [path, bytes] of archive.files) assert.ok(!bytes.includes('canary: deleted'), path);
  });

  it('never has what was not to be read when it was made: an earlier stay where history begins at joining', async () => {
    const settings = { historyPolicy: 'since-join' } as const;
    const { id: channelId } = await at.world.channel(bob.person, [ada.person], settings);
    await writes(channelId, 'canary: first stay');
    const { userId } = ada.person;
    await bob.person.call('member.remove', { channelId, userId }).accepted();
    const archive = await Opened.of(await fetched(at.world.url, ada, await exported(ada)));
    assert.deepEqual(archive.rows('messages'), []);
    await bob.person.call('member.add', { channelId, userId }).accepted();
    const back = await Opened.of(await fetched(at.world.url, ada, await exported(ada)));
    assert.deepEqual(
      back.rows('messages').map(({ text }) => text),
      ['canary: first stay'],
    );
  });

  it('is made once, however many runs of its job there are, and leaves no file that nobody knows', async () => {
    const { id: channelId } = await at.world.channel(ada.person);
    for (let n = 0; n < 20; n += 1) await writes(channelId, `text ${n}`);
    const { exportId } = await ada.person
      .call('export.request', { password: ada.password })
      .accepted();
    await Promise.all([again(exportId), again(exportId), again(exportId)]);
    await over(ada, exportId);
    const parts = await rows<{ id: string }>(
      at.world,
      'SELECT id FROM data_export_part WHERE export_id = $1',
      exportId,
    );
    await until(async () => (await readdir(join(at.folder, exportId))).length === parts.length);
    const archive = await Opened.of(await fetched(at.world.url, ada, exportId));
    assert.equal(archive.rows('messages').length, 20);
  });

  it('fails where the admin who asked for that of another lost the right to', async () => {
    const { exportId } = await demotedWith(at, ada);
    await rewound(exportId);
    await again(exportId);
    await until(() => !existsSync(join(at.folder, exportId)));
    const [record] = await rows(at.world, 'SELECT state FROM data_export WHERE id = $1', exportId);
    assert.equal(record?.['state'], 'failed');
  });

  it('fails and leaves nothing when its files cannot be opened any more, as after an erasure', async () => {
    const exportId = await exported(ada);
    await rewound(exportId);
    await query(`UPDATE data_export SET key_sealed = '\\x00' WHERE id = $1`, exportId);
    await again(exportId);
    await until(async () => {
      const [record] = await rows(
        at.world,
        'SELECT state FROM data_export WHERE id = $1',
        exportId,
      );
      return record?.['state'] === 'failed' && !existsSync(join(at.folder, exportId));
    });
  });

  it('fails where one of its files is not there or damaged, and another can be asked for', async () => {
    await writes((await at.world.channel(ada.person)).id, 'text');
    for (const spoil of [rm, (path: string) => writeFile(path, 'x')]) {
      const exportId = await exported(ada);
      await rewound(exportId);
      const [part] = await rows<{ id: string }>(
        at.world,
        `SELECT id FROM data_export_part WHERE export_id = $1 AND contributor = 'messages'`,
        exportId,
      );
      await spoil(join(at.folder, exportId, part?.id ?? ''));
      // Asking finds the one that is under way, and has it go on.
      const asked = { password: ada.password };
      assert.equal((await ada.person.call('export.request', asked).accepted()).exportId, exportId);
      await until(() => !existsSync(join(at.folder, exportId)));
      assert.notEqual(await exported(ada), exportId);
    }
  });

  it('is gone when its week is over, files and all', async () => {
    const exportId = await exported(ada);
    at.world.clock.forward(7 * 24 * 60 * 60 * 1_000);
    await query(
      `SELECT graphile_worker.add_job('privacy.export-end',
         json_build_object('workspaceId', $1::uuid, 'about', json_build_object('exportId', $2::uuid)))`,
      at.world.workspaceId,
      exportId,
    );
    await until(() => !existsSync(join(at.folder, exportId)));
    const [record] = await rows(at.world, 'SELECT state FROM data_export WHERE id = $1', exportId);
    assert.equal(record?.['state'], 'expired');
  });
});
