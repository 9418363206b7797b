-- A version of a workspace key also stays while the reason of a hold or the origin of an erasure is sealed under it.
ALTER TABLE legal_hold
  ADD FOREIGN KEY (workspace_id, reason_key) REFERENCES workspace_key (workspace_id, version);
ALTER TABLE erasure
  ADD FOREIGN KEY (workspace_id, origin_key) REFERENCES workspace_key (workspace_id, version);
