/** Every column that names a person, or holds what they are or wrote, is erased by a step or kept for a reason. */
import assert from 'node:assert/strict';
import type pg from 'pg';
import { erasureSteps } from '../../src/wiring/privacy.ts';
import { connected, ownerUrl } from '../architecture/own-database.ts';

/** Ids of things. Any other id is taken for that of a person. */
const THINGS = [
  ...['workspace_id', 'id', 'channel_id', 'message_id', 'session_id', 'resource_id', 'client_id'],
  ...['reply_to', 'thread_root', 'role_id', 'export_id'],
  ...['told_from', 'told_to'],
];

const PSEUDONYM =
  'an id that nothing leads from to a person any more; the log of others rests on it';
const TRAIL =
  'the trail is only added to; what is personal in it was sealed under the key that is gone';
const NOBODYS = 'of nobody in particular: under the key of the workspace';
const PROOF =
  'that somebody consented, to which text and until when, must be provable (Art. 7 (1)); the person is an id without a name';
const RECORD = 'who was erased and kept, and by whom, must be provable; ids, times and counts';

/** What stays, and why. */
const KEPT: Readonly<Record<string, string>> = {
  'audit_event.actor_id': TRAIL,
  'audit_event.subject_id': TRAIL,
  'audit_event.sealed_for': TRAIL,
  'audit_event.personal_sealed': TRAIL,
  'audit_event.details': 'ids and numbers only, by its own rule',
  'bulk_deletion.asked_by': PSEUDONYM,
  'bulk_deletion.author_id': PSEUDONYM,
  'channel.created_by': PSEUDONYM,
  'channel.name_sealed': NOBODYS,
  'channel.topic_sealed': NOBODYS,
  'consent.address_sealed': 'sealed under the key that is gone',
  'consent.user_id': PROOF,
  'content_filter.created_by': PSEUDONYM,
  'content_filter.text_sealed': NOBODYS,
  'control_event.jti': 'removed after an hour',
  'control_event.user_id': 'removed after an hour',
  'custom_role.created_by': PSEUDONYM,
  'data_export.key_sealed': 'sealed under the key that is gone',
  'data_export.progress': 'ids of things and counts, of a job that is over',
  'data_export.reason_sealed': 'sealed under the key that is gone',
  'data_export.requested_by': RECORD,
  'data_export.subject_id': RECORD,
  'data_export_part.months': 'counts; removed with the files, once the export was ended',
  'data_export_part.extent': 'ids and places; removed with the files, once the export was ended',
  'erasure.cancelled_by': RECORD,
  'erasure.counts': RECORD,
  'erasure.cursor': 'ids of channels and posts, until the step is done',
  'erasure.origin_sealed': RECORD,
  'erasure.receipt': RECORD,
  'erasure.requested_by': RECORD,
  'erasure.subject_id': RECORD,
  'integrity_alert.row_id':
    'which row did not open, told once; nothing leads from it to a person any more',
  'invitation.invited_by': PSEUDONYM,
  'invitation.revoked_by': PSEUDONYM,
  'invitation.used_by': PSEUDONYM,
  'legal_hold.lifted_by': RECORD,
  'legal_hold.opening_by': RECORD,
  'legal_hold.placed_by': RECORD,
  'legal_hold.reason_sealed': RECORD,
  'legal_hold.subject_id': RECORD,
  'mail.email_digests': 'sent or given up within half a day; it leads to no account any more',
  'message.deleted_by': PSEUDONYM,
  'message.mentions': 'what others wrote, by ids; who is mentioned has no name any more',
  'message.pinned_by': PSEUDONYM,
  'message.reactions': 'counted anew from the rows, which a step removes',
  'moderation_act.actor_id': PSEUDONYM,
  'moderation_act.ended_by': PSEUDONYM,
  'report.claimed_by': PSEUDONYM,
  'request_deadline.extended_by': RECORD,
  'request_deadline.reason_sealed': RECORD,
  'request_deadline.requested_by': RECORD,
  'request_deadline.subject_id': RECORD,
  'retention_policy.set_by': PSEUDONYM,
  'retention_run.counts': 'counts only',
  'retention_run.cursor': 'ids of channels and sessions, until the step is done',
  'retention_run.report': 'counts only; of a run of the whole workspace',
  'retention_run.requested_by': PSEUDONYM,
  'retention_run.tallies': 'counts only',
  'revoked_token.jti': 'the name of a token, removed after an hour',
  'role_grant.granted_by': PSEUDONYM,
  'signing_key.sealed': 'a key of the server',
};

/** Columns that need an answer. */
async function personal(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.table_name || '.' || c.column_name AS name
     FROM information_schema.columns c
     JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> '_prisma_migrations'
       AND ((c.udt_name = 'uuid' AND NOT c.column_name = ANY ($1)) OR c.udt_name = 'jsonb'
         OR c.column_name ~ 'sealed$|email|name$' AND c.udt_name IN ('bytea', '_bytea')
         OR c.table_name || '.' || c.column_name IN ('account.id', 'refresh_token.session_id'))
     ORDER BY name`,
    [THINGS],
  );
  return rows.map(({ name }) => name);
}

const answered = new Set([
  ...erasureSteps.flatMap((step) => step.answersFor),
  ...Object.keys(KEPT),
]);

describe('what an erasure answers for', () => {
  let client: pg.Client;
  before(async () => {
    client = await connected(ownerUrl());
  });
  after(() => client.end());

  it('is every column that is about a person', async () => {
    const columns = await personal(client);
    assert.ok(columns.includes('message.author_id') && columns.includes('session.device_sealed'));
    assert.deepEqual(
      columns.filter((name) => !answered.has(name)),
      [],
    );
  });

  it('is nothing that there is not, and nothing twice', async () => {
    const columns = new Set(await personal(client));
    const named = erasureSteps.flatMap((step) => step.answersFor);
    assert.deepEqual(
      [...named, ...Object.keys(KEPT)].filter((name) => !columns.has(name)),
      [],
    );
    assert.deepEqual(
      named.filter((name, i) => named.indexOf(name) !== i || name in KEPT),
      [],
    );
  });

  it('lacks a table that nobody thought of', async () => {
    await client.query('BEGIN');
    try {
      await client.query('CREATE TABLE diary (owner_id uuid, page_sealed bytea, mood jsonb)');
      const found = (await personal(client)).filter((name) => !answered.has(name));
      assert.deepEqual(found, ['diary.mood', 'diary.owner_id', 'diary.page_sealed']);
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('is done in an order: keys, then sessions, then rows; and each step has a name of its own', () => {
    assert.equal(new Set(erasureSteps.map(({ name }) => name)).size, erasureSteps.length);
    assert.equal(erasureSteps[0]?.name, 'auth.account', 'nobody makes a key behind it');
    const keys = erasureSteps.filter(({ phase }) => phase === 'keys').map(({ name }) => name);
    assert.deepEqual(keys, ['auth.account', 'crypto.keys', 'chat.key-epoch']);
  });
});
