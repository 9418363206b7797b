/** The pages of the inventory: for programs, and as the table that Article 30 asks for. */
import { PURPOSES } from '../../src/privacy/index.ts';
import { inventory, VOCABULARY, type PersonalColumn } from './personal-data.ts';

/** docs/reference/personal-data.json */
export function personalDataJson(): string {
  const { personal, others } = inventory();
  return JSON.stringify({ vocabulary: VOCABULARY, personal, notPersonal: others }, null, 2);
}

/** docs/privacy.md */
export function privacyPage(): string {
  const { personal } = inventory();
  const tables = new Map<string, PersonalColumn[]>();
  for (const one of personal) tables.set(one.table, [...(tables.get(one.table) ?? []), one]);
  return [
    '# Privacy',
    'What the server keeps about people, made from `prisma/schema`. Every column is annotated there as `@personal` or',
    '`@not-personal`; a test fails on one that is neither, and on a personal one that no export holds and that does not',
    'say why. For programs: [personal-data.json](reference/personal-data.json).',
    '',
    '`npx conclave me export` gives people all of it that is theirs; `npx conclave verify-export FILE` proves offline that',
    'nothing of it was changed.',
    '',
    '## Record of processing activities',
    'By purpose (Art. 30 (1) GDPR). Recipients: the members of the channel for what is said there, moderators for what was',
    'reported to them, auditors for the audit trail; the operator of the server, for whom what is sealed stays closed',
    'without the root keys. Nothing goes to third countries unless the operator puts the server or its mail there.',
    '',
    '| purpose | data | of whom | legal basis | kept | at rest |',
    '|---|---|---|---|---|---|',
    ...activities(personal),
    '',
    '## What takes consent',
    'Done for nobody who did not agree to it (Art. 6 (1) (a)): none of these is on by itself, and each is asked for apart',
    'from the others. A withdrawal calls off what waits, in its own transaction; a text that changes has to be agreed to',
    'again. `npx conclave me consents` shows, gives and takes back; an export holds the whole history.',
    '',
    '| purpose | version | text | asked by |',
    '|---|---|---|---|',
    ...Object.entries(PURPOSES).map(
      ([purpose, { version, text, askedBy }]) =>
        `| \`${purpose}\` | ${version} | ${text} | ${askedBy.join('; ')} |`,
    ),
    '',
    '## Every personal column',
    ...[...tables].flatMap(([table, columns]) => [
      '',
      `### \`${table}\``,
      '| column | kind | whose | purpose | basis | kept | at rest | in the export |',
      '|---|---|---|---|---|---|---|---|',
      ...columns.map(
        ({ column, kind, of, purpose, basis, kept, sealed, notExported }) =>
          `| \`${column}\` | ${kind} | ${of} | ${purpose} | ${basis} | ${kept} | ${rest(sealed)} | ${notExported === null ? 'yes' : `no: ${notExported}`} |`,
      ),
    ]),
    '',
    '## Words',
    ...Object.entries(VOCABULARY).flatMap(([word, values]) => [
      '',
      `| ${word} | meaning |`,
      '|---|---|',
      ...Object.entries(values).map(([value, about]) => `| ${value} | ${about} |`),
    ]),
    '',
  ].join('\n');
}

function activities(personal: readonly PersonalColumn[]): string[] {
  const lines = new Map<
    string,
    { tables: Set<string>; of: Set<string>; kept: Set<string>; sealed: Set<string> }
  >();
  for (const { purpose, kind, basis, table, kept, sealed } of personal) {
    const key = `${purpose}|${basis}`;
    const line = lines.get(key) ?? {
      tables: new Set(),
      of: new Set(),
      kept: new Set(),
      sealed: new Set(),
    };
    lines.set(key, line);
    line.tables.add(kind);
    line.of.add(
      table === 'message' || table === 'membership' ? 'members of channels' : 'account holders',
    );
    line.kept.add(VOCABULARY.kept[kept as keyof typeof VOCABULARY.kept]);
    if (sealed !== null) line.sealed.add(sealed);
  }
  return [...lines].sort().map(([key, { tables, of, kept, sealed }]) => {
    const [purpose = '', basis = ''] = key.split('|');
    const about = VOCABULARY.purpose[purpose as keyof typeof VOCABULARY.purpose];
    const law = VOCABULARY.basis[basis as keyof typeof VOCABULARY.basis];
    const keys =
      sealed.size === 0
        ? 'ids and times in the clear'
        : `texts sealed under: ${[...sealed].join(', ')}`;
    return `| ${about} | ${[...tables].join(', ')} | ${[...of].join(', ')} | ${law} | ${[...kept].join('; ')} | ${keys} |`;
  });
}

function rest(sealed: string | null): string {
  return sealed === null ? 'clear' : `sealed, ${sealed}`;
}
