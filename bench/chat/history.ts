/** What a page of history costs in a channel of ten thousand, a hundred thousand and a million messages. */
import type { Tools, ChatTrial, Found } from './trial.ts';
import { faultsOf, ms, whole } from './trial.ts';
import { withCrowd } from '../alone/crowd-of-nodes.ts';
import { pagePlan } from './page-plan.ts';
import { seed } from '../alone/seeded.ts';

/** The entries of a page; what `message.history` gives where nothing else is asked for. */
const PAGE = 50;
/** Messages a second and author: their limit of 20 in 5 s stays on. */
const PACE = 3;
const AT_MOST_MS = 15;
/** What "flat" is held to: so much more than in the smallest channel, of the median. */
const AT_MOST_OF_SMALLEST = 1.5;

interface Pages {
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of user and system time for each page. */
  readonly cpu: { readonly nodes: number; readonly postgres: number };
}

interface Measured {
  readonly size: number;
  readonly end: Pages;
  readonly deep: Pages;
  readonly plan: string;
  readonly rowsRead: number;
  readonly seedSeconds: number;
}

interface Size {
  /** Messages in the channel, rising: it is filled up to one after the other. */
  readonly sizes: readonly number[];
  /** What each author writes of them through the log itself; the limits on messages stay on. */
  readonly each: number;
  readonly authors: number;
  /** Pages of each kind that are read before it counts, and again then. */
  readonly reads: number;
}

export function history(of: Size): ChatTrial {
  const title = `history: a page of ${PAGE} messages, decrypted, warm`;
  return { name: 'history', title, total: of.sizes.at(-1) ?? 0, run: (tools) => run(of, tools) };
}

function run({ sizes, each, authors, reads }: Size, tools: Tools): Promise<Found> {
  const { services, load, progress } = tools;
  return withCrowd(tools, { nodes: 1, people: authors }, async ({ ports, people, measured }) => {
    const gathering = { do: 'gather', ports, people, listeners: 0, channelId: null } as const;
    const { channelId } = await load.ask(gathering);
    const by = [0, authors] as const;
    const saying = { by, perSecond: authors * PACE };
    const seconds = each / PACE;
    const said = await load.ask({ do: 'say', saying, seconds });
    const faults = faultsOf('writing', said);
    let size = said.acked;
    const reader = people[0]?.userId ?? '';
    const all: Measured[] = [];
    for (const wanted of sizes) {
      const from = size;
      const as = people.map(({ userId }) => userId);
      const count = Math.max(0, wanted - from);
      const advance = (filled: number) => progress(from + filled);
      const seedSeconds = await seed({
        services,
        channelId,
        authors: as,
        count,
        progress: advance,
      });
      size += count;
      await services.settle();
      const read = async (places: readonly (number | null)[]): Promise<Pages> => {
        const request = { do: 'read-pages', before: places, by } as const;
        await load.ask(request);
        const { page, messages, unreadable, cpu } = await measured(() => load.ask(request));
        const each = (used: number) => (used * 1_000_000) / places.length;
        if (messages !== places.length * PAGE || unreadable > 0)
          faults.push(`${size}: ${messages} messages came, ${unreadable} without text`);
        return { ...page, cpu: { nodes: each(cpu.nodes), postgres: each(cpu.postgres) } };
      };
      const deep = Array.from({ length: reads }, () => anywhere(size));
      all.push({
        size,
        end: await read(deep.map(() => null)),
        deep: await read(deep),
        ...(await pagePlan(services, { channelId, userId: reader }, Math.ceil(size / 2), PAGE)),
        seedSeconds,
      });
    }
    return found(all, faults);
  });
}

function found(all: readonly Measured[], faults: readonly string[]): Found {
  const [smallest] = all;
  const largest = all.at(-1);
  if (!smallest || !largest) throw new Error('no size was measured');
  const row = (label: string, show: (of: Measured) => string) => [label, ...all.map(show)];
  const worst = Math.max(...all.flatMap(({ end, deep }) => [end.p99, deep.p99]));
  const growth = Math.max(largest.end.p50 / smallest.end.p50, largest.deep.p50 / smallest.deep.p50);
  const isRange = all.every(
    ({ plan, rowsRead }) => /^Index Scan/.test(plan) && rowsRead === PAGE + 1,
  );
  return {
    cells: {
      lines: [
        row('messages in the channel', ({ size }) => whole(size)),
        row('the newest: p50, ms', ({ end }) => ms(end.p50)),
        row('the newest: p99, ms', ({ end }) => ms(end.p99)),
        row('anywhere: p50, ms', ({ deep }) => ms(deep.p50)),
        row('anywhere: p99, ms', ({ deep }) => ms(deep.p99)),
        row('CPU per page, µs: node', ({ deep }) => whole(deep.cpu.nodes)),
        row('  Postgres', ({ deep }) => whole(deep.cpu.postgres)),
        row('rows that Postgres reads', ({ rowsRead }) => whole(rowsRead)),
        row('seeded in, s', ({ seedSeconds }) => ms(seedSeconds)),
      ],
      remarks: [
        `Postgres reads a page by: ${[...new Set(all.map(({ plan }) => plan))].join('; ')}`,
      ],
    },
    held: [
      {
        reached: `a page takes ${ms(worst)} ms at the 99th percentile, wherever it is read`,
        target: `less than ${AT_MOST_MS} ms`,
        met: worst < AT_MOST_MS,
      },
      {
        reached: `of ${whole(largest.size)} messages it takes ${growth.toFixed(2)} of what it takes of ${whole(smallest.size)}`,
        target: `flat, at most ${AT_MOST_OF_SMALLEST}; by an index range`,
        met: growth <= AT_MOST_OF_SMALLEST && isRange,
      },
    ],
    faults,
    figures: all,
  };
}

/** A place with a whole page before it. */
function anywhere(size: number): number {
  return PAGE + 2 + Math.floor(Math.random() * (size - PAGE - 1));
}
