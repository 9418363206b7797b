/** What was begun and must not be forgotten: work that is to go on has a job, and no job was given up. */
import type { Invariant } from './invariant.ts';

export const LEFTOVERS: readonly Invariant[] = [
  {
    check: 'bulk-deletions',
    holds: 'every bulk deletion that is not finished has a job',
    query: `SELECT format('workspace %s: bulk deletion %s stands still at %s of %s', d.workspace_id, d.id, d.after_seq, d.up_to_seq) AS bad
      FROM bulk_deletion d WHERE d.finished_at IS NULL AND NOT EXISTS (
        SELECT FROM graphile_worker._private_jobs j
        WHERE j.key = d.workspace_id || ':moderation.delete-many:' || d.id AND j.attempts < j.max_attempts)`,
    advice: 'Ask for it again: what is deleted already stays so.',
  },
  {
    check: 'exports',
    holds: 'every export that is under way has a job',
    query: `SELECT format('workspace %s: export %s stands still, %s', e.workspace_id, e.id, e.state) AS bad
      FROM data_export e WHERE e.state IN ('collecting', 'settling') AND NOT EXISTS (
        SELECT FROM graphile_worker._private_jobs j
        WHERE j.key = e.workspace_id || ':privacy.export:' || e.id AND j.attempts < j.max_attempts)`,
    advice: 'Cancel it and ask for another.',
  },
  {
    check: 'erasures',
    holds: 'every erasure that is due has a job',
    query: `SELECT format('workspace %s: erasure %s stands still, %s', e.workspace_id, e.id, e.state) AS bad
      FROM erasure e WHERE (e.state = 'running' OR (e.state = 'waiting' AND e.due_at <= clock_timestamp())
        OR (e.state = 'held' AND NOT EXISTS (
          SELECT FROM legal_hold h WHERE h.workspace_id = e.workspace_id AND h.lifted_at IS NULL
            AND coalesce(h.subject_id, e.subject_id) = e.subject_id
            AND (e.channel_id IS NULL OR coalesce(h.channel_id, e.channel_id) = e.channel_id))))
      AND NOT EXISTS (
        SELECT FROM graphile_worker._private_jobs j
        WHERE j.key = e.workspace_id || ':privacy.erase:' || e.id
          AND (j.attempts < j.max_attempts OR j.locked_at IS NOT NULL))`,
    advice:
      'A node takes it up when it starts, and within an hour. Look for why it failed in their logs.',
  },
  {
    check: 'held-texts',
    holds: 'every text that is kept after it was deleted is under a legal hold',
    query: `SELECT format('channel %s: version %s of post %s', t.channel_id, t.version, t.seq) AS bad
      FROM held_text t WHERE NOT is_held(t.workspace_id, t.channel_id, t.author_id, t.posted_at)`,
    advice:
      'The job privacy.let-go deletes them: a node asks for it when it starts, and within an hour. Look in their logs.',
  },
  {
    check: 'jobs',
    holds: 'no job was given up',
    query: `SELECT format('job %s (%s) failed %s times', j.id, t.identifier, j.attempts) AS bad
      FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
      WHERE j.attempts >= j.max_attempts`,
    advice: 'Look for it in the logs of the nodes; it is not tried again by itself.',
  },
];
