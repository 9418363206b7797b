/** A receipt is checked without the server: as it was given it is right, and with one byte changed it is not. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputOf } from '../support/connection.ts';
import { asked } from '../support/asked.ts';
import { World } from '../support/world.ts';
import { administrator, author, reaches, writes } from '../privacy/support.ts';
import { done, failure, Machinery, rows } from './support.ts';

describe('conclave verify-receipt', function () {
  this.timeout(240_000);
  let home: Machinery;
  let receipt: string;
  let keys: string;
  const file = (name: string, content: string) => {
    const path = join(home.home, name);
    writeFileSync(path, content);
    return path;
  };

  before(async () => {
    home = new Machinery();
    const world = await World.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
    try {
      const [boss, { person }] = [await administrator(world), await author(world)];
      const { id: channelId } = await world.channel(boss.person, [person]);
      await writes(world, person, channelId, ['one', 'two']);
      const { password } = boss.resident;
      const wish = { userId: person.userId, password, reason: 'asked for' };
      const { erasureId } = await boss.person.call('erasure.request-for', wish).accepted();
      await reaches(boss.person, erasureId, 'done');
      const read = await boss.person.call('erasure.read', { erasureId }).accepted();
      receipt = JSON.stringify(read.receipt);
      const path = `/v1/receipt-keys?workspace=${world.slug}`;
      const published = await asked<OutputOf<'receipt.keys'>>(world.url, 'GET', path).accepted();
      keys = file('keys.json', JSON.stringify(published));
    } finally {
      await world.end(); // from here on there is no server
    }
  });
  after(() => {
    home.end();
  });

  const verify = (path: string, more: readonly string[] = []) =>
    home.here(['verify-receipt', path, '--keys', keys, ...more]);

  it('is right as it was given, however it is spaced and ordered, in words and for programs', async () => {
    const said = await done(verify(file('receipt.json', receipt)));
    assert.match(said, /^The signature is right\.\nErased: /);
    assert.match(said, /Keys destroyed: 2, at 20/);
    const entries = Object.entries(JSON.parse(receipt) as object).reverse();
    const pretty = JSON.stringify(Object.fromEntries(entries), null, 4);
    const [row] = await rows(verify(file('pretty.json', pretty), ['--json']));
    assert.deepEqual(row, JSON.parse(receipt));
  });

  it('is not right with one byte changed, wherever it is', async () => {
    let tried = 0;
    for (let at = 1; at < receipt.length; at += 41) {
      const byte = receipt[at] ?? '';
      if (!/[0-9a-z]/.test(byte)) continue;
      const other = byte === '1' || byte === 'a' ? '2' : /\d/.test(byte) ? '1' : 'a';
      const changed = receipt.slice(0, at) + other + receipt.slice(at + 1);
      const { code } = await failure(verify(file('changed.json', changed), ['--json']));
      assert.match(String(code), /^(receipt_(forged|unsigned|unknown_key)|no_json)$/, `byte ${at}`);
      tried += 1;
    }
    assert.ok(tried >= 10, `${tried} bytes`);
  });

  it('is right by no other key, nor as another kind of document, and says what is missing', async () => {
    const path = file('receipt.json', receipt);
    const others = file('others.json', JSON.stringify({ keys: [] }));
    const by = (...words: string[]) => failure(home.here(['verify-receipt', path, ...words]));
    assert.equal((await by('--keys', others, '--json'))['code'], 'receipt_unknown_key');
    assert.equal((await by('--json'))['code'], 'usage');
    assert.equal((await by('--keys', path, '--json'))['code'], 'usage');
    assert.equal((await by('--keys', join(home.home, 'none'), '--json'))['code'], 'unreadable');
  });
});
