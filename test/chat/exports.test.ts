/** However often one message was edited, an export takes its versions in pages, each once. */
import assert from 'node:assert/strict';
import { archiveOf, ExportWorld } from '../privacy/exporting.ts';

/** More than a page of versions has. */
const EDITS = 2_500;

describe('an export of versions', () => {
  let at: ExportWorld;
  before(async () => {
    at = await ExportWorld.create();
  });
  after(() => at.end());

  it('has all of a message that was edited more often than fits in a page, and of those around it', async () => {
    const ada = await at.holder('Ada');
    const { id: channelId } = await at.world.channel(ada.person);
    const seqs: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { id, seq } = await ada.person.send(channelId, 'first', at.world.clientId()).accepted();
      await ada.person
        .call('message.edit', { channelId, messageId: id, body: 'second' })
        .accepted();
      seqs.push(seq);
    }
    await at.world.database.query(
      `INSERT INTO message_version SELECT (jsonb_populate_record(v, jsonb_build_object('version', n))).*
       FROM message_version v, generate_series(2, $3::int) n WHERE v.channel_id = $1 AND v.seq = $2`,
      [channelId, seqs[1], EDITS],
    );
    const versions = (await archiveOf(at.world, ada)).rows('message-versions');
    const given = versions.map(({ seq, version }) => `${seq as number} ${version as number}`);
    const middle = Array.from({ length: EDITS }, (_, i) => `${seqs[1] ?? 0} ${i + 1}`);
    assert.deepEqual(given, [`${seqs[0] ?? 0} 1`, ...middle, `${seqs[2] ?? 0} 1`]);
  });
});
