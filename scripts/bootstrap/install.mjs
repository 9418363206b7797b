/** The installed packages are the ones package-lock.json names; when they are not, `npm ci` makes them so. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './say.mjs';

const stampOf = (root) => join(root, 'node_modules', '.conclave-installed');

/** `dev: false` accepts an installation made with --omit=dev. */
export function needsInstall(root, { dev = true } = {}) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return !stampMatches(root, lock) && !installedByHand(root, JSON.parse(lock), dev);
}

export async function install(root, { say, run }) {
  say('Installing packages with npm ci (only needed when package-lock.json has changed) …');
  const { command, args } = npm();
  // Install scripts stay off: what they would do is done by hydrate.mjs and generate.mjs, in the open.
  const flags = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { code } = await run('install', command, [...args, ...flags], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (code !== 0) {
    throw new StartError('npm ci failed; its message is above. Nothing was started.');
  }
  const lock = readFileSync(join(root, 'package-lock.json'));
  if (existsSync(join(root, 'node_modules'))) writeFileSync(stampOf(root), digest(lock));
}

function stampMatches(root, lock) {
  try {
    return readFileSync(stampOf(root), 'utf8') === digest(lock);
  } catch {
    return false;
  }
}

/** npm writes node_modules/.package-lock.json last, so it tells a complete installation by hand. */
function installedByHand(root, lock, dev) {
  let installed;
  try {
    const text = readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8');
    installed = JSON.parse(text).packages;
  } catch {
    return false;
  }
  return Object.entries(lock.packages)
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, wanted]) => {
      const found = installed[path];
      // Packages for other systems are in the lockfile and rightly absent.
      if (!found) return Boolean(wanted.optional || (!dev && (wanted.dev || wanted.devOptional)));
      const same = found.version === wanted.version && found.integrity === wanted.integrity;
      return same && isThere(join(root, path), wanted);
    });
}

/** Some npm commands update that file without touching the packages, so the packages are asked as well. */
function isThere(folder, wanted) {
  if (wanted.link) return existsSync(folder);
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return version === wanted.version;
  } catch {
    return false;
  }
}

function npm() {
  // The npm that runs us is the one the person chose; it need not be the first on PATH.
  const running = process.env.npm_execpath;
  return running?.endsWith('npm-cli.js')
    ? { command: process.execPath, args: [running] }
    : { command: 'npm', args: [] };
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex');
}
