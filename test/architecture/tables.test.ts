/** Every table belongs to workspaces and Postgres itself keeps them apart, whatever the server's code does. */
import assert from 'node:assert/strict';
import type pg from 'pg';
import { appLogin } from '../../src/config.ts';
import { isolationFaults, openFunctions, powersOf, rightsOf } from './catalogue.ts';
import { connected, ownerUrl } from './own-database.ts';
import { declared, present } from './prisma-models.ts';

describe('the tables', () => {
  let owner: pg.Client;
  before(async () => {
    owner = await connected(ownerUrl());
  });
  after(() => owner.end());
  const login = () => appLogin(ownerUrl());

  it('are all under forced row level security with the same policy', async () => {
    const { tables, faults } = await isolationFaults(owner);
    assert.ok(tables.includes('message') && tables.includes('audit_event') && tables.length >= 12);
    assert.deepEqual(faults, []);
  });

  it("are nothing that the server's login could lift itself above", async () => {
    assert.deepEqual(await powersOf(owner, login()), []);
  });

  it('keep what was recorded: nothing is deleted but what was used up or taken back, truncated posts, deleted texts, keys of the erased and sessions long over', async () => {
    const { deletes, others } = await rightsOf(owner, login());
    assert.deepEqual(deletes, [
      'channel_override',
      'custom_role',
      'custom_role_channel',
      'data_export_part',
      'data_key',
      'held_text',
      'invitation',
      'mail',
      'mention',
      'mention_watch',
      'message',
      'message_version',
      'one_time_token',
      'reaction',
      'refresh_token',
      'role_grant',
      'session',
      'subject_key',
      'usage_day',
    ]);
    const { rows } = await owner.query(
      `SELECT polname FROM pg_policy WHERE polcmd = 'd' AND NOT polpermissive
         AND polrelid IN ('message'::regclass, 'session'::regclass) ORDER BY polname`,
    );
    const only = [{ polname: 'not_held' }, { polname: 'over_only' }, { polname: 'truncated_only' }];
    assert.deepEqual(rows, only);
    const { rows: erased } = await owner.query(
      `SELECT polrelid::regclass::text AS of FROM pg_policy
       WHERE polname IN ('erased_only', 'erased_or_spent') AND polcmd = 'd' AND NOT polpermissive ORDER BY of`,
    );
    const keys = [{ of: 'data_key' }, { of: 'refresh_token' }, { of: 'subject_key' }];
    assert.deepEqual(erased, keys);
    assert.deepEqual(others, []);
  });

  it('keep what was recorded: the audit log is only added to, and no row moves or changes its author', async () => {
    const { updates } = await rightsOf(owner, login());
    const changed = (pattern: RegExp) => updates.filter((column) => pattern.test(column));
    assert.deepEqual(changed(/^audit_event\./), []);
    assert.deepEqual(changed(/^(workspace_key|subject_key|data_key)\./), []);
    const fixed =
      /\.(workspace_id|id|channel_id|user_id|session_id|author_id|client_id|created_\w+|at)$/;
    assert.deepEqual(changed(fixed), []);
    assert.deepEqual(changed(/^message\.(seq|reply_to)$|^membership\.joined_/), []);
    assert.ok(updates.includes('message.body_sealed'), 'the question is put rightly');
  });

  it('are looked at from outside a workspace by these functions only, which give ids and numbers', async () => {
    assert.deepEqual(await openFunctions(owner), [
      'adopt_workspace_key gives boolean as conclave_lookup',
      'any_workspace gives boolean as conclave_lookup',
      'channel_heads gives record as conclave_lookup',
      'control_events_since gives record as conclave_lookup',
      'enqueue_job gives void as conclave_jobs',
      'erasure_floors gives record as conclave_lookup',
      'erasure_heads gives record as conclave_lookup',
      'erasures_due gives record as conclave_lookup',
      'expire_control_events gives integer as conclave_lookup',
      'expire_revoked_tokens gives integer as conclave_lookup',
      'has_job gives boolean as conclave_jobs',
      'held_texts_due gives uuid as conclave_lookup',
      'only_workspace gives uuid as conclave_lookup',
      'requests_waiting gives record as conclave_lookup',
      'retire_workspace_key gives boolean as conclave_lookup',
      'rewrap_data_keys gives integer as conclave_lookup',
      'rewrap_subject_keys gives integer as conclave_lookup',
      'rewrap_workspace_key gives boolean as conclave_lookup',
      'root_keys_in_use gives record as conclave_lookup',
      'take_up_mails gives record as conclave_lookup',
      'workspace_by_host gives uuid as conclave_lookup',
      'workspace_by_slug gives uuid as conclave_lookup',
      'workspaces_after gives record as conclave_lookup',
    ]);
  });

  it('of the server itself are reached by three functions only, which give sealed keys', async () => {
    assert.deepEqual(await openFunctions(owner, { ofTheServer: true }), [
      'next_signing_key gives record as conclave_lookup',
      'publish_signing_key gives boolean as conclave_lookup',
      'signing_keys gives record as conclave_lookup',
    ]);
  });

  it('are what the models of Prisma say, column by column and key by key', async () => {
    const models = declared();
    const database = await present(owner);
    assert.deepEqual(database.columns, models.columns);
    assert.deepEqual(database.keys, models.keys);
  });
});
