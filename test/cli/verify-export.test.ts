/** An export verifies offline, and of one that was tampered with the first damaged file is named. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import canonicalize from 'canonicalize';
import { ZipFile } from 'yazl';
import { verifyExport } from '../../src/cli/archive/verify.ts';
import type { ExportManifest } from '../../src/contract/index.ts';
import { attestation, keyring } from '../../src/crypto/index.ts';
import { readConfig } from '../../src/config.ts';
import { exported, ExportWorld, fetched, Opened } from '../privacy/exporting.ts';
import { done, failure, Machinery, parsed } from './support.ts';

type Files = Map<string, Buffer>;

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
  this.timeout(60_000);
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
    const error = await verifyExport(path, key).then(
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
  const manifest = () => JSON.parse(String(original.get('manifest.json'))) as ExportManifest;

  it('accepts what the server made, and says whose it is and by which key', async () => {
    const { publicKey, kid } = attestation(keyring(readConfig(process.env).keys.root));
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
    for (const name of ['manifest.json', 'manifest.sig'])
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
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { x } = publicKey.export({ format: 'jwk' });
    const signature = sign(null, text, privateKey).toString('base64url');
    const forged = await changed((files) => {
      files.set('manifest.json', text);
      files.set(
        'manifest.sig',
        Buffer.from(JSON.stringify({ algorithm: 'Ed25519', kid: 'k', publicKey: x, signature })),
      );
    });
    const { kid } = attestation(keyring(readConfig(process.env).keys.root));
    assert.equal(await refusedOf(forged, kid), 'manifest.sig');
    assert.notEqual((await verifyExport(await stored(forged), null)).kid, kid);
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
