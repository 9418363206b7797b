/** Everything that can be broken of rows by hand, so that each check is seen to find it. */

/** What is broken, by which statement, and how the finding names the place. */
export const DAMAGES: readonly [string, string, string, RegExp?][] = [
  ['seq-dense', 'message', 'DELETE FROM message WHERE seq = 2', /none at 2$/],
  [
    'seq-dense',
    'channel',
    'UPDATE channel SET last_seq = last_seq + 1 WHERE last_seq > 0',
    /none at 6$/,
  ],
  ['seq-dense', 'message', 'DELETE FROM message WHERE seq = 1', /none at 1$/],
  [
    'truncated-gone',
    'channel',
    'UPDATE channel SET purged_seq = 1 WHERE last_seq > 0',
    /post 1 is still/,
  ],
  [
    'rev-ordered',
    'message',
    'UPDATE message SET posted_rev = posted_rev - 2 WHERE seq = 3',
    /post 3 /,
  ],
  [
    'rev-once',
    'membership',
    'UPDATE membership SET rev = (SELECT max(rev) FROM message) WHERE joined_rev = 2',
  ],
  ['rev-head', 'channel', 'UPDATE channel SET last_rev = last_rev + 1', /and more|last revision/],
  ['read-marks', 'membership', 'UPDATE membership SET read_seq = 99', /has read to 99/],
  ['read-marks', 'membership', 'UPDATE membership SET joined_seq = 99', /joined at 99/],
  ['joined-last', 'membership', 'UPDATE membership SET joined_seq = 3', /joined at 3|is 3|at 3/],
  [
    'overrides-known',
    'channel_override',
    `INSERT INTO channel_override (workspace_id, channel_id, id, permission, role, effect)
     SELECT workspace_id, id, gen_random_uuid(), 'message.send', 'member', 'deny' FROM channel LIMIT 1`,
  ],
  [
    'threads-counted',
    'message',
    'UPDATE message SET thread_place = 7 WHERE thread_place = 1',
    /the 7\. of a thread of 1/,
  ],
  [
    'reactions-placed',
    'reaction',
    `INSERT INTO reaction SELECT workspace_id, channel_id, 99, 'x', author_id, now() FROM message LIMIT 1`,
    /there is a reaction to post 99/,
  ],
  [
    'deleted-gone',
    'reaction',
    `INSERT INTO reaction SELECT workspace_id, channel_id, seq, 'x', author_id, now() FROM message WHERE deleted_at IS NOT NULL`,
    /post 4 is deleted and has reactions/,
  ],
  ['keys message', 'data_key', 'DELETE FROM data_key', /post 1 of /],
  ['keys message_version', 'data_key', 'DELETE FROM data_key', /version 1 of post 1/],
  ['keys account', 'subject_key', 'DELETE FROM subject_key', /account /],
  ['keys channel.name_key', 'channel', 'UPDATE channel SET name_key = 9', /version 9$/],
  [
    'keys channel.topic_key',
    'channel',
    'UPDATE channel SET topic_key = 9 WHERE topic_key IS NOT NULL',
    /version 9$/,
  ],
  [
    'keys content_filter.text_key',
    'content_filter',
    `INSERT INTO content_filter (workspace_id, id, kind, action, text_sealed, text_key, created_by, created_at)
     SELECT workspace_id, gen_random_uuid(), 'word', 'flag', '\\x', 9, id, now() FROM account LIMIT 1`,
  ],
  ['keys audit_event.sealed_key', 'audit_event', 'UPDATE audit_event SET sealed_key = 9'],
  [
    'keys open',
    'workspace_key',
    `UPDATE workspace_key SET wrapped = '\\x00'`,
    /its key of version 1/,
  ],
  [
    'keys open',
    'workspace_key',
    `UPDATE workspace_key SET root_key = 'gone'`,
    /its key of version 1/,
  ],
  [
    'keys open',
    'subject_key',
    'UPDATE subject_key SET wrapped = set_byte(wrapped, 30, 1 # get_byte(wrapped, 30))',
    /the key of /,
  ],
  [
    'keys open',
    'data_key',
    'UPDATE data_key SET wrapped = set_byte(wrapped, 30, 1 # get_byte(wrapped, 30))',
    /key epoch 1/,
  ],
  [
    'bulk-deletions',
    'bulk_deletion',
    `INSERT INTO bulk_deletion (workspace_id, id, channel_id, author_id, asked_by, asked_at, after_seq, up_to_seq)
     SELECT workspace_id, gen_random_uuid(), id, created_by, created_by, now(), 1, 4 FROM channel LIMIT 1`,
    /stands still at 1 of 4/,
  ],
  [
    'exports',
    'data_export',
    `INSERT INTO data_export (workspace_id, id, subject_id, requested_by, requested_at, key_sealed, expires_at)
     SELECT workspace_id, gen_random_uuid(), id, id, now(), '\\x00', now() FROM account LIMIT 1`,
    /stands still, collecting/,
  ],
  [
    'held-texts',
    'held_text',
    `INSERT INTO held_text (workspace_id, channel_id, message_id, version, author_id, seq, posted_at, at, body_sealed, key_epoch)
     SELECT workspace_id, channel_id, id, 1, author_id, 77, at, at, '\\x01', 1 FROM message LIMIT 1`,
    /version 1 of post 77/,
  ],
  [
    'erasures',
    'erasure',
    `INSERT INTO erasure (workspace_id, id, subject_id, requested_by, requested_at, origin_sealed, origin_key, due_at)
     SELECT workspace_id, gen_random_uuid(), id, id, now(), '\\x01', 1, now() FROM account LIMIT 1`,
    /stands still, waiting/,
  ],
];

/** A row of the table, where the story has none. */
export const ONE_MORE: Readonly<Record<string, string>> = {
  mention: `INSERT INTO mention SELECT workspace_id, channel_id, seq, author_id, id FROM message WHERE seq = 1;`,
  mail: `INSERT INTO mail (workspace_id, kind, email_digests, user_id) SELECT workspace_id, 'email-verification', '{}', id FROM account LIMIT 1;`,
  invitation: `INSERT INTO invitation (workspace_id, id, code_digest, role, created_at, expires_at)
    SELECT workspace_id, gen_random_uuid(), '\\x01', 'user', now(), now() FROM workspace LIMIT 1;`,
  erasure: `INSERT INTO erasure (workspace_id, id, subject_id, requested_by, requested_at, origin_sealed, origin_key, due_at, state, cancelled_by)
    SELECT workspace_id, gen_random_uuid(), id, id, now(), '\\x01', 1, now(), 'cancelled', id FROM account LIMIT 1;`,
  moderation_act: `INSERT INTO moderation_act (workspace_id, id, channel_id, subject_id, kind, at)
    SELECT workspace_id, gen_random_uuid(), id, created_by, 'kick', now() FROM channel LIMIT 1;`,
};

/** One row, or more, names something that is not there. */
export function losing(child: string, column: string): string {
  const nowhere = `UPDATE ${child} SET ${column} = '00000000-0000-7000-8000-000000000bad'`;
  if (child === 'message' && column !== 'deleted_by')
    return `${nowhere} WHERE ${column} IS NOT NULL`;
  // Of keys there is one for each whom they name.
  return /_key$/.test(child) ? `${nowhere} WHERE ctid = (SELECT min(ctid) FROM ${child})` : nowhere;
}
