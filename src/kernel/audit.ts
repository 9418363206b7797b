/** What an operation must say about its trace in the audit log: the facts it records, or why it records none. */

export type AuditDetail = string | number | boolean | null;

/** What a call is about, e.g. `{ kind: 'channel', id }`. Ids only, never text of people. */
export interface Resource {
  readonly kind: string;
  readonly id: string | null;
}

export interface AuditFacts {
  /** What was acted on. */
  readonly resource: Resource;
  /** Who acted, where the caller was anonymous when asking (signing in). */
  readonly actorId?: string;
  /** Whose data it was, where not the actor's own. */
  readonly subjectId?: string;
  readonly details?: Readonly<Record<string, AuditDetail>>;
  /** Text given by a person (a reason); sealed under the actor's key before it is stored. */
  readonly reason?: string;
}

export type Audit<I, S, O> =
  | {
      /** Null where this one call did nothing that is recorded: it read what is the caller's own, or nothing. */
      readonly record: (call: {
        readonly input: I;
        readonly subject: S;
        readonly reply: O;
      }) => AuditFacts | null;
    }
  | { readonly skip: string };
