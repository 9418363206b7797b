/** How soon nobody can read any more what somebody wrote who is erased, and what it costs those who write to clean up. */
import { conversation, sendsBeside } from '../alone/conversation.ts';
import { withCrowd } from '../alone/crowd-of-nodes.ts';
import { faultsOf, whole, type Found, type Tools } from '../alone/trial.ts';
import type { Services } from '../services.ts';
import { AT_MOST_OF_BEFORE, PACE, PASSWORD, type PrivacyTrial, type Size } from './trial.ts';

const NODES = 2;
/** The first is who asks, the second who is erased; then those who read, and those who speak. */
const AUTHOR = 1;
const READERS = 40;
const READS_PER_SECOND = 50;
/** So long they read: after it only the sends are looked at, as before the erasure. */
const READ_SECONDS = 5;
/** Where they read: spread over all that was written. */
const PAGES = 200;
const WARM_UP_SECONDS = 5;
const WITHIN_MS = 1_000;

interface Cleaning extends Size {
  /** So long it is looked at how the rows go. */
  readonly watched: number;
}

export function erasing(size: Cleaning): PrivacyTrial {
  const { messages, perSecond } = size;
  const title = `erase: the author of ${messages.toLocaleString('en')} messages, while ${perSecond} a second are sent to the same channel`;
  return { name: 'erase', title, total: messages, run: (tools) => run(size, tools) };
}

function run(size: Cleaning, tools: Tools): Promise<Found> {
  const { messages, perSecond, seconds: calm, watched } = size;
  const { services, load } = tools;
  const readers = [AUTHOR + 1, AUTHOR + 1 + READERS] as const;
  const [, firstSpeaker] = readers;
  const people = firstSpeaker + Math.ceil(perSecond / PACE);
  const settings = { ERASURE_GRACE_DAYS: '0' };
  const of = { nodes: NODES, people, password: PASSWORD, settings };
  return withCrowd(tools, of, async (crowd) => {
    const { measured } = crowd;
    const {
      authorId: userId,
      saying,
      before,
    } = await conversation(tools, crowd, {
      ...{ messages, perSecond, seconds: calm, warmUpSeconds: WARM_UP_SECONDS },
      author: AUTHOR,
      speakers: [firstSpeaker, people],
    });
    const places = Array.from({ length: PAGES }, (_, n) => Math.ceil(((n + 1) * messages) / PAGES));
    const reading = {
      by: readers,
      before: places,
      perSecond: READS_PER_SECOND,
      seconds: READ_SECONDS,
    };
    const erased = { do: 'erase', userId, password: PASSWORD, reading, saying } as const;
    const { said, erasureId, textAt, withText, without, cpu } = await measured(() =>
      load.ask({ ...erased, seconds: watched }),
    );
    const run = await runOf(services, erasureId);
    const lost = await load.ask({ do: 'count-lost' });
    const begun = run.startedAt?.getTime() ?? NaN;
    const readMs = Math.max(0, (textAt ?? begun) - begun);
    const keysMs = (run.keysAt?.getTime() ?? NaN) - begun;
    const ratio = said.ack.p99 / before.ack.p99;
    const rate = run.cleaned / run.seconds;
    const each = (used: number) => whole((used * 1_000_000) / run.cleaned);
    return {
      cells: {
        lines: [
          ...sendsBeside(before, said),
          ['keys destroyed, ms after it began', '-', whole(keysMs)],
          ['last text read, ms after it began', '-', whole(readMs)],
          ['pages read: with a text, without', '-', `${whole(withText)}, ${whole(without)}`],
          ['messages cleaned', '-', whole(run.cleaned)],
          ['messages cleaned a second', '-', whole(rate)],
          ['CPU per message, µs: nodes', '-', each(cpu.nodes)],
          ['  Postgres', '-', each(cpu.postgres)],
        ],
        remarks: [
          `Cleaning is looked at for ${watched} s, and goes on; CPU is with the sends and the reading.`,
        ],
      },
      held: [
        {
          reached: `no reader on ${NODES} nodes is shown a text ${whole(readMs)} ms after the run began`,
          target: `less than ${WITHIN_MS} ms`,
          met: readMs < WITHIN_MS,
        },
        {
          reached: `sends take ${ratio.toFixed(2)} of what they take before, at the 99th percentile, while ${whole(rate)} messages a second are cleaned`,
          target: `at most ${AT_MOST_OF_BEFORE}`,
          met: ratio <= AT_MOST_OF_BEFORE,
        },
      ],
      faults: [
        ...faultsOf('before', before),
        ...faultsOf('meanwhile', said),
        ...(Number.isFinite(readMs) ? [] : ['the erasure did not begin']),
        ...(without > 0 ? [] : ['nobody read afterwards']),
        ...(lost <= 1 ? [] : [`${lost} connections lost`]), // who is erased is signed out
      ],
      figures: { before, said, run, readMs, keysMs, cpu },
    };
  });
}

interface Run {
  readonly startedAt: Date | null;
  readonly keysAt: Date | null;
  readonly endedAt: Date | null;
  /** Messages that were cleaned so far, and for how long. */
  readonly cleaned: number;
  readonly seconds: number;
}

/** What the server has written down of the erasure. */
async function runOf(services: Services, erasureId: string): Promise<Run> {
  const [found] = await services.query<Omit<Run, 'seconds'>>(
    `SELECT started_at AS "startedAt", keys_at AS "keysAt", ended_at AS "endedAt",
       COALESCE((counts->>'message')::int, 0) AS cleaned FROM erasure WHERE id = $1`,
    [erasureId],
  );
  if (!found) throw new Error('nothing is known of the erasure');
  const from = found.keysAt?.getTime() ?? Date.now();
  return { ...found, seconds: ((found.endedAt?.getTime() ?? Date.now()) - from) / 1_000 };
}
