-- A data key goes when retention has taken the last post that it seals.

-- CreateIndex
CREATE INDEX "data_key_channel_id_epoch_idx" ON "data_key"("channel_id", "epoch");

-- What an erasure destroys, and what is spent: of a key epoch before that of the first post there is (no epoch of a channel
-- ever comes back, and a post keeps the one that it was sealed in), with no text that was kept for a hold. Neither goes
-- while a hold covers it.
DROP POLICY erased_only ON data_key;
CREATE POLICY erased_or_spent ON data_key AS RESTRICTIVE FOR DELETE USING ((
    EXISTS (
      SELECT FROM erasure e WHERE e.workspace_id = data_key.workspace_id AND e.subject_id = data_key.author_id
        AND (e.channel_id IS NULL OR e.channel_id = data_key.channel_id) AND e.state = 'running')
    OR (data_key.epoch < (
        SELECT coalesce(
          (SELECT m.key_epoch FROM message m
            WHERE m.channel_id = c.id AND m.seq > c.purged_seq ORDER BY m.seq LIMIT 1), c.key_epoch)
        FROM channel c WHERE c.id = data_key.channel_id)
      AND NOT EXISTS (
        SELECT FROM held_text t WHERE t.channel_id = data_key.channel_id AND t.author_id = data_key.author_id
          AND t.key_epoch = data_key.epoch)))
  AND NOT EXISTS (
    SELECT FROM legal_hold h WHERE h.workspace_id = data_key.workspace_id AND h.lifted_at IS NULL
      AND (h.subject_id IS NULL OR h.subject_id = data_key.author_id)
      AND (h.channel_id IS NULL OR h.channel_id = data_key.channel_id)));
