/** Erases in short transactions, each of which may be the last one of a process: the next one goes on where it was. */
import { leavesAnAdmin, recordControl } from '../../access/index.ts';
import { z } from 'zod';
import { ErasureId, type WorkspaceId } from '../../contract/index.ts';
import {
  ERASURE_PHASES,
  type ErasedPiece,
  type ErasureScope,
  type ErasureStep,
  type Told,
} from '../../kernel/index.ts';
import { addedUp } from '../counts.ts';
import { holdStore, type Kept } from '../holds/hold-store.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { headStore, type Head } from '../ledger/head-store.ts';
import type { Announced, PrivacyOptions } from '../ports.ts';
import { erasureStore, type ErasureRow, type ErasureStore, type Tx } from './erasure-store.ts';
import { receiptOf } from './receipt.ts';

/** The shortest pause, for the sends that wait: a piece holds a channel. After a longer piece it is as long as that. */
const PAUSE_MS = 20;
/** Then it makes room for other jobs, and for a node that is to stop. */
const PIECES = 50;
/** When an erasure is tried again that would leave the workspace without an admin. */
const AGAIN_MS = 60 * 60_000;

const About = z.strictObject({ erasureId: ErasureId });

type Options = PrivacyOptions<unknown>;
export type RunOptions = Pick<Options, 'clock' | 'transaction' | 'announce' | 'later'> &
  Pick<Options, 'steps' | 'holdPeople' | 'recordJob' | 'receiptSeal' | 'keyCopiesMs'> & {
    readonly ledger: Ledger;
  };

interface Piece {
  readonly erasure: ErasureRow;
  readonly effects: readonly Announced[];
}

interface Unit {
  readonly tx: Tx;
  readonly workspaceId: WorkspaceId;
  readonly erasures: ErasureStore;
  readonly erasure: ErasureRow;
  readonly kept: Kept;
  readonly now: Date;
}

