/** An archive is sent once for each link: to the session that asked, in time, and to nobody else. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportId } from '../../../src/contract/index.ts';
import { audited } from '../../chat/support.ts';
import {
  demotedWith,
  exported,
  ExportWorld,
  fetched,
  fetching,
  linked,
  Opened,
} from '../exporting.ts';

describe('export.fetch', () => {
  let at: ExportWorld;
  before(async () => {
    at = await ExportWorld.create();
  });
  after(() => at.end());

  it('sends the archive as an attachment, and records that it was fetched', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    const response = await fetching(at.world.url, ada, exportId, await linked(ada, exportId));
    assert.equal(
      response.headers.get('content-disposition'),
      `attachment; filename="conclave-export-${exportId}.zip"`,
    );
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const archive = await Opened.of(Buffer.from(await response.arrayBuffer()));
    assert.equal(archive.manifest.userId, ada.person.userId);
    assert.equal(archive.rows('account')[0]?.['displayName'], 'Ada');
    assert.equal((await audited(at.world, 'export.fetch', exportId)).length, 1);
  });

  it('is refused not_found the second time, of two at once for one of them', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    const link = await linked(ada, exportId);
    const both = await Promise.all([1, 2].map(() => fetching(at.world.url, ada, exportId, link)));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 404]);
    await Promise.all(both.map((response) => response.arrayBuffer()));
    await ada.person
      .http('POST', '/v1/me/exports/archive', { exportId, link })
      .refused('not_found');
    assert.ok(await fetched(at.world.url, ada, exportId), 'with a new link it is sent again');
  });

  it('is refused when it comes late, from another session, from another person, or was never given', async () => {
    const [ada, bob] = [await at.holder('Ada'), await at.holder('Bob')];
    const exportId = await exported(ada);
    const status = async (who: Parameters<typeof fetching>[1], link: string, id = exportId) =>
      (await fetching(at.world.url, who, id, link)).status;
    const link = await linked(ada, exportId);
    const elsewhere = { person: await ada.resident.arrives() };
    assert.equal(await status(elsewhere, link), 404);
    assert.equal(await status(bob, link), 404);
    assert.equal(await status(ada, randomBytes(32).toString('base64url')), 404);
    assert.equal(await status(ada, link, randomUUID() as ExportId), 404);
    at.world.clock.forward(10 * 60 * 1_000);
    assert.equal(await status(ada, link), 404);
  });

  it('is refused not_found for that of another to who is no admin any more, with a good link', async () => {
    const { admin, exportId, link } = await demotedWith(at, await at.holder('Ada'));
    assert.equal((await fetching(at.world.url, admin, exportId, link)).status, 404);
  });

  it('is refused unauthenticated once the session was revoked, however good the link is', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    const link = await linked(ada, exportId);
    const elsewhere = await ada.resident.arrives();
    const { sessionId } = ada.person;
    await elsewhere.http('DELETE', `/v1/sessions/${sessionId}`).accepted();
    assert.equal((await fetching(at.world.url, ada, exportId, link)).status, 401);
  });

  it('cuts the answer off where a file is not what was written, so that nobody takes it for the whole', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    const folder = join(at.folder, exportId);
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name));
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      await writeFile(join(folder, name), bytes);
    }
    const response = await fetching(at.world.url, ada, exportId, await linked(ada, exportId));
    await assert.rejects(response.arrayBuffer());
  });

  it('is refused invalid_input for a link of another shape', async () => {
    const ada = await at.holder('Ada');
    const exportId = await exported(ada);
    for (const link of ['', 'x'.repeat(42), `${'x'.repeat(42)}/`])
      await ada.person
        .http('POST', '/v1/me/exports/archive', { exportId, link })
        .refused('invalid_input');
  });
});
