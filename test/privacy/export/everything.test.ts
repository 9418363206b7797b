/** Somebody with a row in every table finds all of it in their export: each personal column, held against the inventory. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inventory } from '../../../scripts/docs/personal-data.ts';
import { given, reading } from '../../access/role-support.ts';
import { archiveOf, ExportWorld, over, type Holder, type Opened } from '../exporting.ts';
import { contributors } from './contributors.ts';

describe('an export', () => {
  let at: ExportWorld;
  let archive: Opened;
  let ada: Holder;
  let bob: Holder;
  before(async function () {
    this.timeout(240_000);
    at = await ExportWorld.create();
    const { world } = at;
    ada = await at.holder('Ada Lovelace');
    bob = await at.holder('Bartholomew');
    const admin = await at.holder('Administrator', 'admin');
    const [a, b] = [ada.person, bob.person];
    // Everything that Ada can do, and everything that can be done to her.
    const { id: channelId } = await world.channel(b, [a]);
    await world.channel(a, [b]);
    await b.call('member.set-role', { channelId, userId: a.userId, role: 'moderator' }).accepted();
    const first = await a.send(channelId, 'canary: a first text', world.clientId()).accepted();
    await a
      .call('message.edit', { channelId, messageId: first.id, body: 'canary: a second text' })
      .accepted();
    const reply = { channelId, replyTo: first.id, clientId: world.clientId() };
    await a
      .call('message.send', { ...reply, body: 'canary: answer', mentions: [b.userId] })
      .accepted();
    const gone = await a.send(channelId, 'canary: taken back', world.clientId()).accepted();
    await a.call('message.delete', { channelId, messageId: gone.id }).accepted();
    const spoken = { channelId, clientId: world.clientId(), mentions: [a.userId] };
    const hers = await b
      .call('message.send', { ...spoken, body: 'canary: words of another' })
      .accepted();
    await a.call('message.react', { channelId, messageId: hers.id, emoji: '👍' }).accepted();
    await a.call('message.pin', { channelId, messageId: hers.id }).accepted();
    await a.call('receipt.mark', { channelId, seq: hers.seq }).accepted();
    const report = {
      channelId,
      messageId: hers.id,
      category: 'spam',
      text: 'canary: it is spam',
    } as const;
    const { id: made } = await a.call('report.create', report).accepted();
    await b.call('report.claim', { reportId: made }).accepted();
    await b.call('report.resolve', { reportId: made, action: 'warned' }).accepted();
    const rude = await a.send(channelId, 'canary: rude', world.clientId()).accepted();
    await b
      .call('message.delete', { channelId, messageId: rude.id, reason: 'canary: rude' })
      .accepted();
    const more = {
      channelId,
      messageId: first.id,
      category: 'other',
      text: 'canary: hers',
    } as const;
    const { id: reportId } = await b.call('report.create', more).accepted();
    await a.call('report.claim', { reportId }).accepted();
    await a.call('report.resolve', { reportId, action: 'none', note: 'canary: noted' }).accepted();
    await a
      .call('filter.create', { channelId, kind: 'word', action: 'count', text: 'gadzooks' })
      .accepted();
    const mute = { channelId, userId: a.userId, reason: 'canary: too loud' };
    await b.call('member.mute', { ...mute, durationMs: 60_000 }).accepted();
    await b.call('member.unmute', { ...mute, reason: 'canary: enough' }).accepted();
    const may = {
      channelId,
      userId: a.userId,
      permission: 'message.send',
      effect: 'allow',
    } as const;
    await b.call('override.set', may).accepted();
    await world.database.query(
      `UPDATE workspace SET who_invites = 'user' WHERE workspace_id = $1`,
      [world.workspaceId],
    );
    const { id: invitationId } = await a.call('invitation.create', { role: 'user' }).accepted();
    await a.call('invitation.revoke', { invitationId }).accepted();
    const { id: left } = await world.channel(b, [a, admin.person]);
    await given(admin.person, reading(left), a);
    await a.send(left, 'canary: to be forgotten', world.clientId()).accepted();
    const ask = { channelId: left, password: ada.password };
    const { erasureId } = await a.call('erasure.request', ask).accepted();
    const further = { requestId: erasureId, days: 60, reason: 'canary: much to look through' };
    await admin.person.call('privacy.extend', further).accepted();
    await a.call('erasure.cancel', { erasureId }).accepted();
    await a.call('consent.give', { purpose: 'analytics', version: 1 }).accepted();
    const keep = { userId: a.userId, reason: 'canary: of a hold', password: admin.password };
    await admin.person.call('hold.place', keep).accepted();
    const letter = { userId: a.userId, reason: 'canary: by letter', password: admin.password };
    const { exportId } = await admin.person.call('export.request-for', letter).accepted();
    await over(admin, exportId);
    archive = await archiveOf(world, ada);
  });
  after(() => at.end());

  it('has something of each personal column of the inventory', () => {
    const empty: string[] = [];
    for (const { table, column, notExported } of inventory().personal) {
      if (notExported !== null) continue;
      const name = `${table}.${column}`;
      const file = contributors.find(({ columns }) => Object.hasOwn(columns, name));
      const property = file?.columns[name] ?? '';
      const rows = archive.rows(file?.name ?? '');
      const isSaid = rows.some((row) => row[property] !== null && row[property] !== undefined);
      if (!isSaid) empty.push(`${name} as ${file?.name ?? '?'}.${property}`);
    }
    // Nothing of these happened to Ada.
    const rare =
      /account\.(email_verified_at|password_changed_at)|membership\.(left_|muted_|last_post)|message\.thread|session\.end|invitation\.used_|data_export\.ended_at|erasure\.(started_at|keys_at|ended_at|receipt)/;
    assert.deepEqual(
      empty.filter((one) => !rare.test(one)),
      [],
    );
  });

  it('says nothing of a legal hold to whom it is about', () => {
    for (const name of ['activity', 'activity-about-me'])
      assert.ok(archive.rows(name).every(({ action }) => !String(action).startsWith('hold.')));
    const held = archive.rows('roles').map(({ heldByMe, grantedByMe }) => [heldByMe, grantedByMe]);
    assert.deepEqual(held, [[true, false]]);
  });

  it('has rows that fit the JSON Schema beside them, and the manifest counts them', () => {
    for (const { name, row } of contributors) {
      const rows = archive.rows(name);
      for (const one of rows) row.parse(one);
      assert.equal(archive.manifest.counts[name], rows.length, name);
      const { title, ...schema } = JSON.parse(archive.text(`schema/${name}.json`)) as {
        title: string;
      };
      assert.equal(title, name);
      assert.deepEqual(schema, JSON.parse(JSON.stringify(z.toJSONSchema(row))));
    }
  });

  it('tells what she wrote, as it is and as it was, and nothing of what she took back', () => {
    const texts = archive.rows('messages').map(({ text }) => text);
    const kept = ['canary: a second text', 'canary: answer', null, null, 'canary: to be forgotten'];
    assert.deepEqual(texts, kept);
    assert.deepEqual(
      archive.rows('message-versions').map(({ text }) => text),
      ['canary: a first text'],
    );
    assert.equal(
      archive
        .rows('sessions')
        .some(({ device }) => JSON.stringify(device).includes('canary-laptop')),
      true,
    );
    const reasons = archive.rows('moderation').map(({ reason }) => reason);
    assert.deepEqual(reasons, ['canary: rude', 'canary: too loud', 'canary: enough']);
  });

  it('holds nothing of what others wrote, nor their names, addresses and ids in the clear', () => {
    for (const [path, bytes] of archive.files) {
      const text = bytes.toString('utf8');
      for (const secret of ['words of another', 'Bartholomew', bob.resident.email, 'Administrator'])
        assert.ok(!text.includes(secret), `${path} holds ${secret}`);
    }
    assert.deepEqual(archive.rows('messages')[1]?.['mentions'], ['Bar***mew']);
  });

  it('lies on the disk as nothing that anybody could read', async () => {
    const found = await readdir(at.folder, { recursive: true, withFileTypes: true });
    const files = found.filter((entry) => entry.isFile());
    assert.ok(files.length > 0, 'it lies there');
    for (const { parentPath, name } of files) {
      const bytes = await readFile(join(parentPath, name));
      for (const word of ['canary', 'channelId', 'manifest', 'doctype'])
        assert.ok(!bytes.includes(word), name);
    }
  });
});
