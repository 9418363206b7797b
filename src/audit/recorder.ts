/** Makes audit rows: ids and numbers in the clear, everything personal sealed under the key of whom it concerns. */
import type { UserId } from '../contract/index.ts';
import { envelope, keyRows, type Envelope, type Vault } from '../crypto/index.ts';
import type { AuditFacts, Caller, Clock, Entropy } from '../kernel/index.ts';
import { EVENT_TYPES, type EventType } from './catalogue.ts';
import { addAuditRow, type Tx } from './store.ts';

export interface Entry {
  readonly action: string;
  readonly type: EventType;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  readonly caller: Caller;
  readonly traceId: string;
  readonly facts: AuditFacts;
}

export class Recorder {
  readonly #vault: Vault;
  readonly #envelope: Envelope;
  readonly #entropy: Entropy;
  readonly #clock: Clock;

  constructor(vault: Vault, entropy: Entropy, clock: Clock) {
    this.#vault = vault;
    this.#envelope = envelope(entropy);
    this.#entropy = entropy;
    this.#clock = clock;
  }

  /** Writes one row into the given transaction; gives its id. */
  async record(tx: Tx, { action, type, outcome, caller, traceId, facts }: Entry): Promise<string> {
    const { workspaceId, origin } = caller;
    const { resource, subjectId = null, details = {}, reason } = facts;
    const actorId = caller.kind === 'actor' ? caller.userId : (facts.actorId ?? null);
    const id = this.#entropy.id();
    const { address, userAgent } = origin;
    const personal = { address, userAgent, ...(reason !== undefined && { reason }) };
    await addAuditRow(tx, workspaceId, {
      id,
      at: this.#clock.now(),
      action,
      type,
      severity: EVENT_TYPES[type],
      outcome,
      actorId,
      subjectId,
      resourceKind: resource.kind,
      resourceId: resource.id,
      traceId,
      transport: origin.transport,
      details,
      ...(await this.#seal(tx, caller, id, actorId as UserId | null, personal)),
    });
    return id;
  }

  async #seal(
    tx: Tx,
    { kind, workspaceId }: Caller,
    id: string,
    actorId: UserId | null,
    personal: object,
  ) {
    const keys = keyRows(tx, workspaceId);
    const text = Buffer.from(JSON.stringify(personal), 'utf8');
    const place = ['audit', workspaceId, id];
    const own = actorId && (await this.#vault.subjectKey(keys, actorId));
    if (own) {
      const personalSealed = this.#envelope.seal(own, text, place);
      return { sealedFor: actorId, sealedKey: null, personalSealed };
    }
    // Somebody whose key is destroyed is forgotten, and a token of theirs that comes later brings nothing back.
    if (actorId !== null && kind === 'anonymous')
      return { sealedFor: null, sealedKey: null, personalSealed: null };
    const { key, version } = await this.#vault.workspaceKey(keys);
    const personalSealed = this.#envelope.seal(key, text, place);
    return { sealedFor: null, sealedKey: version, personalSealed };
  }
}
