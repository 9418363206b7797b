/** The library fits its server and its surroundings: every operation has a road, and a browser needs no more than this. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ROUTES } from '../../src/client/http.ts';
import { operations } from '../../src/operations.ts';

/** What the library itself may weigh, and what it weighs with everything it needs: kilobytes, minified and gzipped. */
const OWN_KB = 13;
const WHOLE_KB = 30;

describe('the client: its surface', () => {
  it('knows the way to every operation that is on no socket', () => {
    const routes: Record<string, string> = ROUTES;
    for (const { name, on } of operations)
      if (on.socket !== true || name in routes) assert.equal(routes[name], on.http, name);
    const names = new Set(operations.map(({ name }) => name));
    for (const name of Object.keys(routes)) assert.ok(names.has(name), name);
  });

  it('knows which of them need no session, and sends what a body can carry', () => {
    for (const operation of operations) {
      const { name, on, access } = operation;
      if (on.socket === true) continue;
      const isDownload = operation.commit !== 'grouped' && operation.download !== undefined;
      assert.equal(access.audience, isDownload ? 'signed-in' : 'anyone', name);
      assert.match(on.http, /^(GET|POST) [^:]*$/, name);
    }
  });

  it('is small, and has nothing in it that a browser lacks', async () => {
    const own = await bundle(['socket.io-client', 'uuid']);
    const whole = await bundle([]);
    console.log(`      own ${kilobytes(own)} kB, whole ${kilobytes(whole)} kB, gzipped`);
    assert.ok(own.byteLength <= OWN_KB * 1000, `own: ${kilobytes(own)} kB`);
    assert.ok(whole.byteLength <= WHOLE_KB * 1000, `whole: ${kilobytes(whole)} kB`);
  });
});

const kilobytes = (bytes: Buffer) => (bytes.byteLength / 1000).toFixed(1);

/** Fails where anything of Node is imported: for a browser there is no such module. */
async function bundle(external: string[]): Promise<Buffer> {
  const { outputFiles, metafile } = await build({
    entryPoints: ['src/client/index.ts'],
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    external,
  });
  const foreign = Object.keys(metafile.inputs).filter((path) =>
    /src\/(?!client|contract)/.test(path),
  );
  assert.deepEqual(foreign, [], 'nothing of the server is in it');
  const zod = Object.keys(metafile.inputs).filter((path) => path.includes('node_modules/zod'));
  assert.deepEqual(zod, [], 'schemas are for the server');
  const [file] = outputFiles;
  assert.ok(file);
  return gzipSync(file.contents, { level: 9 });
}
