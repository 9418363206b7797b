/** What it costs those who write that a million messages of their channel, which are too old, are removed beside them. */
import { randomUUID } from 'node:crypto';
import { faultsOf, ms, whole, type Found, type Tools } from '../alone/trial.ts';
import { withCrowd } from '../chat/crowd-of-nodes.ts';
import { seed } from '../chat/seeded.ts';
import type { Services } from '../services.ts';
import { AT_MOST_OF_BEFORE, PACE, type PrivacyTrial, type Size } from './trial.ts';

const AUTHOR = 0;
const MOST_LISTENERS = 20;
const WARM_UP_SECONDS = 3;
const OLD_MS = 400 * 24 * 60 * 60_000;

export function retaining(size: Size): PrivacyTrial {
  const { messages, perSecond } = size;
  const title = `retention: ${messages.toLocaleString('en')} messages go, while ${perSecond} a second are sent to the same channel`;
  return { name: 'retention', title, total: messages, run: (tools) => run(size, tools) };
}

function run({ messages, perSecond, seconds: calm }: Size, tools: Tools): Promise<Found> {
  const { services, load, progress } = tools;
  const people = AUTHOR + 1 + Math.ceil(perSecond / PACE);
  return withCrowd(tools, { nodes: 1, people }, async ({ ports, people: all, measured }) => {
    const together = { do: 'gather', ports, people: all } as const;
    const { channelId } = await load.ask({ ...together, listeners: 0, channelId: null });
    const authors = [all[AUTHOR]?.userId ?? ''];
    const first = { by: [AUTHOR, AUTHOR + 1] as const, perSecond: 10 };
    await load.ask({ do: 'say', saying: first, seconds: 0.5 });
    // Those that made the keys are as old as the others, or nothing is due: what is old is at the front.
    await services.query(`UPDATE message SET at = at - interval '400 days'`);
    const now = () => new Date(Date.now() - OLD_MS);
    await seed({ services, channelId, authors, count: messages, progress, now });
    await load.ask({ do: 'close' });
    await services.settle();
    await load.ask({ ...together, listeners: Math.min(MOST_LISTENERS, people), channelId });
    const saying = { by: [AUTHOR + 1, people] as const, perSecond };
    const say = (seconds: number) => load.ask({ do: 'say', saying, seconds });
    await say(Math.min(WARM_UP_SECONDS, calm));
    const before = await say(calm);
    const during = await measured(async () => {
      const runId = await begun(services, channelId);
      const said = [];
      do said.push(await say(calm));
      while (!(await isOver(services, runId)));
      return { said, ...(await whatWent(services, runId)) };
    });
    const lost = await load.ask({ do: 'count-lost' });
    const { said, removed, seconds, cpu } = during;
    const worst = Math.max(...said.map(({ ack }) => ack.p99));
    const sends = said.reduce((sum, { acked }) => sum + acked, 0);
    const each = (used: number) => whole((used * 1_000_000) / removed);
    const ratio = worst / before.ack.p99;
    return {
      cells: {
        lines: [
          ['', 'before', 'meanwhile'],
          ['sends', whole(before.acked), whole(sends)],
          ['ack p50, ms', ms(before.ack.p50), ms(Math.max(...said.map(({ ack }) => ack.p50)))],
          ['ack p99, ms', ms(before.ack.p99), ms(worst)],
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
