/** What it costs those who write that somebody's hundred thousand messages are deleted beside them. */
import type { ChatTrial, Found, Tools } from './trial.ts';
import { faultsOf, ms, whole } from './trial.ts';
import { withCrowd } from './crowd-of-nodes.ts';
import { seed } from './seeded.ts';

/** Messages a second and speaker: their limit of 120 in a minute stays on. */
const PACE = 1.25;
/** The first two are who deletes, and whose messages are deleted. */
const KEEPER = 0;
const AUTHOR = 1;
const MOST_LISTENERS = 20;
const WARM_UP_SECONDS = 3;
const MOST_SECONDS = 150;
const AT_MOST_OF_BEFORE = 2;

interface Size {
  readonly messages: number;
  /** Sends beside it. */
  readonly perSecond: number;
  /** Of sends before. */
  readonly seconds: number;
}

export function bulkDeletion(size: Size): ChatTrial {
  const { messages, perSecond } = size;
  const title = `delete-many: ${messages.toLocaleString('en')} messages, while ${perSecond} a second are sent to the same channel`;
  return { name: 'delete-many', title, total: messages, run: (tools) => run(size, tools) };
}

function run({ messages, perSecond, seconds: calm }: Size, tools: Tools): Promise<Found> {
  const { services, load, progress } = tools;
  const people = AUTHOR + 1 + Math.ceil(perSecond / PACE);
  return withCrowd(tools, { nodes: 1, people }, async (crowd) => {
    const { ports, people: all, measured } = crowd;
    const together = { do: 'gather', ports, people: all } as const;
    const { channelId } = await load.ask({ ...together, listeners: 0, channelId: null });
    const authorId = all[AUTHOR]?.userId ?? '';
    const first = { by: [AUTHOR, AUTHOR + 1] as const, perSecond: 10 };
    await load.ask({ do: 'say', saying: first, seconds: 0.5 });
    await seed({ services, channelId, authors: [authorId], count: messages, progress });
    await load.ask({ do: 'close' });
    await services.settle();
    await load.ask({ ...together, listeners: Math.min(MOST_LISTENERS, people), channelId });
    const saying = { by: [AUTHOR + 1, people] as const, perSecond };
    await load.ask({ do: 'say', saying, seconds: Math.min(WARM_UP_SECONDS, calm) });
    const before = await load.ask({ do: 'say', saying, seconds: calm });
    const during = await measured(() =>
      load.ask({ do: 'delete-many', authorId, saying, mostSeconds: MOST_SECONDS }),
    );
    const lost = await load.ask({ do: 'count-lost' });
    const { said, deleted, finished, seconds, cpu } = during;
    const each = (used: number) => whole((used * 1_000_000) / deleted);
    const ratio = said.ack.p99 / before.ack.p99;
    return {
      cells: {
        lines: [
          ['', 'before', 'meanwhile'],
          ['sends', whole(before.acked), whole(said.acked)],
          ['ack p50, ms', ms(before.ack.p50), ms(said.ack.p50)],
          ['ack p99, ms', ms(before.ack.p99), ms(said.ack.p99)],
          ['deleted', '-', whole(deleted)],
          ['deleted a second', '-', whole(deleted / seconds)],
          ['seconds', '-', ms(seconds)],
          ['CPU per deleted, µs: node', '-', each(cpu.nodes)],
          ['  Postgres', '-', each(cpu.postgres)],
        ],
        remarks: [],
      },
      held: [
        {
          reached: `sends take ${ratio.toFixed(2)} of what they take before, at the 99th percentile, while ${whole(deleted)} messages are deleted in ${seconds.toFixed(0)} s`,
          target: `at most ${AT_MOST_OF_BEFORE}`,
          met: ratio <= AT_MOST_OF_BEFORE && finished,
        },
      ],
      faults: [
        ...faultsOf('before', before),
        ...faultsOf('meanwhile', said),
        ...(finished ? [] : ['the deletion did not finish']),
        ...(lost === 0 ? [] : [`${lost} connections lost`]),
      ],
      figures: { before, ...during, keeper: KEEPER },
    };
  });
}
