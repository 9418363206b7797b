/** An admin sees by command who asked for what about their data, what is overdue first, and gives one more time. */
import assert from 'node:assert/strict';
import { author } from '../privacy/support.ts';
import { signedUp } from './signed-up.ts';
import { done, failure, rows } from './support.ts';

describe('conclave admin requests', function () {
  this.timeout(60_000);
  const at = signedUp({ Ada: 'admin' });
  const requests = (...words: string[]) => at.as('ada', 'admin', 'requests', ...words);

  async function asking(name: string) {
    const { person, resident } = await author(at.world, name);
    const asked = { password: resident.password };
    const { erasureId } = await person.call('erasure.request', asked).accepted();
    return { person, requestId: String(erasureId), userId: person.userId };
  }

  it('lists what is overdue first, then what is open, then only what was asked for', async () => {
    const [open, late] = [await asking('Bob'), await asking('Carol')];
    const text = `UPDATE request_deadline SET requested_at = requested_at - interval '31 days',
      due_at = due_at - interval '31 days' WHERE id = $1`;
    await at.world.database.query(text, [late.requestId]);
    const { out, err } = await requests().ended;
    assert.match(err, /1 open, 1 overdue/);
    const [first, second, ...more] = out.trimEnd().split('\n');
    assert.match(String(first), new RegExp(`^erasure of ${late.userId}  OVERDUE, due 20`));
    assert.match(String(second), new RegExp(`^erasure of ${open.userId}  due 20`));
    assert.deepEqual(more, []);
    const overdue = await rows(requests('--state', 'overdue', '--json'));
    assert.deepEqual(
      overdue.map(({ requestId, state }) => [requestId, state]),
      [[late.requestId, 'overdue']],
    );
    assert.equal(await done(requests('--state', 'done')), '');
  });

  it('gives more time, of which the subject is told, and no second time', async () => {
    const { person, requestId } = await asking('Dora');
    const more = ['extend', requestId, '--days', '30', '--reason', 'many letters'];
    assert.match(await done(requests(...more)), /^It is due by 20\d\d-.* now\.\n$/);
    assert.equal((await person.hears('privacy.request-extended')).requestId, requestId);
    const listed = await done(requests());
    assert.match(listed, /, extended: many letters {2}/);
    assert.equal((await failure(requests(...more, '--json')))['code'], 'extension_closed');
  });

  it('asks for what is missing', async () => {
    const { requestId } = await asking('Eve');
    for (const words of [
      ['away'],
      ['list', 'all'],
      ['extend'],
      ['extend', requestId, '--days', '9'],
      ['extend', requestId, '--reason', 'letters'],
    ])
      assert.equal((await failure(requests(...words, '--json')))['code'], 'usage', words.join(' '));
  });
});
