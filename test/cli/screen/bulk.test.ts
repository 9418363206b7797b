/** Deleting much at once, before the screen: counted, asked back, with a bar that comes to its end, or called off. */
import assert from 'node:assert/strict';
import { Deleting } from '../../../src/cli/screen/talk/deleting.ts';
import type { DeletionProgress } from 'conclave/client';
import { channelWith, say, Screens } from './support.ts';

describe('the screen: deleting many', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  it('says how many, deletes at the second Enter, and tells when it is done', async () => {
    const [ada, bob] = [await screens.somebody('Ada'), await screens.somebody('Bob')];
    const { id } = await channelWith(ada, [bob], 'garden');
    await say(bob, id, 'spam', 'spam', 'spam');
    await say(ada, id, 'mine');
    const { terminal: hers } = screens.open(ada, { columns: 100, rows: 24 });
    await hers.shows(/Bob +\d\d:\d\d\n(.*\n)*.*mine +4\n/);
    hers.press('/delete-many', 'Enter');
    await hers.shows('Of whom? /delete-many NAME');
    hers.press('CtrlU', '/delete-many Bob since yesterday spam', 'Enter');
    await hers.shows('Since when?');
    hers.press('CtrlU', '/delete-many Bob', 'Enter');
    await hers.shows('Why? They are told.');
    hers.press('CtrlU', '/delete-many @Bob since 2h spam', 'Enter');
    await hers.shows('This deletes 3 messages of Bob in *garden for good. Enter does it.');
    assert.equal(ada.client.channel(id).messages.filter(({ body }) => body === null).length, 0);
    hers.press('Enter');
    await hers.shows('3 messages of Bob in *garden: deleted.');
    await hers.shows(/× deleted by you +3\n.*\n.*mine +4/);
    hers.press('/stop-deleting', 'Enter');
    await hers.shows('Nothing of yours is being deleted.');
    hers.press('CtrlU', '/delete-many Bob spam', 'Enter');
    await hers.shows('There is nothing of Bob to delete there.');
  });

  it('asks again where another command came between', async () => {
    const [ada, bob] = [await screens.somebody('Ann'), await screens.somebody('Ben')];
    const { id } = await channelWith(ada, [bob], 'yard');
    await say(bob, id, 'spam');
    const { terminal: hers } = screens.open(ada, { columns: 100, rows: 24 });
    await hers.shows(/Ben +\d\d:\d\d\n.*spam/);
    hers.press('/delete-many Ben rude', 'Enter');
    await hers.shows('This deletes 1 message of Ben');
    hers.press('CtrlU', '/topic weeds', 'Enter');
    await hers.shows('is about that now');
    hers.press('/delete-many Ben rude', 'Enter');
    await hers.shows('This deletes 1 message of Ben');
    assert.equal(ada.client.channel(id).messages[0]?.content, 'present');
  });

  it('is shown again to who comes back while it goes on, and can be called off there', async () => {
    const [ada, bob] = [await screens.somebody('Amy'), await screens.somebody('Bert')];
    const { id } = await channelWith(ada, [bob], 'meadow');
    await say(bob, id, 'spam', 'spam');
    // As a job leaves it between two steps.
    const { rows } = await screens.world.database.query<{ id: string }>(
      `INSERT INTO bulk_deletion
         (workspace_id, id, channel_id, author_id, asked_by, asked_at, after_seq, up_to_seq, deleted)
       SELECT workspace_id, gen_random_uuid(), id, $2, $3, now(), 1, 2, 1 FROM channel WHERE id = $1
       RETURNING id`,
      [id, bob.userId, ada.userId],
    );
    const { terminal: hers } = screens.open(ada, { columns: 100, rows: 24 });
    await hers.shows('Bert in *meadow: 1 deleted so far');
    hers.press('/stop-deleting', 'Enter');
    await hers.shows('1 message of Bert in *meadow: deleted.');
    const { deletions } = await ada.client.callOrThrow('deletion.list', {});
    assert.deepEqual(
      deletions.map((one) => [one.id, one.deleted, one.finished]),
      [[rows[0]?.id, 1, true]],
    );
  });

  it('is a bar that is full at the end, and not before', () => {
    const deleting = new Deleting();
    const id = 'one' as DeletionProgress['deletionId'];
    const at = (deleted: number, finished = false): DeletionProgress[] => [
      { deletionId: id, channelId: 'x' as DeletionProgress['channelId'], deleted, finished },
    ];
    assert.deepEqual(deleting.words(at(5)), []);
    deleting.begin(id, { who: () => 'Bob', where: () => '#garden', expected: 200 });
    assert.equal(deleting.last, id);
    assert.deepEqual(deleting.words([]), ['Bob in #garden: ░░░░░░░░░░░░░░░░ 0 of 200 deleted']);
    assert.deepEqual(deleting.words(at(100)), [
      'Bob in #garden: ████████░░░░░░░░ 100 of 200 deleted',
    ]);
    assert.deepEqual(deleting.words(at(199)), [
      'Bob in #garden: ███████████████░ 199 of 200 deleted',
    ]);
    assert.deepEqual(deleting.words(at(203)), [
      'Bob in #garden: ████████████████ 203 of 203 deleted',
    ]);
    assert.deepEqual(deleting.over(at(203)), []);
    assert.deepEqual(deleting.over(at(203, true)), [
      '203 messages of Bob in #garden: deleted. There is no way back.',
    ]);
    assert.deepEqual(
      [deleting.over(at(203, true)), deleting.words([]), deleting.last],
      [[], [], null],
    );
  });
});
