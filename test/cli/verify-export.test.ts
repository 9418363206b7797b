/** An export verifies offline, and of one that was tampered with the first damaged file is named. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import canonicalize from 'canonicalize';
import { ZipFile } from 'yazl';
import { verifyExport } from '../../src/cli/archive/verify.ts';
import type { ExportManifest } from '../../src/contract/index.ts';
import { documentSigner, keyring, type DocumentSigner } from '../../src/crypto/index.ts';
import type { DocumentKind } from '../../src/crypto/signed-document.ts';
import { readConfig } from '../../src/config.ts';
import { Secret } from '../../src/kernel/index.ts';
import { exported, ExportWorld, fetched, Opened } from '../privacy/exporting.ts';
import { asked } from '../support/asked.ts';
import type { OutputOf } from '../support/connection.ts';
import { done, failure, Machinery, parsed } from './support.ts';

type Files = Map<string, Buffer>;

const signer = () => documentSigner(keyring(readConfig(process.env).keys.root));
const stranger = () => {
  const keys = { other: Buffer.alloc(32, 7).toString('base64') };
  return documentSigner(keyring(new Secret({ current: 'other', keys })));
};

async function zipped(
  files: Iterable<readonly [string, Buffer]>,
  twice: readonly string[] = [],
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, bytes] of files) zip.addBuffer(bytes, name);
  for (const name of twice) zip.addBuffer(Buffer.from('again'), name);
  zip.end();
  return buffer(zip.outputStream);
}

describe('conclave verify-export', function () {
  this.timeout(240_000);
  let at: ExportWorld;
  let folder: string;
  let home: Machinery;
  let zip: Buffer;
  let original: Files;
  before(async () => {
    at = await ExportWorld.create();
    home = new Machinery();
    folder = await mkdtemp(join(tmpdir(), 'conclave-verify-'));
    const ada = await at.holder('Ada');
    const { id: channelId } = await at.world.channel(ada.person);
    await ada.person.send(channelId, 'canary words', at.world.clientId()).accepted();
    zip = await fetched(at.world.url, ada, await exported(ada));
    original = new Map((await Opened.of(zip)).files);
  });
  after(async () => {
    home.end();
    await rm(folder, { recursive: true, force: true });
    await at.end();
  });

  async function stored(bytes: Buffer): Promise<string> {
    const path = join(folder, `${Math.random()}.zip`);
    await writeFile(path, bytes);
    return path;
  }
  async function refusedOf(bytes: Buffer, key: string | null = null): Promise<string | null> {
    const path = await stored(bytes);
    const error = await verifyExport(path, key === null ? null : [key]).then(
      () => assert.fail('it was taken for genuine'),
      (error: unknown) => error as { file: string | null; name: string },
    );
    assert.ok('file' in error, error.name);
    return error.file;
  }
  const changed = (change: (files: Files) => void) => {
    const files = new Map(original);
    change(files);
    return zipped(files);
  };
  /** What the server said, said by `by`. */
  function signedAnew(by: DocumentSigner, kind: DocumentKind = 'export-manifest') {
    const fields: Partial<ExportManifest> = manifest();
    delete fields.signature;
    return changed((files) => {
      files.set('manifest.json', Buffer.from(canonicalize(by.sign(kind, fields)) ?? ''));
      files.set('keys.json', Buffer.from(canonicalize({ keys: [by.current] }) ?? ''));
    });
  }
  const manifest = () => JSON.parse(String(original.get('manifest.json'))) as ExportManifest;

  it('accepts what the server made, and says whose it is and by which key', async () => {
    const { x: publicKey, kid } = signer().current;
    const path = await stored(zip);
    const said = await done(home.here(['verify-export', path]));
    assert.match(said, /^Whole and unchanged:/);
    assert.match(said, new RegExp(`Signed by the key ${kid}\\. Whose it is`));
    for (const key of [publicKey, kid]) {
      const found = parsed(await done(home.here(['verify-export', path, '--key', key, '--json'])));
      assert.deepEqual([found['genuine'], found['userId']], [true, manifest().userId]);
    }
  });

  it('names the first damaged file of each kind of damage, and ends with an error', async () => {
    for (const { path, bytes } of manifest().files.filter((file) => file.bytes > 0)) {
      const bent = Buffer.from(original.get(path) ?? '');
      bent.writeUInt8(bent.readUInt8(bytes - 1) ^ 1, bytes - 1);
      assert.equal(await refusedOf(await changed((files) => files.set(path, bent))), path);
    }
    const two = manifest()
      .files.filter(({ rows }) => rows > 0)
      .map(({ path }) => path);
    const both = await changed((files) => {
      for (const path of two.slice(0, 2)) files.set(path, Buffer.from('{}\n'));
    });
    assert.equal(await refusedOf(both), two[0]);
    const failed = await failure(home.here(['verify-export', await stored(both), '--json']));
    assert.deepEqual([failed['ending'], failed['code']], [1, 'not_genuine']);
    assert.match(String(failed['message']), new RegExp(String(two[0])));
  });

  it('names what was taken out, what was added, and what is in it twice', async () => {
    const path = 'account/00001.jsonl';
    assert.equal(await refusedOf(await changed((files) => files.delete(path))), path);
    assert.equal(
      await refusedOf(await changed((files) => files.set('more.html', Buffer.from('x')))),
      'more.html',
    );
    assert.equal(await refusedOf(await zipped(original, [path])), path);
    for (const name of ['manifest.json', 'keys.json'])
      assert.equal(await refusedOf(await changed((files) => files.delete(name))), name);
  });

  it('takes no manifest but the signed one, and no signature but one of the key that is trusted', async () => {
    const more = { ...manifest(), finishedAt: manifest().finishedAt + 1 };
    const text = Buffer.from(canonicalize(more) ?? '');
    assert.equal(
      await refusedOf(await changed((files) => files.set('manifest.json', text))),
      'manifest.json',
    );
    const spaced = Buffer.from(JSON.stringify(manifest(), null, 1));
    assert.equal(
      await refusedOf(await changed((files) => files.set('manifest.json', spaced))),
      'manifest.json',
    );
    // Signed anew by somebody else: whole, and not by whom it should be.
    const forged = await signedAnew(stranger());
    const { kid } = signer().current;
    assert.equal(await refusedOf(forged, kid), 'keys.json');
    assert.equal((await verifyExport(await stored(forged), null)).kid, stranger().current.kid);
    // As another kind of document, by the right key.
    assert.equal(await refusedOf(await signedAnew(signer(), 'erasure-receipt')), 'manifest.json');
    // Under a name that is not that of the key, and with a key besides.
    const [own, other] = [signer().current, stranger().current];
    for (const keys of [[{ ...own, x: other.x }], [{ ...other, kid }], [own, other], []]) {
      const bytes = Buffer.from(canonicalize({ keys }) ?? '');
      const named = await changed((files) => files.set('keys.json', bytes));
      assert.equal(await refusedOf(named), 'keys.json');
    }
  });

  it('takes the same file of published keys as verify-receipt, and no file of others', async () => {
    const path = await stored(zip);
    const slug = at.world.slug;
    const by = `/v1/receipt-keys?workspace=${slug}`;
    const published = await asked<OutputOf<'receipt.keys'>>(at.world.url, 'GET', by).accepted();
    const keys = await stored(Buffer.from(JSON.stringify(published)));
    const found = parsed(await done(home.here(['verify-export', path, '--keys', keys, '--json'])));
    assert.deepEqual([found['genuine'], found['kid']], [true, signer().current.kid]);
    const others = await stored(Buffer.from(JSON.stringify(stranger().published)));
    const refused = (...words: string[]) =>
      failure(home.here(['verify-export', path, ...words, '--json']));
    assert.equal((await refused('--keys', others))['code'], 'not_genuine');
    assert.equal((await refused('--keys', path))['code'], 'no_json');
    assert.equal((await refused('--keys', keys, '--key', stranger().current.kid))['code'], 'usage');
    assert.equal((await refused('--key', 'nonsense'))['code'], 'usage');
    const another = await refused('--key', stranger().current.kid);
    assert.deepEqual([another['ending'], another['code']], [1, 'not_genuine']);
    assert.match(
      String(another['message']),
      /is not genuine\. It is signed by a key that you did not/,
    );
    // Who signs under the name of a published key has not its private half.
    const { kid } = signer().current;
    const keysOfBoth = { keys: [{ ...stranger().current, kid }] };
    const renamed = await stored(Buffer.from(JSON.stringify(keysOfBoth)));
    assert.equal((await refused('--keys', renamed))['code'], 'not_genuine');
  });

  it('survives what is no archive, is cut short, leads out of the folder or unpacks to more than it says', async () => {
    assert.equal(await refusedOf(Buffer.from('no archive')), null);
    assert.equal(await refusedOf(Buffer.alloc(0)), null);
    for (const share of [0.1, 0.5, 0.99])
      await refusedOf(zip.subarray(0, Math.floor(zip.length * share)));
    const evil = Buffer.from(await changed((files) => files.set('xx/evil.html', Buffer.from('x'))));
    const name = Buffer.from('xx/evil.html');
    for (let place = evil.indexOf(name); place >= 0; place = evil.indexOf(name, place + 1))
      evil.write('../evil.html', place);
    await refusedOf(evil);
    // A file of zeros that is far larger than the manifest says: refused before it is unpacked.
    const bomb = await changed((files) => files.set('index.html', Buffer.alloc(50_000_000)));
    assert.ok(bomb.length < 200_000);
    const before = process.memoryUsage().rss;
    assert.equal(await refusedOf(bomb), 'index.html');
    assert.ok(process.memoryUsage().rss - before < 40_000_000);
    const missing = await failure(home.here(['verify-export', join(folder, 'none.zip'), '--json']));
    assert.deepEqual([missing['ending'], missing['code']], [5, 'unreadable']);
  });
});
