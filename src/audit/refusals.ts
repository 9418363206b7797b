/** Records security-relevant refusals in transactions of their own, from a bounded queue whose drops are counted. */
import type {
  AuditDetail,
  AuditFacts,
  Origin,
  ProvedSession,
  Refusal,
  Resource,
} from '../kernel/index.ts';
import type { RefusalCode, WorkspaceId } from '../contract/index.ts';
import { typeOfRefusal } from './catalogue.ts';
import type { Entry, Recorder } from './recorder.ts';
import type { Tx } from './store.ts';

type Transaction = <T>(
  workspaceId: WorkspaceId,
  mode: 'own' | 'read',
  work: (tx: Tx) => Promise<T>,
) => Promise<T>;

/** Different refusals that may wait; the same one again only raises its count. */
const WAITING = 1_000;
/** Rows written in one transaction at most. */
const TOGETHER = 50;

/** Different things that one caller may be recorded to have asked for in vain while they wait; beyond, they are one. */
const NAMED = 20;
const NOTHING_NAMED: AuditFacts = { resource: { kind: 'operation', id: null } };

interface Waiting {
  readonly entry: Omit<Entry, 'outcome' | 'type'> & { readonly code: RefusalCode };
  count: number;
  /** Whose share of what can be named it takes, or null when it names nothing. */
  readonly namedBy: string | null;
}

export class RefusalLog {
  readonly #recorder: Recorder;
  readonly #transaction: Transaction;
  readonly #failed: (error: unknown, lost: number) => void;
  readonly #waiting = new Map<string, Waiting>();
  readonly #named = new Map<string, number>();
  #writing: Promise<void> | null = null;
  #dropped = 0;

  constructor(
    recorder: Recorder,
    transaction: Transaction,
    failed: (error: unknown, lost: number) => void,
  ) {
    this.#recorder = recorder;
    this.#transaction = transaction;
    this.#failed = failed;
  }

  /** Refusals that were not recorded because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Takes note and returns at once. Identical refusals that wait together become one row with their count. What was
   * denied is recorded with what the caller `claimed` to ask for, whether or not there is such a thing; a caller who
   * tries one id after the other fills neither the queue nor the trail.
   */
  note(
    { caller, action, traceId }: Omit<Entry, 'outcome' | 'type' | 'facts'>,
    { code }: Refusal,
    claimed: Resource | null = null,
  ): void {
    // A limit or a token is about nothing else.
    const isDenied = typeOfRefusal(code) === 'authorization_failed' && claimed?.id != null;
    this.#take({ action, caller, traceId, code }, isDenied ? { resource: claimed } : null);
  }

  /**
   * The same of a genuine access token that let nobody in: it is too old, its session is over, or this is the host of
   * another workspace. It is on the trail of its own workspace, as of whose session it was. Who brought it is not known.
   */
  presented(
    { workspaceId, userId, sessionId }: ProvedSession,
    { action, origin, traceId }: { action: string; origin: Origin; traceId: string },
    { code }: Refusal,
  ): void {
    const caller = { kind: 'anonymous', workspaceId, origin } as const;
    const resource = { kind: 'session', id: sessionId };
    this.#take({ action, caller, traceId, code }, { resource, actorId: userId });
  }

  #take(entry: Omit<Waiting['entry'], 'facts'>, about: AuditFacts | null): void {
    if (typeOfRefusal(entry.code) === null) return;
    const { key, facts, namedBy } = this.#place(entry, about);
    const same = this.#waiting.get(key);
    if (same) same.count += 1;
    else if (this.#waiting.size >= WAITING) this.#dropped += 1;
    else {
      this.#waiting.set(key, { entry: { ...entry, facts }, count: 1, namedBy });
      if (namedBy !== null) this.#named.set(namedBy, (this.#named.get(namedBy) ?? 0) + 1);
    }
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Where a refusal waits: with the others of its asker, or under a name of its own while there is room for one. */
  #place({ caller, action, code }: Omit<Waiting['entry'], 'facts'>, about: AuditFacts | null) {
    const who = caller.kind === 'actor' ? caller.userId : caller.origin.address;
    const asker = `${caller.workspaceId}|${who}`;
    const bare = { key: `${asker}|${action}|${code}`, facts: NOTHING_NAMED, namedBy: null };
    if (about === null) return bare;
    const { kind, id } = about.resource;
    const named = { key: `${bare.key}|${kind}|${id ?? ''}`, facts: about, namedBy: asker };
    const room = this.#waiting.has(named.key) || (this.#named.get(asker) ?? 0) < NAMED;
    return room ? named : bare;
  }

  #unname(asker: string | null): void {
    if (asker === null) return;
    const left = (this.#named.get(asker) ?? 1) - 1;
    if (left > 0) this.#named.set(asker, left);
    else this.#named.delete(asker);
  }

  async #write(): Promise<void> {
    await Promise.resolve(); // let the calls of this turn gather
    while (this.#waiting.size > 0) {
      const first = this.#waiting.values().next().value;
      if (!first) return;
      const { workspaceId } = first.entry.caller;
      const batch = [...this.#waiting]
        .filter(([, { entry }]) => entry.caller.workspaceId === workspaceId)
        .slice(0, TOGETHER);
      for (const [key, { namedBy }] of batch) {
        this.#waiting.delete(key);
        this.#unname(namedBy);
      }
      const work = async (tx: Tx) => {
        for (const [, waiting] of batch) await this.#record(tx, waiting);
      };
      await this.#transaction(workspaceId, 'own', work).catch((error: unknown) => {
        const lost = batch.reduce((sum, [, { count }]) => sum + count, 0);
        this.#dropped += lost;
        this.#failed(error, lost);
      });
    }
  }

  async #record(tx: Tx, { entry, count }: Waiting): Promise<void> {
    const { code, facts, ...rest } = entry;
    const type = typeOfRefusal(code);
    if (!type) return;
    const details: Record<string, AuditDetail> = { count };
    await this.#recorder.record(tx, { ...rest, type, outcome: code, facts: { ...facts, details } });
  }
}
