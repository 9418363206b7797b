-- A foreign key locks the message for each single reaction, and walks past every version of it that a batch of reactions
-- left behind: the 140 of one batch took 20 ms, in which nobody could send to the channel. Reactions are only added where
-- the message was read under the channel's lock, and `conclave doctor --verify` looks for any that lost theirs.
ALTER TABLE reaction DROP CONSTRAINT reaction_channel_id_seq_fkey;

-- A post that is truncated takes its reactions with it, as before: all of a statement at once.
CREATE FUNCTION forget_reactions() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS
$$
BEGIN
  DELETE FROM reaction r USING gone g WHERE r.channel_id = g.channel_id AND r.seq = g.seq;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION forget_reactions() FROM PUBLIC;
CREATE TRIGGER forget_reactions AFTER DELETE ON message REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION forget_reactions();
