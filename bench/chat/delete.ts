/** How long it takes until a message that was deleted is gone from every screen, of two nodes. */
import type { ChatTrial, Found, Tools } from './trial.ts';
import { faultsOf, ms, whole } from './trial.ts';
import { withCrowd } from '../alone/crowd-of-nodes.ts';

const NODES = 2;
const PER_SECOND = 20;
const SAY_PER_SECOND = 100;
const AT_MOST_MS = 100;
/** Deletions before it counts. */
const WARM_UP = 20;

interface Size {
  readonly screens: number;
  readonly messages: number;
}

export function deletion(size: Size): ChatTrial {
  const title = `delete: ${PER_SECOND} a second, until ${size.screens} screens on ${NODES} nodes show it`;
  return { name: 'delete', title, total: size.messages, run: (tools) => run(size, tools) };
}

function run({ screens, messages }: Size, tools: Tools): Promise<Found> {
  const { load, progress } = tools;
  return withCrowd(tools, { nodes: NODES, people: screens }, async (crowd) => {
    const { ports, people, measured } = crowd;
    await load.ask({ do: 'gather', ports, people, listeners: screens, channelId: null });
    const saying = { by: [0, screens] as const, perSecond: SAY_PER_SECOND };
    const seconds = (messages + WARM_UP) / SAY_PER_SECOND;
    const said = await load.ask({ do: 'say', saying, seconds });
    const each = { do: 'delete-each', perSecond: PER_SECOND } as const;
    await load.ask({ ...each, messages: WARM_UP });
    const done = await measured(() => load.ask({ ...each, messages: messages + WARM_UP }));
    progress(messages);
    const { answered, expected, shown, lastScreen } = done;
    const lost = await load.ask({ do: 'count-lost' });
    return {
      cells: {
        lines: [
          ['deletions', whole(answered.acked)],
          ['screens that show them', `${whole(shown)} of ${whole(expected)}`],
          ['on the last screen: p50, ms', ms(lastScreen.p50)],
          ['on the last screen: p99, ms', ms(lastScreen.p99)],
          ['ack p50, ms', ms(answered.ack.p50)],
          ['ack p99, ms', ms(answered.ack.p99)],
        ],
        remarks: [],
      },
      held: [
        {
          reached: `a deletion is on all ${screens} screens within ${ms(lastScreen.p99)} ms at the 99th percentile`,
          target: `less than ${AT_MOST_MS} ms`,
          met: lastScreen.p99 < AT_MOST_MS && shown === expected,
        },
      ],
      faults: [
        ...faultsOf('writing', said),
        ...faultsOf('deleting', answered),
        ...(shown === expected ? [] : [`${expected - shown} screens did not show a deletion`]),
        ...(lost === 0 ? [] : [`${lost} connections lost`]),
      ],
      figures: done,
    };
  });
}
