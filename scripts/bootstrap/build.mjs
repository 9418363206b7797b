/** The server runs as plain JavaScript that belongs to the source beside it; making it anew takes two seconds. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StartError } from './say.mjs';

const OUTPUT = 'dist';
const CODE = /\.tsx?$/;

// A loader that compiles while the server starts would do as well, but those there are give every function a name of
// its own when it is made: a quarter of a KiB each, of which a connection has seven, and time on every call.

export function needsBuild(root) {
  try {
    return readFileSync(join(root, OUTPUT, '.made-from'), 'utf8') !== fingerprint(root);
  } catch {
    return true;
  }
}

/** File by file, as they lie: what a module finds beside itself by its own address is there. */
export async function build(root, { say }) {
  const made = fingerprint(root);
  say('Compiling …');
  const fresh = join(root, `${OUTPUT}.new`);
  rmSync(fresh, { recursive: true, force: true });
  const files = sources(root);
  await compile(
    root,
    files.filter((name) => CODE.test(name)),
    fresh,
  );
  for (const name of files.filter((name) => !CODE.test(name))) {
    mkdirSync(dirname(join(fresh, name)), { recursive: true });
    cpSync(join(root, 'src', name), join(fresh, name));
  }
  writeFileSync(join(fresh, '.made-from'), made);
  rmSync(join(root, OUTPUT), { recursive: true, force: true });
  renameSync(fresh, join(root, OUTPUT));
}

async function compile(root, names, outdir) {
  const { build: run, stop } = await import('esbuild');
  try {
    await run({
      absWorkingDir: root,
      entryPoints: names.map((name) => join('src', name)),
      outbase: 'src',
      outdir,
      bundle: true, // only so that what is imported passes through the plugin
      plugins: [{ name: 'imports as they lie', setup: leaveImports }],
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      logLevel: 'silent',
    });
  } catch (error) {
    throw new StartError(`The source does not compile.\n${error.message}`);
  } finally {
    await stop(); // its process would stay as long as the server's
  }
}

function leaveImports(compiler) {
  compiler.onResolve({ filter: /./ }, ({ kind, path }) =>
    kind === 'entry-point'
      ? undefined
      : { external: true, path: path.startsWith('.') ? path.replace(CODE, '.js') : path },
  );
}

function fingerprint(root) {
  // Read from the lockfile, because an image for production may come compiled and without the compiler.
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const hash = createHash('sha256').update(packages['node_modules/esbuild']?.version ?? '');
  for (const path of ['tsconfig.json', ...sources(root).map((name) => join('src', name))])
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function sources(root) {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'src').length + 1))
    .sort();
}
