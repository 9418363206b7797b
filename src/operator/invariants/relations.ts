/** Rows that name others by columns that Postgres does not watch: each of those columns is told of here, or why it is not. */
import { RESTORE, type Invariant } from './invariant.ts';

interface Relation {
  readonly child: string;
  readonly column: string;
  readonly parent: 'account' | 'message';
}

const named = (parent: Relation['parent'], child: string, ...columns: string[]): Relation[] =>
  columns.map((column) => ({ child, column, parent }));

export const RELATIONS: readonly Relation[] = [
  ...named('account', 'message', 'deleted_by', 'pinned_by'),
  ...named('account', 'data_key', 'author_id'),
  ...named('account', 'subject_key', 'subject_id'),
  ...named('account', 'invitation', 'invited_by', 'used_by', 'revoked_by'),
  ...named('account', 'erasure', 'cancelled_by'),
  ...named('account', 'mail', 'user_id'),
  ...named('account', 'erasure', 'cancelled_by'),
  ...named('message', 'message', 'reply_to', 'thread_root'),
  ...named('message', 'mention', 'message_id'),
  ...named('message', 'report', 'message_id'),
  ...named('message', 'moderation_act', 'message_id'),
];

/** Ids that lead nowhere on purpose, as `table.column`. */
export const NO_RELATIONS: ReadonlyMap<string, string> = new Map([
  ['audit_event.actor_id', 'what happened outlives whom it happened to'],
  ['audit_event.subject_id', 'what happened outlives whom it happened to'],
  ['audit_event.resource_id', 'what happened outlives what it happened to'],
  ['audit_event.sealed_for', 'the key may have been destroyed'],
  ['data_export.link_session', 'the link ends with the session, whose row may go first'],
  ['held_text.message_id', 'kept where the message itself was truncated'],
  ['integrity_alert.row_id', 'what was found outlives what it was found in'],
  ['control_event.jti', 'of the last hour'],
  ['control_event.session_id', 'of the last hour'],
  ['control_event.user_id', 'of the last hour'],
  ['data_export.link_session', 'bound to a session, which may be removed before the link is used'],
  ['integrity_alert.row_id', 'of a row of any kind, which may be gone since'],
  ['mention_watch.told_from', 'a moment, in the form that ids of messages have'],
  ['mention_watch.told_to', 'a moment, in the form that ids of messages have'],
  ['message.client_id', 'given by the client'],
  ['revoked_token.jti', 'names a token, which is no row'],
  ['reaction.channel_id', 'names a post together with its place: reactions-placed'],
]);

export const RELATED: readonly Invariant[] = RELATIONS.map(({ child, column, parent }) => ({
  check: `orphans ${child}.${column}`,
  holds: `every ${parent} that ${child}.${column} names is there`,
  query:
    parent === 'message'
      ? // Where posts were truncated, those that are left may name some that are gone.
        `SELECT format('channel %s: ${child} names the post %s', c.channel_id, c.${column}) AS bad
          FROM ${child} c JOIN channel h ON h.id = c.channel_id AND h.purged_seq = 0
          WHERE c.${column} IS NOT NULL AND NOT EXISTS (
            SELECT FROM message p WHERE p.channel_id = c.channel_id AND p.id = c.${column})`
      : `SELECT format('workspace %s: ${child} names the ${parent} %s', c.workspace_id, c.${column}) AS bad
          FROM ${child} c WHERE c.${column} IS NOT NULL AND NOT EXISTS (
            SELECT FROM ${parent} p WHERE p.workspace_id = c.workspace_id AND p.id = c.${column})`,
  advice: RESTORE,
}));
