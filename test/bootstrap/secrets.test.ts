/** The secrets of a first start: complete, private, made once, and never in place of a person's own. */
import assert from 'node:assert/strict';
import { createHash, createPrivateKey } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from '../support/bootstrap-modules.ts';

interface Symmetric {
  current: string;
  keys: Record<string, string>;
}
interface Signing {
  current: string;
  keys: Record<string, string>[];
}

describe('secrets of a first start', () => {
  let state: string;
  let folder: string;
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'conclave-secrets-'));
    folder = join(state, 'secrets');
  });
  afterEach(() => rmSync(state, { recursive: true }));

  const ensure = async (env: Record<string, string> = {}) =>
    (await bootstrap('secrets')).ensureSecrets({ folder, env });
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('are readable by their owner alone, whatever the umask', async () => {
    const umask = process.umask(0);
    await ensure();
    process.umask(umask);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(readdirSync(folder).length, 5);
    for (const name of readdirSync(folder)) {
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    }
  });

  it('have the form the server reads', async () => {
    await ensure();
    const seen = new Set<string>();
    for (const name of ['root-keys.json', 'peppers.json', 'digest-keys.json']) {
      const { current, keys } = JSON.parse(text(name)) as Symmetric;
      assert.deepEqual([current, Object.keys(keys)], ['1', ['1']]);
      assert.equal(Buffer.from(keys['1'] ?? '', 'base64').length, 32);
      seen.add(keys['1'] ?? '');
    }
    assert.equal(seen.size, 3);
    assert.match(text('database-app-password'), /^[0-9a-f]{48}$/);
    const { current, keys } = JSON.parse(text('signing-keys.json')) as Signing;
    const jwk = keys[0] ?? {};
    const thumbprint = createHash('sha256')
      .update(`{"crv":"P-256","kty":"EC","x":"${jwk['x'] ?? ''}","y":"${jwk['y'] ?? ''}"}`)
      .digest('base64url');
    assert.deepEqual([keys.length, current, jwk['kid']], [1, thumbprint, thumbprint]);
    assert.deepEqual([jwk['alg'], jwk['use']], ['ES256', 'sig']);
    assert.equal(createPrivateKey({ key: jwk, format: 'jwk' }).asymmetricKeyType, 'ec');
  });

  it('are made once; what an interrupted start left half written is not used', async () => {
    await ensure();
    const first = readdirSync(folder).map(text);
    rmSync(join(folder, 'peppers.json'));
    writeFileSync(join(folder, 'peppers.json.new'), '{"current":"1","ke', { mode: 0o600 });
    await ensure();
    assert.equal(readdirSync(folder).includes('peppers.json.new'), false);
    assert.ok(JSON.parse(text('peppers.json')));
    const same = readdirSync(folder).filter((name, place) => text(name) === first[place]);
    assert.deepEqual(same.length, 4);
  });

  it('are refused when others can read them, with the command that closes them', async () => {
    await ensure();
    const path = join(folder, 'root-keys.json');
    chmodSync(path, 0o640);
    await assert.rejects(ensure(), {
      message: `${path} is open to other users (mode 640). Close it with: chmod 600 ${path}`,
    });
    chmodSync(path, 0o600);
    chmodSync(folder, 0o755);
    await assert.rejects(ensure(), { message: new RegExp(`chmod 700 ${folder}$`) });
    chmodSync(folder, 0o700);
  });

  it("give way to a person's own, given as a value or as a file", async () => {
    const added = await ensure({
      CONCLAVE_ROOT_KEYS: '{}',
      CONCLAVE_PEPPERS_FILE: '/elsewhere',
      DATABASE_APP_PASSWORD: 'mine',
    });
    assert.deepEqual(Object.keys(added), [
      'CONCLAVE_DIGEST_KEYS_FILE',
      'CONCLAVE_SIGNING_KEYS_FILE',
    ]);
    assert.deepEqual(readdirSync(folder).sort(), ['digest-keys.json', 'signing-keys.json']);
  });
});
