/** The page by which people read their export: one file that asks no network, runs no script and shows text as text. */
import type { UserId } from '../../contract/index.ts';
import type { ExportRow } from '../../kernel/index.ts';

export interface IndexedFile {
  readonly name: string;
  readonly about: string;
  readonly columns: readonly string[];
  readonly count: number;
  readonly paths: readonly string[];
  /** Rows by month (`2026-11`), of each of the files. */
  readonly months: readonly Readonly<Record<string, number>>[];
  /** The first rows. */
  readonly shown: readonly ExportRow[];
}

interface Page {
  readonly userId: UserId;
  readonly requestedAt: Date;
  readonly finishedAt: Date;
  readonly files: readonly IndexedFile[];
}

/** Nothing is loaded and nothing runs, whatever text of somebody should get past the escaping. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * Values of a fixed shape (ids, times, numbers) are never broken, so that a column is as wide as they are; texts take
 * what is left and wrap. What is wider than the screen is scrolled, and on paper it is made to fit.
 */
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 80rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .2rem; }
p { margin: .2rem 0 .6rem; } .quiet { opacity: .72; } a { color: LinkText; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; }
th, td { text-align: start; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #8884; }
th, .fixed, .number { white-space: nowrap; overflow-wrap: normal; } th { font-weight: 600; }
.id { font-family: ui-monospace, monospace; font-size: .78rem; }
.said { min-width: 18rem; white-space: pre-wrap; } .parts { min-width: 12rem; } .number { text-align: end; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; } svg { width: 100%; height: auto; } rect { fill: #4a78c8; } text { font-size: 11px; fill: currentColor; }
@media print {
  @page { size: landscape; margin: 12mm; }
  :root { color-scheme: light; font-size: 11px; } body { max-width: none; padding: 0; } .scroll { overflow: visible; }
  th, .fixed { white-space: normal; overflow-wrap: break-word; } .said, .parts { min-width: 0; }
  h2 { break-after: avoid; } tr, svg { break-inside: avoid; } rect { print-color-adjust: exact; }
}`;

export function indexPage({ userId, requestedAt, finishedAt, files }: Page): string {
  const total = files.reduce((sum, { count }) => sum + count, 0);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>Data export</title><style>${STYLE}</style></head><body>`,
    '<h1>Everything kept about you</h1>',
    `<p>${total.toLocaleString('en')} entries of account <code>${escaped(userId)}</code>, as of ${time(finishedAt.getTime())} (asked for ${time(requestedAt.getTime())}).</p>`,
    '<p class="quiet">Names of others are shown in part. Verify this archive with <code>conclave verify-export FILE</code>.</p>',
    chart(files),
    '<h2>Contents</h2><div class="scroll"><table><thead><tr><th>what</th><th class="number">entries</th><th>files</th></tr></thead>',
    ...files.map(
      ({ name, about, count, paths }) =>
        `<tr><td class="said">${count > 0 ? `<a href="#${escaped(name)}">${escaped(title(name))}</a>` : escaped(title(name))}<br><span class="quiet">${escaped(about)}</span></td><td class="number">${count.toLocaleString('en')}</td><td class="fixed">${links(paths)}</td></tr>`,
    ),
    '</table></div>',
    ...files.filter(({ count }) => count > 0).map(section),
    '</body></html>',
    '',
  ].join('\n');
}

function section({ name, about, columns: named, count, shown }: IndexedFile): string {
  // What people read comes first, and what only programs do behind it.
  const isId = (column: string) => Number(/^id$|Ids?$|^replyTo$/.test(column));
  const columns = named.toSorted((one, other) => isId(one) - isId(other));
  const rest =
    count > shown.length ? ` The first ${shown.length} of ${count.toLocaleString('en')}.` : '';
  return [
    `<h2 id="${escaped(name)}">${escaped(title(name))}</h2><p class="quiet">${escaped(about)}${rest}</p>`,
    `<div class="scroll"><table><thead><tr>${columns.map((column) => `<th>${escaped(words(column))}</th>`).join('')}</tr></thead>`,
    ...shown.map(
      (row) => `<tr>${columns.map((column) => cell(column, row[column])).join('')}</tr>`,
    ),
    '</table></div>',
  ].join('\n');
}

/** Bars of entries by month, the last three years of them. */
function chart(files: readonly IndexedFile[]): string {
  const sums = new Map<string, number>();
  for (const { months } of files)
    for (const one of months)
      for (const [month, count] of Object.entries(one))
        sums.set(month, (sums.get(month) ?? 0) + count);
  const shown = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).slice(-36);
  if (shown.length === 0) return '';
  const most = Math.max(...shown.map(([, count]) => count));
  const width = 720 / Math.max(shown.length, 12);
  const bars = shown.map(([month, count], i) => {
    const height = Math.max(1, Math.round((count / most) * 110));
    const x = (i * width).toFixed(1);
    const label =
      i % Math.ceil(shown.length / 12) === 0
        ? `<text x="${x}" y="142">${escaped(month)}</text>`
        : '';
    return `<rect x="${x}" y="${125 - height}" width="${(width * 0.8).toFixed(1)}" height="${height}"><title>${escaped(month)}: ${count.toLocaleString('en')}</title></rect>${label}`;
  });
  return `<h2>Messages by month</h2><svg viewBox="0 0 720 150" role="img" aria-label="Messages by month">${bars.join('')}</svg>`;
}

function links(paths: readonly string[]): string {
  return paths.map((path) => `<a href="${escaped(path)}">${escaped(path)}</a>`).join('<br>');
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Longer ones than any word of a fixed shape, such as the name of a role: these are texts of people. */
const WORD = /^[\w.:@/-]{1,40}$/;

/**
 * `joinedAt` is a time in milliseconds: what ends in At, and is a number, is shown as one. A text of somebody is written
 * in the direction of its own first letter, whatever its neighbours are.
 */
function cell(column: string, value: unknown): string {
  const td = (is: string, content: string) => `<td class="${is}">${content}</td>`;
  if (value === null || value === undefined) return td('quiet', '–');
  if (typeof value === 'number' && /(?:^at|At|until|Until)$/.test(column))
    return td('fixed', time(value));
  if (typeof value === 'number') return td('fixed', escaped(String(value)));
  if (typeof value === 'boolean') return td('fixed', value ? 'yes' : 'no');
  if (typeof value !== 'string') return td('parts', escaped(JSON.stringify(value)));
  if (UUID.test(value)) return td('fixed id', value);
  if (WORD.test(value)) return td('fixed', escaped(value));
  return `<td class="said" dir="auto">${escaped(value)}</td>`;
}

function time(milliseconds: number): string {
  return escaped(new Date(milliseconds).toISOString().replace('T', ' ').slice(0, 16) + ' UTC');
}

const title = (name: string) => words(name.charAt(0).toUpperCase() + name.slice(1));
const words = (name: string) =>
  name
    .replace(/-/g, ' ')
    .replace(/[a-z](?=[A-Z])/g, (letter) => `${letter} `)
    .replace(/ [A-Z]/g, (letter) => letter.toLowerCase());

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** As text, in an element or in a quoted attribute; what turns the direction of writing is taken out. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
}
