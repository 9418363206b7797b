/** What it costs those who write that a million messages of their channel, which are too old, are removed beside them. */
import { randomUUID } from 'node:crypto';
import { faultsOf, ms, whole, type Found, type Tools } from '../alone/trial.ts';
import { conversation, sendsBeside } from '../alone/conversation.ts';
import { withCrowd } from '../alone/crowd-of-nodes.ts';
import type { Services } from '../services.ts';
import { AT_MOST_OF_BEFORE, PACE, type PrivacyTrial, type Size } from './trial.ts';

const AUTHOR = 0;
const WARM_UP_SECONDS = 3;
const OLD_MS = 400 * 24 * 60 * 60_000;

export function retaining(size: Size): PrivacyTrial {
  const { messages, perSecond } = size;
  const title = `retention: ${messages.toLocaleString('en')} messages go, while ${perSecond} a second are sent to the same channel`;
  return { name: 'retention', title, total: messages, run: (tools) => run(size, tools) };
}

function run({ messages, perSecond, seconds: calm }: Size, tools: Tools): Promise<Found> {
  const { services, load } = tools;
  const people = AUTHOR + 1 + Math.ceil(perSecond / PACE);
  return withCrowd(tools, { nodes: 1, people }, async (crowd) => {
    const { channelId, say, before } = await conversation(tools, crowd, {
      ...{ messages, perSecond, seconds: calm, warmUpSeconds: WARM_UP_SECONDS },
      author: AUTHOR,
      speakers: [AUTHOR + 1, people],
      old: {
        now: () => new Date(Date.now() - OLD_MS),
        // Those that made the keys are as old as the others, or nothing is due: what is old is at the front.
        first: () => services.query(`UPDATE message SET at = at - interval '400 days'`),
      },
    });
    const during = await crowd.measured(async () => {
      const runId = await begun(services, channelId);
      const said = [];
      do said.push(await say(calm));
      while (!(await isOver(services, runId)));
      return { said, ...(await whatWent(services, runId)) };
    });
    const lost = await load.ask({ do: 'count-lost' });
    const { said, removed, seconds, cpu } = during;
    const worst = Math.max(...said.map(({ ack }) => ack.p99));
    const middle = Math.max(...said.map(({ ack }) => ack.p50));
    const sends = said.reduce((sum, { acked }) => sum + acked, 0);
    const each = (used: number) => whole((used * 1_000_000) / removed);
    const ratio = worst / before.ack.p99;
    return {
      cells: {
        lines: [
          ...sendsBeside(before, { acked: sends, ack: { p50: middle, p99: worst } }),
          ['removed', '-', whole(removed)],
          ['removed a second', '-', whole(removed / seconds)],
          ['seconds', '-', ms(seconds)],
          ['CPU per removed, µs: node', '-', each(cpu.nodes)],
          ['  Postgres', '-', each(cpu.postgres)],
        ],
        remarks: [`Percentiles meanwhile are those of the worst of ${said.length} stretches.`],
      },
      held: [
        {
          reached: `sends take ${ratio.toFixed(2)} of what they take before, at the 99th percentile, while ${whole(removed)} messages are removed in ${seconds.toFixed(0)} s`,
          target: `at most ${AT_MOST_OF_BEFORE}`,
          met: ratio <= AT_MOST_OF_BEFORE && removed >= messages,
        },
      ],
      faults: [
        ...faultsOf('before', before),
        ...said.flatMap((stretch) => faultsOf('meanwhile', stretch)),
        ...(removed >= messages ? [] : [`${whole(removed)} were removed`]),
        ...(lost === 0 ? [] : [`${lost} connections lost`]),
      ],
      figures: { before, ...during },
    };
  });
}

/** As the schedule asks for it. */
async function begun(services: Services, channelId: string): Promise<string> {
  const runId = randomUUID();
  await services.query(
    `WITH run AS (INSERT INTO retention_run (workspace_id, id, requested_at)
       SELECT workspace_id, $2, now() FROM channel WHERE id = $1 RETURNING workspace_id)
     SELECT graphile_worker.add_job('privacy.retain',
       json_build_object('workspaceId', workspace_id, 'about', json_build_object('runId', $2::text))) FROM run`,
    [channelId, runId],
  );
  return runId;
}

async function isOver(services: Services, runId: string): Promise<boolean> {
  const text = `SELECT FROM retention_run WHERE id = $1 AND state = 'done'`;
  return (await services.query(text, [runId])).length > 0;
}

/** Seconds of the whole run, counting and pauses included. */
async function whatWent(services: Services, runId: string) {
  const [row] = await services.query<{ removed: number; seconds: number }>(
    `SELECT (tallies -> 'messages' ->> 'removed')::int AS removed,
       extract(epoch FROM ended_at - started_at)::float8 AS seconds FROM retention_run WHERE id = $1`,
    [runId],
  );
  return row ?? { removed: 0, seconds: 0 };
}
