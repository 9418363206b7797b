/** How fast everything that is kept about somebody is put together, what memory it takes, and what it costs those who write. */
import { conversation, sendsBeside } from '../alone/conversation.ts';
import { withCrowd } from '../alone/crowd-of-nodes.ts';
import { faultsOf, ms, whole, type Found, type Tools } from '../alone/trial.ts';
import { forgetPeak, memory, peakMemory } from '../usage.ts';
import { AT_MOST_OF_BEFORE, PACE, PASSWORD, type PrivacyTrial, type Size } from './trial.ts';

/** The place of who asks, and whose messages they are; the others speak. */
const AUTHOR = 0;
const WARM_UP_SECONDS = 5;
const MOST_SECONDS = 180;
const AT_LEAST_PER_SECOND = 20_000;
const LESS_THAN_MIB = 200;

export function exporting(size: Size): PrivacyTrial {
  const { messages, perSecond } = size;
  const title = `export: of ${messages.toLocaleString('en')} messages, while ${perSecond} a second are sent to the same channel`;
  return { name: 'export', title, total: messages, run: (tools) => run(size, tools) };
}

function run({ messages, perSecond, seconds: calm }: Size, tools: Tools): Promise<Found> {
  const { load } = tools;
  const people = AUTHOR + 1 + Math.ceil(perSecond / PACE);
  return withCrowd(tools, { nodes: 1, people, password: PASSWORD }, async (crowd) => {
    const { pids, measured } = crowd;
    const [node = 0] = pids;
    const { saying, before } = await conversation(tools, crowd, {
      ...{ messages, perSecond, seconds: calm, warmUpSeconds: WARM_UP_SECONDS },
      author: AUTHOR,
      speakers: [AUTHOR + 1, people],
    });
    forgetPeak(node);
    const held = memory(node);
    const password = PASSWORD;
    const asking = { do: 'export', password, saying, mostSeconds: MOST_SECONDS } as const;
    const found = await measured(() => load.ask(asking));
    const grown = peakMemory(node) - held;
    const lost = await load.ask({ do: 'count-lost' });
    const { said, rows, state, seconds, collectedSeconds, cpu } = found;
    const ratio = said.ack.p99 / before.ack.p99;
    const rate = rows / seconds;
    const each = (used: number) => ms((used * 1_000_000) / rows);
    return {
      cells: {
        lines: [
          ...sendsBeside(before, said),
          ['rows in the export', '-', whole(rows)],
          ['seconds', '-', ms(seconds)],
          ['  of these, to collect', '-', ms(collectedSeconds)],
          ['rows a second', '-', whole(rate)],
          ['CPU per row, µs: node', '-', each(cpu.nodes)],
          ['  Postgres', '-', each(cpu.postgres)],
          ['RSS of the node, MiB', whole(held), whole(held + grown)],
        ],
        remarks: ['CPU and memory are with the sends.'],
      },
      held: [
        {
          reached: `${whole(rate)} messages a second, ${whole(rows)} in ${ms(seconds)} s`,
          target: `at least ${whole(AT_LEAST_PER_SECOND)}`,
          met: rate >= AT_LEAST_PER_SECOND && state === 'ready',
        },
        {
          reached: `the node grows by ${whole(grown)} MiB at the most`,
          target: `less than ${LESS_THAN_MIB}`,
          met: grown < LESS_THAN_MIB,
        },
        {
          reached: `sends take ${ratio.toFixed(2)} of what they take before, at the 99th percentile`,
          target: `less than ${AT_MOST_OF_BEFORE}`,
          met: ratio < AT_MOST_OF_BEFORE,
        },
      ],
      faults: [
        ...faultsOf('before', before),
        ...faultsOf('meanwhile', said),
        ...(state === 'ready' ? [] : [`the export is ${state} after ${MOST_SECONDS} s`]),
        ...(rows >= messages ? [] : [`${whole(messages - rows)} messages are missing`]),
        ...(lost === 0 ? [] : [`${lost} connections lost`]),
      ],
      figures: { before, grown, ...found },
    };
  });
}
