/** What it costs those who write that somebody's hundred thousand messages are deleted beside them. */
import type { ChatTrial, Found, Tools } from './trial.ts';
import { faultsOf, ms, whole } from './trial.ts';
import { conversation, sendsBeside } from '../alone/conversation.ts';
import { withCrowd } from '../alone/crowd-of-nodes.ts';

/** Messages a second and speaker: their limit of 120 in a minute stays on. */
const PACE = 1.25;
/** The first two are who deletes, and whose messages are deleted. */
const KEEPER = 0;
const AUTHOR = 1;
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
  const { load } = tools;
  const people = AUTHOR + 1 + Math.ceil(perSecond / PACE);
  return withCrowd(tools, { nodes: 1, people }, async (crowd) => {
    const { authorId, saying, before } = await conversation(tools, crowd, {
      ...{ messages, perSecond, seconds: calm, warmUpSeconds: WARM_UP_SECONDS },
      author: AUTHOR,
      speakers: [AUTHOR + 1, people],
    });
    const during = await crowd.measured(() =>
      load.ask({ do: 'delete-many', authorId, saying, mostSeconds: MOST_SECONDS }),
    );
    const lost = await load.ask({ do: 'count-lost' });
    const { said, deleted, finished, seconds, cpu } = during;
    const each = (used: number) => whole((used * 1_000_000) / deleted);
    const ratio = said.ack.p99 / before.ack.p99;
    return {
      cells: {
        lines: [
          ...sendsBeside(before, said),
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
