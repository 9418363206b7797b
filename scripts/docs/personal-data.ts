/** Reads from the schema whose data each column is and why it is kept: the inventory of Article 30 of the GDPR. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A column that says something about a person. */
export interface PersonalColumn {
  readonly table: string;
  readonly column: string;
  readonly kind: string;
  /** The columns, or in words, that say who the person is. */
  readonly of: string;
  readonly purpose: string;
  readonly basis: string;
  readonly kept: string;
  /** Which key seals it; null where it is stored in the clear. */
  readonly sealed: string | null;
  /** Why an export does not hold it; null where it does. */
  readonly notExported: string | null;
}

export interface Inventory {
  readonly personal: readonly PersonalColumn[];
  /** `table.column` of what is not about a person, with why. */
  readonly others: Readonly<Record<string, string>>;
  /** What the annotations leave open, or say wrongly: a sentence each. */
  readonly faults: readonly string[];
}

/** The words that an annotation may use; `docs/privacy.md` explains each. */
export const VOCABULARY = {
  kind: {
    activity: 'what somebody did, and when',
    'address and device': 'from which address and with what program somebody came',
    assessment: 'what others wrote about somebody',
    communication: 'what somebody wrote',
    contact: 'how somebody is reached',
    profile: 'what somebody is called',
    relation: 'who has to do with whom',
    security: 'what proves who somebody is',
    standing: 'what somebody may do',
  },
  purpose: {
    account: 'to have an account, and to let others in',
    audit: 'to be able to say later what happened',
    'mention-mail': 'to write to people who are mentioned and do not read it',
    messaging: 'to bring messages to those they are for',
    moderation: 'to keep people from harm by others',
    privacy: 'to give people what is kept about them',
    security: 'to keep what is sealed closed, and to end access at once',
    'sign-in': 'to know who is asking',
  },
  basis: {
    consent: 'Art. 6 (1) (a): the person agreed to it',
    contract: 'Art. 6 (1) (b): it takes this to provide the service',
    'legal-obligation': 'Art. 6 (1) (c): the law demands it',
    'legitimate-interest': 'Art. 6 (1) (f): safety of the server and of those on it',
  },
  kept: {
    account: 'as long as the account is there',
    audit: 'as long as the audit trail is kept',
    channel: 'as long as the channel is there',
    consent: 'until the consent is withdrawn',
    hour: 'for an hour',
    message: 'until the message is deleted or truncated',
    sent: 'until the mail is sent, half a day at most',
    session: 'as long as the session is there',
    used: 'until it is used or expires',
    week: 'for a week after it was made',
    workspace: 'as long as the workspace is there',
  },
} as const;

const PERSONAL =
  /^@personal\(([\w, ]+)\) kind=(.+?) of=(.+?) purpose=(\S+) basis=(\S+) kept=(\S+)(?: sealed=(\S+))?(?: export=no: (.+))?$/;
const OTHER = /^@not-personal\(([\w, ]+)\): (.+)$/;
const MODEL = /((?:^\/\/\/.*\n)*)^model (\w+) \{\n([\s\S]*?)^\}/gm;
/** In every table, and of no person. */
const EVERYWHERE = 'workspaceId';

/** The inventory of these schema files: `[name, text]` each. */
export function inventoryOf(files: readonly (readonly [string, string])[]): Inventory {
  const personal: PersonalColumn[] = [];
  const others: Record<string, string> = {};
  const faults: string[] = [];
  for (const [file, text] of files)
    for (const [, doc = '', model = '', body = ''] of text.matchAll(MODEL)) {
      const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model;
      const columns = columnsOf(body);
      const claimed = new Set([EVERYWHERE]);
      const claim = (names: string, take: (column: string) => void) => {
        for (const name of names.split(/,\s*/)) {
          const column = columns.get(name);
          if (column === undefined) faults.push(`${file}: ${model} has no ${name}.`);
          else if (claimed.has(name)) faults.push(`${file}: ${model}.${name} is claimed twice.`);
          else take(column);
          claimed.add(name);
        }
      };
      for (const line of doc.split('\n').map((one) => one.replace(/^\/\/\/ ?/, ''))) {
        const [, names, kind = '', of = '', purpose = '', basis = '', kept = '', sealed, no] =
          PERSONAL.exec(line) ?? [];
        const [, harmless, why = ''] = OTHER.exec(line) ?? [];
        if (names !== undefined) {
          const is = { kind, purpose, basis, kept };
          for (const [word, value] of Object.entries(is))
            if (!Object.hasOwn(VOCABULARY[word as keyof typeof VOCABULARY], value))
              faults.push(`${file}: ${model}: ${word}=${value} is no word of the vocabulary.`);
          claim(names, (column) =>
            personal.push({
              ...{ table, column, kind, of, purpose, basis, kept },
              ...{ sealed: sealed ?? null, notExported: no ?? null },
            }),
          );
        } else if (harmless !== undefined)
          claim(harmless, (column) => (others[`${table}.${column}`] = why));
        else if (/@(not-)?personal/.test(line))
          faults.push(`${file}: ${model}: “${line}” cannot be read.`);
      }
      for (const name of columns.keys())
        if (!claimed.has(name))
          faults.push(`${file}: ${model}.${name} is neither @personal nor @not-personal.`);
    }
  return { personal, others, faults };
}

/** The inventory of this server. */
export function inventory(): Inventory {
  const folder = join(import.meta.dirname, '..', '..', 'prisma', 'schema');
  const files = readdirSync(folder).sort();
  return inventoryOf(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Fields of a model with the names of their columns. */
function columnsOf(body: string): Map<string, string> {
  const columns = new Map<string, string>();
  for (const line of body.split('\n')) {
    const [, field, rest = ''] = /^ {2}(\w+)\s+\w+(?:\[\])?\??(.*)$/.exec(line) ?? [];
    if (field !== undefined) columns.set(field, /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field);
  }
  return columns;
}