export function erasing(options: RunOptions) {
  const { clock, transaction, ledger, announce, later, holdPeople } = options;
  const keySteps = options.steps.filter(({ phase }) => phase === 'keys');
  const others = ERASURE_PHASES.flatMap((phase) =>
    phase === 'keys' ? [] : options.steps.filter((step) => step.phase === phase),
  );
  const stepsOf = ({ channelId }: ErasureRow, among: readonly ErasureStep<Tx>[]) =>
    among.filter(({ ofChannel }) => channelId === null || ofChannel);

  /** Goes on with an erasure; one that is over, taken back or not yet due is left as it is. */
  async function run(workspaceId: WorkspaceId, about: unknown): Promise<void> {
    const { erasureId } = About.parse(about);
    for (let n = 1; n <= PIECES; n += 1) {
      const began = clock.monotonic();
      const piece = await takePiece(workspaceId, erasureId, n === PIECES);
      if (!piece) return;
      const pauseMs = Math.max(PAUSE_MS, clock.monotonic() - began);
      for (const effect of piece.effects) announce(effect);
      if (piece.erasure.state !== 'running') return;
      // Between the beginning and the keys nobody waits: from then on nothing can be read.
      if (piece.erasure.keysAt) await new Promise<void>((resolve) => later(pauseMs, resolve));
    }
  }

  /** One transaction. The last one of a run asks for the next run in it, so that there is one however this one ends. */
  function takePiece(workspaceId: WorkspaceId, id: ErasureId, isLast: boolean) {
    return transaction(workspaceId, 'own', async (tx): Promise<Piece | null> => {
      const erasures = erasureStore(tx, workspaceId);
      const erasure = await erasures.lock(id);
      if (!erasure || erasure.state === 'done' || erasure.state === 'cancelled') return null;
      const now = clock.now();
      const early = erasure.dueAt.getTime() - now.getTime();
      if (erasure.state === 'waiting' && early > 0) {
        // The queue's clock is that of Postgres: neither of the two alone makes it due.
        await erasures.enqueue(id, early);
        return null;
      }
      const kept = await holdStore(tx, workspaceId).keeping(erasure.subjectId);
      const unit = { tx, workspaceId, erasures, erasure, kept, now };
      const piece = await pieceOf(unit);
      if (isLast && piece?.erasure.state === 'running') await erasures.enqueue(id, 0);
      return piece;
    });
  }

  function pieceOf(unit: Unit): Promise<Piece | null> {
    const { erasure, kept } = unit;
    if (keeps(kept, erasure.channelId)) return hold(unit);
    if (erasure.state !== 'running') return begin(unit);
    return erasure.step === null ? destroyKeys(unit) : goOn(unit);
  }

  async function hold({ erasures, erasure }: Unit): Promise<Piece | null> {
    if (erasure.state === 'held') return null;
    const held = await erasures.change(erasure, { state: 'held' });
    return { erasure: held, effects: [progressOf(held)] };
  }

  /** From here on it cannot be taken back: what the ledger says next must come true. */
  async function begin({ tx, workspaceId, erasures, erasure, now }: Unit): Promise<Piece | null> {
    const { subjectId, channelId } = erasure;
    if (channelId === null && !(await canGo(tx, workspaceId, subjectId))) {
      await erasures.enqueue(erasure.id, AGAIN_MS);
      return null;
    }
    const startedAt = erasure.startedAt ?? now;
    const begun = { state: 'running', startedAt, step: null, cursor: null } as const;
    const running = await erasures.change(erasure, begun);
    return { erasure: running, effects: [progressOf(running)] };
  }

  async function canGo(tx: Tx, workspaceId: WorkspaceId, subjectId: ErasureRow['subjectId']) {
    const held = await holdPeople(tx, workspaceId, [subjectId]);
    const target = held.get(subjectId);
    return !target || leavesAnAdmin(held, target);
  }

  /**
   * The ledger first: should this transaction be lost, a start finds the line and does it again. `line` is the one
   * that says so already.
   */
  async function destroyKeys(unit: Unit, line: Head | null = null): Promise<Piece> {
    const { tx, workspaceId, erasures, erasure, now } = unit;
    const { id: erasureId, subjectId, channelId } = erasure;
    const erased = { erasureId, subjectId, channelId, at: now.getTime() };
    const { seq } = line ?? (await ledger.append(headStore(tx, workspaceId), workspaceId, erased));
    let { counts } = erasure;
    const keyEpoch = erasure.keyEpoch ?? (channelId && (await erasures.keyEpoch(channelId)));
    const scope = scopeOf({ ...unit, erasure: { ...erasure, keyEpoch } });
    for (const step of stepsOf(erasure, keySteps))
      counts = addedUp(counts, (await step.run(tx, scope, null)).counts);
    await recordControl(tx, workspaceId, { kind: 'keys-destroyed', userId: subjectId });
    const [next] = stepsOf(erasure, others);
    const done = await erasures.change(erasure, {
      ...{
        counts,
        keyEpoch,
        ledgerSeq: seq,
        keysAt: erasure.keysAt ?? now,
        step: next?.name ?? null,
      },
      ...{ cursor: null },
    });
    return { erasure: done, effects: [{ effect: 'control-recorded' }, progressOf(done)] };
  }

  async function goOn(unit: Unit): Promise<Piece> {
    const { tx, erasures, erasure } = unit;
    const own = stepsOf(erasure, others);
    const step = own.find(({ name }) => name === erasure.step);
    // A step that a newer version of the server has no more: what is left is looked at from the beginning.
    if (!step) return begun(unit);
    const piece = await step.run(tx, scopeOf(unit), erasure.cursor);
    const counts = addedUp(erasure.counts, piece.counts);
    if (piece.next !== null) {
      const more = await erasures.change(erasure, { counts, cursor: piece.next });
      return { erasure: more, effects: effectsOf(piece) };
    }
    const next = own[own.indexOf(step) + 1];
    const moved = await erasures.change(erasure, {
      ...{ counts, cursor: null },
      ...(next && { step: next.name }),
    });
    if (!next) return end({ ...unit, erasure: moved }, effectsOf(piece));
    return { erasure: moved, effects: [...effectsOf(piece), progressOf(moved)] };
  }

  async function begun({ erasures, erasure }: Unit): Promise<Piece> {
    const again = await erasures.change(erasure, { step: null, cursor: null });
    return { erasure: again, effects: [] };
  }

  /** With its receipt. What a hold kept is left to another run, once it is lifted. */
  async function end(unit: Unit, effects: readonly Announced[]): Promise<Piece> {
    const { tx, workspaceId, erasures, erasure, now } = unit;
    const { id, subjectId, channelId, counts } = erasure;
    const kept = await erasures.keptOf(subjectId, channelId, unit.kept.channels);
    const heads = headStore(tx, workspaceId);
    const line = await ledger.committed(heads, workspaceId, erasure.ledgerSeq ?? 0);
    const event = await options.recordJob(tx, workspaceId, 'erasure.run', {
      resource: { kind: 'erasure', id },
      subjectId,
      details: { channelId, held: kept.size, ledgerSeq: line.seq, ...prefixed(counts) },
    });
    const receipt = options.receiptSeal.sign(
      receiptOf({
        ...{ workspaceId, erasure, ledger: line, kept, finishedAt: now },
        audit: { event, at: now.getTime() },
        keyCopiesMs: options.keyCopiesMs,
      }),
    );
    const state = kept.size > 0 ? 'held' : 'done';
    const ended = await erasures.change(erasure, {
      ...{ state, receipt, endedAt: now, step: null, cursor: null },
    });
    return { erasure: ended, effects: [...effects, progressOf(ended)] };
  }

  function progressOf(erasure: ErasureRow): Told {
    const { id: erasureId, requestedBy: userId, state } = erasure;
    const own = stepsOf(erasure, others);
    const place = own.findIndex(({ name }) => name === erasure.step);
    const isOver = erasure.endedAt !== null && erasure.step === null;
    const step = isOver ? own.length + 1 : place + 1;
    const payload = { erasureId, state, step, steps: own.length + 1 };
    return { effect: 'tell', userId, event: 'erasure.progress', payload };
  }

  return { run, destroyKeys };
}

/** Whether holds keep all that an erasure of the channel, or of all of them (null), would destroy first. */
export function keeps({ person, channels }: Kept, channelId: ErasureRow['channelId']): boolean {
  return person || (channelId !== null && channels.get(channelId) === 'all');
}

function scopeOf({ workspaceId, erasure, kept, now }: Unit): ErasureScope {
  const { subjectId, channelId, keyEpoch, startedAt } = erasure;
  const upTo = keyEpoch === null ? null : { keyEpoch, at: startedAt ?? now };
  return { workspaceId, subjectId, channelId, upTo, kept: kept.channels, now };
}

function effectsOf({ effects = [] }: ErasedPiece): readonly Announced[] {
  return effects;
}

function prefixed(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, n]) => [`rows.${name}`, n]));
}
