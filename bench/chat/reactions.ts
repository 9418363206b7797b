/** A thousand reactions a second to one message, and what they cost those who write beside it. */
import type { ChatTrial, Found, Tools } from './trial.ts';
import { faultsOf, ms, whole } from './trial.ts';
import { sendsBeside } from '../alone/conversation.ts';
import { withCrowd } from '../alone/crowd-of-nodes.ts';

/** Messages a second and speaker: their limit of 120 in a minute stays on. */
const PACE = 1.25;
const MOST_LISTENERS = 100;
const WARM_UP_SECONDS = 3;
const AT_MOST_OF_BEFORE = 2;

interface Size {
  readonly perSecond: number;
  readonly seconds: number;
  readonly people: number;
  /** Messages a second beside them. */
  readonly says: number;
}

export function reactions(size: Size): ChatTrial {
  const title = `reactions: ${whole(size.perSecond)} a second to one message, by ${size.people} people, while ${size.says} messages a second are sent`;
  return { name: 'reactions', title, total: size.seconds, run: (tools) => run(size, tools) };
}

function run({ perSecond, seconds, people, says }: Size, tools: Tools): Promise<Found> {
  const { load, progress } = tools;
  const speakers = Math.ceil(says / PACE);
  return withCrowd(tools, { nodes: 1, people: speakers + people }, async (crowd) => {
    const { ports, people: all, measured } = crowd;
    const listeners = Math.min(MOST_LISTENERS, all.length);
    await load.ask({ do: 'gather', ports, people: all, listeners, channelId: null });
    const saying = { by: [0, speakers] as const, perSecond: says };
    const reacting = { by: [speakers, speakers + people] as const, perSecond };
    const crowdReacts = { do: 'react', reacting, saying } as const;
    await load.ask({ ...crowdReacts, seconds: Math.min(WARM_UP_SECONDS, seconds) });
    const before = await load.ask({ do: 'say', saying, seconds });
    const during = await measured(() => load.ask({ ...crowdReacts, seconds }));
    progress(seconds);
    const lost = await load.ask({ do: 'count-lost' });
    const { said, reacted, counted, told, cpu } = during;
    const each = (seconds: number) => whole((seconds * 1_000_000) / reacted.acked);
    const ratio = said.ack.p99 / before.ack.p99;
    const reached = reacted.acked / reacted.seconds;
    return {
      cells: {
        lines: [
          ...sendsBeside(before, said),
          ['reactions acknowledged', '-', `${whole(reacted.acked)} of ${whole(reacted.asked)}`],
          ['  a second', '-', whole(reached)],
          ['  ack p50, ms', '-', ms(reacted.ack.p50)],
          ['  ack p99, ms', '-', ms(reacted.ack.p99)],
          ['CPU per reaction, µs: node', '-', each(cpu.nodes)],
          ['  Postgres', '-', each(cpu.postgres)],
          ['told to each listener', '-', `${whole(told)} times`],
        ],
        remarks: [],
      },
      held: [
        {
          reached: `${whole(reached)} reactions a second to one message are stored and acknowledged`,
          target: `${whole(perSecond)} a second, each`,
          met: reacted.acked === reacted.asked && reached >= perSecond * KEPT_UP,
        },
        {
          reached: `sends beside them take ${ratio.toFixed(2)} of what they take before, at the 99th percentile`,
          target: `at most ${AT_MOST_OF_BEFORE}`,
          met: ratio <= AT_MOST_OF_BEFORE,
        },
      ],
      faults: [
        ...faultsOf('before', before),
        ...faultsOf('meanwhile', said),
        ...faultsOf('reacting', reacted),
        ...(counted === reacted.acked ? [] : [`${counted} counted of ${reacted.acked}`]),
        ...(lost === 0 ? [] : [`${lost} connections lost`]),
      ],
      figures: { before, ...during },
    };
  });
}

/** The last answers come after the last call: who keeps up ends a tenth later at most. */
const KEPT_UP = 0.9;
