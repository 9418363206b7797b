/** Removes what is too old in short transactions, each of which may be the last one of a process: the next goes on. */
import { z } from 'zod';
import { RetentionRunId, type RetentionKind, type WorkspaceId } from '../../contract/index.ts';
import type {
  ChannelChanged,
  Clock,
  Entropy,
  RetentionContributor,
  Told,
} from '../../kernel/index.ts';
import { addedUp } from '../counts.ts';
import type { RecordJob } from '../ports.ts';
import { lagOf, NONE, reportOf, totalOf } from './report.ts';
import { retentionIn, type Retention } from './retention.ts';
import type { RunRow, Tally, Tx } from './run-store.ts';

/** What is counted, and what is removed, at a time: how long the last piece took decides within these. */
const PIECE = { least: 100, most: 1_000 } as const;
const PORTIONS = 50;
/** Then it makes room for other jobs, and for a node that is to stop. */
const PIECES = 50;
/** A schedule that comes twice on the same day, from a node that died at it, asks for one run. */
const SCHEDULED_MS = 12 * 60 * 60_000;

const About = z.strictObject({ runId: RetentionRunId });

/** How much a piece may take on, by how long the last one took; as bulk deletion paces itself. */
export interface PieceSize {
  readonly size: number;
  /** Takes milliseconds; gives how long to pause. */
  took(milliseconds: number): number;
}

export interface RetentionOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly contributors: readonly RetentionContributor<Tx>[];
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  readonly everyWorkspace: () => AsyncIterable<{ readonly id: WorkspaceId }>;
  readonly sign: (report: ReturnType<typeof reportOf>) => NonNullable<RunRow['report']>;
  readonly recordJob: RecordJob;
  readonly announce: (effect: ChannelChanged | Told) => void;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  readonly pace: (least: number, most: number) => PieceSize;
}

interface Unit {
  readonly tx: Tx;
  readonly workspaceId: WorkspaceId;
  readonly retention: Retention;
  readonly run: RunRow;
  readonly most: number;
}

interface Piece {
  readonly run: RunRow;
  readonly effects: readonly ChannelChanged[];
}

