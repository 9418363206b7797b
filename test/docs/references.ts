/** Finds what a page points at, by links, commands and paths, and tells which of it is not there. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** What npm does by itself, whatever package.json says. */
const NPM_ITSELF = new Set(['ci', 'install', 'run']);
/** Made while running, or by whoever installs: named in the docs, not in git. */
const MADE = /^(var|node_modules|coverage)(\/|$)/;
const PATH = /^\.?[\w@-][\w.@-]*(?:\/[\w.@-]+)*\/?$/;

/** A block of code and the file that the sentence before it says it belongs in, if it says so. */
export interface Example {
  readonly path: string | null;
  readonly text: string;
}

/** The TypeScript blocks of a page, in order. */
export function examplesIn(page: string): Example[] {
  return [...page.matchAll(/(?:`([\w./-]+\.ts)`[^`]*)?\n```ts\n([^]*?)```/g)].map(
    ([, path = null, text = '']) => ({ path, text }),
  );
}

/** Every reference of the page that leads nowhere, in words. `at` is the page's path from the root of the project. */
export function deadReferences(page: string, at: string): string[] {
  const created = new Set(examplesIn(page).map(({ path }) => path));
  const prose = page.replaceAll(/```ts\n[^]*?```/g, '');
  const commands = [...prose.matchAll(/\bnpm (run )?(?:-s )?([a-z][\w:-]*)/g)].flatMap(
    ([whole, run, name = '']) =>
      scripts().has(name) || (run === undefined && NPM_ITSELF.has(name)) ? [] : [whole],
  );
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target) && !leads(target, page, at));
  const paths = [
    ...prose.matchAll(/`([^`\n]+)`|\b((?:src|test|scripts|docs|prisma|deploy)\/[\w./-]*\w)/g),
  ]
    .map(([, quoted, bare = '']) => quoted ?? bare)
    .filter((path) => isPath(path) && !created.has(path) && !isThere(path, at));
  return [...new Set([...commands, ...links, ...paths])];
}

/** A path of ours, and not a route, a package or a name with a slash in it. */
function isPath(text: string): boolean {
  if (!PATH.test(text) || MADE.test(text)) return false;
  if (!text.includes('/')) return /\.(?:md|yml)$/.test(text);
  const [first = ''] = text.split('/');
  return existsSync(join(ROOT, first)) || existsSync(join(ROOT, 'src', first));
}

/** From the root, from `src`, or from where the page is. */
function isThere(path: string, at: string): boolean {
  const places = [ROOT, join(ROOT, 'src'), join(ROOT, dirname(at))];
  return places.some((place) => existsSync(join(place, path)));
}

function leads(target: string, page: string, at: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(ROOT, at) : join(ROOT, dirname(at), path);
  if (relative(ROOT, file).startsWith('..') || !existsSync(file)) return false;
  if (anchor === undefined) return true;
  return headings(path === '' ? page : readFileSync(file, 'utf8')).has(anchor);
}

/** As GitHub makes anchors of headings: lower case, no punctuation, hyphens for spaces. */
function headings(page: string): Set<string> {
  const titles = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .replaceAll(/\s/g, '-'),
    ),
  );
}

function scripts(): Set<string> {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return new Set(Object.keys((JSON.parse(text) as { scripts: object }).scripts));
}
