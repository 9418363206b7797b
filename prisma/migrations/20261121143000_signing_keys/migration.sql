-- The keys that sign access tokens belong to the whole server and to no workspace: nobody reads or writes the table
-- itself, the server neither. Three functions are the only way in, and what they give is sealed under the root keyring.

-- CreateTable
CREATE TABLE "signing_key" (
    "number" INTEGER NOT NULL,
    "kid" TEXT NOT NULL,
    "root_key" TEXT NOT NULL,
    "sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "signs_from" TIMESTAMPTZ(3) NOT NULL,
    "earlier_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("number")
);

-- CreateIndex
CREATE UNIQUE INDEX "signing_key_kid_key" ON "signing_key"("kid");

ALTER TABLE signing_key
  ADD CHECK (number >= 1),
  ADD CHECK (earlier_until >= signs_from);

ALTER TABLE signing_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE signing_key FORCE ROW LEVEL SECURITY;
CREATE POLICY keys ON signing_key TO conclave_lookup USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON signing_key TO conclave_lookup;

-- Every key that still verifies or is going to, oldest first, with the time here; all times in milliseconds. A key
-- verifies until the first `earlier_until` of those after it, and the last one without end.
CREATE FUNCTION signing_keys()
  RETURNS TABLE (now bigint, number int, kid text, root_key text, sealed bytea, signs_from bigint, earlier_until bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, k.number, k.kid, k.root_key, k.sealed,
    (extract(epoch FROM k.signs_from) * 1000)::bigint, (extract(epoch FROM k.earlier_until) * 1000)::bigint
  FROM public.signing_key k
  WHERE k.sealed IS NOT NULL AND NOT EXISTS (
    SELECT FROM public.signing_key later WHERE later.number > k.number AND later.earlier_until <= clock_timestamp())
  ORDER BY k.number
$$;

-- Where the next key is to be put, and the time here in milliseconds.
CREATE FUNCTION next_signing_key(OUT now bigint, OUT number int)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, coalesce(max(k.number), 0) + 1
  FROM public.signing_key k
$$;

-- Publishes a key, unless another one was put there first or it would sign sooner than in two and a half seconds:
-- a node may serve on what it read two seconds ago. The private halves of keys that verify nothing more are
-- destroyed; that there were such keys, and when, stays on record.
CREATE FUNCTION publish_signing_key(
    _number int, _kid text, _root_key text, _sealed bytea, _signs_from bigint, _earlier_until bigint) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
DECLARE
  from_then timestamptz := to_timestamp(_signs_from / 1000.0);
BEGIN
  PERFORM pg_advisory_xact_lock(4711024);
  IF _number IS DISTINCT FROM (SELECT coalesce(max(k.number), 0) + 1 FROM public.signing_key k)
    OR from_then < clock_timestamp() + interval '2.5 seconds'
    OR EXISTS (SELECT FROM public.signing_key k WHERE k.signs_from > from_then) THEN
    RETURN false;
  END IF;
  INSERT INTO public.signing_key (number, kid, root_key, sealed, signs_from, earlier_until)
    VALUES (_number, _kid, _root_key, _sealed, from_then, to_timestamp(_earlier_until / 1000.0));
  UPDATE public.signing_key k SET sealed = NULL
    WHERE k.sealed IS NOT NULL AND EXISTS (
      SELECT FROM public.signing_key later WHERE later.number > k.number AND later.earlier_until <= clock_timestamp());
  RETURN true;
END $$;

GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION signing_keys() OWNER TO conclave_lookup;
ALTER FUNCTION next_signing_key() OWNER TO conclave_lookup;
ALTER FUNCTION publish_signing_key(int, text, text, bytea, bigint, bigint) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION signing_keys(), next_signing_key(),
  publish_signing_key(int, text, text, bytea, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION signing_keys(), next_signing_key(),
  publish_signing_key(int, text, text, bytea, bigint, bigint) TO conclave_app;