export function retaining(options: RetentionOptions) {
  const { clock, entropy, contributors, transaction, announce } = options;
  // All is counted before anything goes: so the bar knows its end, and the report how late the oldest was.
  const steps = [
    ...contributors.map(({ name, kind }) => ({ step: `count:${name}`, name, kind, work: count })),
    ...contributors.map(({ name, kind }) => ({ step: `remove:${name}`, name, kind, work: remove })),
  ];

  /** Goes on with a run; one that is over is left as it is. */
  async function run(workspaceId: WorkspaceId, about: unknown): Promise<void> {
    const { runId } = About.parse(about);
    const pace = options.pace(PIECE.least, PIECE.most);
    for (let n = 1; n <= PIECES; n += 1) {
      const began = clock.monotonic();
      const piece = await takePiece(workspaceId, runId, pace.size, n === PIECES);
      const pauseMs = pace.took(clock.monotonic() - began);
      if (!piece) return;
      for (const effect of piece.effects) announce(effect);
      const told = progressOf(piece.run);
      if (told) announce(told);
      if (piece.run.state === 'done') return;
      await new Promise<void>((resolve) => options.later(pauseMs, resolve));
    }
  }

  /** One transaction. The last one of a run asks for the next in it, so that there is one however this one ends. */
  function takePiece(workspaceId: WorkspaceId, id: RetentionRunId, most: number, isLast: boolean) {
    return transaction(workspaceId, 'own', async (tx): Promise<Piece | null> => {
      const retention = retentionIn(tx, workspaceId, contributors);
      const before = await retention.runs.lock(id);
      if (!before || before.state === 'done') return null;
      const piece = await pieceOf({ tx, workspaceId, retention, run: before, most });
      if (isLast && piece.run.state !== 'done') await retention.runs.enqueue(id, 0);
      return piece;
    });
  }

  async function pieceOf(unit: Unit): Promise<Piece> {
    const { run: before } = unit;
    const at = steps.findIndex(({ step }) => step === before.step);
    // Not begun, or at a step that another version of the server knew: all is looked at, and what is gone is gone.
    const step = steps[at];
    if (!step) return begin(unit);
    const { next, tally, counts, effects } = await step.work(unit, step);
    const tallies = { ...before.tallies };
    tallies[step.kind] = added(tallies[step.kind] ?? NONE, tally);
    const so = { tallies, counts: addedUp(before.counts, counts), cursor: next };
    const following = steps[at + 1];
    if (next === null && !following) return { run: await end(unit, so), effects };
    const place = next === null && following ? { step: following.step } : {};
    return { run: await unit.retention.runs.change(before, { ...so, ...place }), effects };
  }

  async function begin({ retention, run: before }: Unit): Promise<Piece> {
    const [now, first] = [clock.now(), steps[0]];
    const started = {
      asOf: before.asOf ?? (await retention.asOf(now)),
      startedAt: before.startedAt ?? now,
    };
    const tallies = Object.fromEntries(
      Object.entries(before.tallies).map(([kind, tally]) => [kind, { ...tally, due: 0 }]),
    );
    const begun = { ...started, state: 'running', step: first?.step ?? null, tallies } as const;
    return { run: await retention.runs.change(before, { ...begun, cursor: null }), effects: [] };
  }

  async function count({ retention, run: { asOf, cursor } }: Unit, { name, kind }: Step) {
    const { scope, contributor } = await contributorOf(retention, { name, kind, asOf }, false);
    const { found, next } = await contributor.survey(cursor, PORTIONS);
    const [due, lagMs] = [
      found.reduce((all, portion) => all + portion.due, 0),
      lagOf(found, scope),
    ];
    return { next, tally: { ...NONE, due, lagMs }, counts: {}, effects: [] };
  }

  /** What holds keep is read first, and whoever places one waits until this piece is over: the next one spares it. */
  async function remove({ retention, run: { asOf, cursor }, most }: Unit, { name, kind }: Step) {
    const { contributor } = await contributorOf(retention, { name, kind, asOf }, true);
    const { next, removed, held, counts, effects = [] } = await contributor.remove(cursor, most);
    return { next, tally: { ...NONE, removed, held }, counts, effects };
  }

  async function end(
    { tx, workspaceId, retention, run: before }: Unit,
    so: Pick<RunRow, 'tallies' | 'counts' | 'cursor'>,
  ): Promise<RunRow> {
    const { policies, runs } = retention;
    const now = clock.now();
    const over = { ...before, ...so };
    const event = await options.recordJob(tx, workspaceId, 'retention.report', {
      resource: { kind: 'retention-run', id: before.id },
      details: {
        removed: totalOf(so.tallies, 'removed'),
        held: totalOf(so.tallies, 'held'),
      },
    });
    const report = options.sign(
      reportOf({
        ...{ workspaceId, run: over, finishedAt: now },
        policies: await policies.ofWorkspace(),
        overrides: (await policies.allOverrides()).size,
        audit: { event, at: now.getTime() },
      }),
    );
    const done = { ...so, state: 'done', step: null, cursor: null, endedAt: now, report } as const;
    return runs.change(before, done);
  }

  /** Asks for a run of every workspace, but for those that have one under way or had one just now. */
  async function schedule(): Promise<void> {
    for await (const { id: workspaceId } of options.everyWorkspace())
      await transaction(workspaceId, 'own', async (tx) => {
        const { runs } = retentionIn(tx, workspaceId, contributors);
        const now = clock.now();
        const newest = await runs.newest();
        const age = newest ? now.getTime() - newest.requestedAt.getTime() : Infinity;
        if (newest?.state === 'done' && age < SCHEDULED_MS) return;
        const id = entropy.id() as RetentionRunId;
        if (await runs.add({ id, requestedBy: null, requestedAt: now })) await runs.enqueue(id, 0);
      });
  }

  return { run, schedule };
}

interface Step {
  readonly name: string;
  readonly kind: RetentionKind;
}

async function contributorOf(
  retention: Retention,
  { name, kind, asOf }: Step & Pick<RunRow, 'asOf'>,
  deciding: boolean,
) {
  if (!asOf) throw new Error('a run that has not begun');
  const scope = await retention.scope({ kind, asOf, deciding });
  const contributor = retention.bound(scope, kind).find((one) => one.name === name);
  if (!contributor) throw new Error(`nothing contributes ${name}`);
  return { scope, contributor };
}

function added(one: Tally, more: Tally): Tally {
  return {
    due: one.due + more.due,
    removed: one.removed + more.removed,
    held: one.held + more.held,
    lagMs: Math.max(one.lagMs, more.lagMs),
  };
}

function progressOf({ id: runId, requestedBy: userId, state, tallies }: RunRow): Told | null {
  if (userId === null) return null;
  const payload = {
    ...{ runId, state },
    removed: totalOf(tallies, 'removed'),
    due: totalOf(tallies, 'due'),
  };
  return { effect: 'tell', userId, event: 'retention.progress', payload };
}
