-- Versions of a worker's record, its suspension, who may enroll under a namespace, what a client declares of a worker's
-- package, and the standing of a tenant.

-- Standing takes the place of status. The type is changed in place: row-level security hides the rows from an UPDATE of
-- the owner.
ALTER TABLE hall.tenant DROP CONSTRAINT tenant_status_check;
ALTER TABLE hall.tenant ALTER COLUMN status DROP DEFAULT;
ALTER TABLE hall.tenant ALTER COLUMN status TYPE text
  USING (CASE status WHEN 'active' THEN 'ok' ELSE status END);
ALTER TABLE hall.tenant RENAME COLUMN status TO standing;
ALTER TABLE hall.tenant ALTER COLUMN standing SET DEFAULT 'ok';
ALTER TABLE hall.tenant ADD CONSTRAINT tenant_standing_check
  CHECK (standing IN ('ok', 'grace', 'degraded', 'suspended'));

-- What a tenant announces of its own Hall server (contract 8a): online or not, and what its standing was then.
CREATE TABLE hall.presence (
  tenant_id   uuid PRIMARY KEY REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  online      boolean NOT NULL,
  standing    text NOT NULL CHECK (standing IN ('ok', 'grace', 'degraded', 'suspended')),
  checked_at  timestamptz(3) NOT NULL
);

ALTER TABLE hall.worker DROP CONSTRAINT worker_status_check;
ALTER TABLE hall.worker ADD CONSTRAINT worker_status_check CHECK (status IN ('active', 'suspended', 'retired'));

-- One row each time that a record was enrolled; the receipt is that of the enrollment. What was enrolled before this
-- table has one row without who and which receipt.
CREATE TABLE hall.worker_version (
  tenant_id   uuid NOT NULL,
  worker_id   text NOT NULL,
  version     integer NOT NULL CHECK (version > 0),
  record_hash text NOT NULL,
  species_id  text NOT NULL,
  enrolled_at timestamptz(3) NOT NULL,
  enrolled_by text,
  receipt_id  uuid,
  PRIMARY KEY (tenant_id, worker_id, version),
  FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker (tenant_id, worker_id) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record (tenant_id, record_hash) ON DELETE RESTRICT
);
ALTER TABLE hall.worker NO FORCE ROW LEVEL SECURITY;
INSERT INTO hall.worker_version (tenant_id, worker_id, version, record_hash, species_id, enrolled_at)
  SELECT tenant_id, worker_id, 1, record_hash, species_id, updated_at FROM hall.worker;
ALTER TABLE hall.worker FORCE ROW LEVEL SECURITY;

-- What a client of the public registry's wire says of a worker's package (contract 8b). Nobody signed it and nothing
-- was measured, so no decision rests on it. The id is its receipt's.
CREATE TABLE hall.package_declaration (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  worker_id      text NOT NULL,
  package_hash   text NOT NULL CHECK (package_hash ~ '^[0-9a-f]{64}$'),
  worker_version text,
  label          text,
  ai_generated   boolean NOT NULL,
  ai_service     text,
  ai_model       text,
  ai_session     text,
  declared_at    timestamptz(3) NOT NULL,
  declared_by    text NOT NULL,
  superseded_at  timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker (tenant_id, worker_id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX package_declaration_current ON hall.package_declaration (tenant_id, worker_id)
  WHERE superseded_at IS NULL;
-- Verified by strangers, who know a worker's id and no tenant.
CREATE INDEX package_declaration_of ON hall.package_declaration (worker_id) WHERE superseded_at IS NULL;

-- Whose an authority namespace is. One row a name for ever: a name that was released is kept from others for a while,
-- and what looks like it stays refused. The skeleton is what is left of a name when look-alikes are told as one.
CREATE TABLE hall.namespace (
  namespace     text PRIMARY KEY CHECK (namespace ~ '^(org|x)\.[a-z0-9]+(-[a-z0-9]+)*$'),
  skeleton      text NOT NULL UNIQUE,
  tenant_id     uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  registered_at timestamptz(3) NOT NULL,
  released_at   timestamptz(3)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['presence', 'worker_version', 'package_declaration', 'namespace']
  LOOP
    EXECUTE format('ALTER TABLE hall.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE hall.%I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['presence', 'worker_version', 'package_declaration', 'namespace']
  LOOP
    EXECUTE format($p$CREATE POLICY tenant ON hall.%I TO hall_app
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
END $$;
CREATE POLICY operator_all ON hall.namespace TO hall_operator USING (true) WITH CHECK (true);

CREATE POLICY lookup_reads ON hall.tenant FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.namespace FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.worker FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.package_declaration FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.worker_flag FOR SELECT TO hall_lookup USING (true);

GRANT SELECT, INSERT ON hall.presence, hall.worker_version, hall.package_declaration TO hall_app;
GRANT UPDATE (online, standing, checked_at) ON hall.presence TO hall_app;
GRANT UPDATE (superseded_at) ON hall.package_declaration TO hall_app;
GRANT SELECT ON hall.namespace TO hall_app;
GRANT SELECT, INSERT, UPDATE (tenant_id, registered_at, released_at) ON hall.namespace TO hall_operator;
GRANT SELECT (id, standing) ON hall.tenant TO hall_lookup;
GRANT SELECT ON hall.namespace TO hall_lookup;
GRANT SELECT (tenant_id, worker_id, status) ON hall.worker TO hall_lookup;
GRANT SELECT ON hall.package_declaration TO hall_lookup;
GRANT SELECT (tenant_id, worker_id, cleared_at) ON hall.worker_flag TO hall_lookup;

-- May this tenant enroll under this name? Never whose it is otherwise: free, own, taken, or alike (something like it is
-- somebody's).
CREATE FUNCTION lookup.namespace_claim(p_tenant uuid, p_namespace text, p_skeleton text)
RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT coalesce((
    SELECT CASE
      WHEN n.tenant_id = p_tenant AND n.released_at IS NULL THEN
        CASE WHEN n.namespace = p_namespace THEN 'own' ELSE 'alike' END
      WHEN n.namespace = p_namespace THEN 'taken'
      ELSE 'alike' END
    FROM hall.namespace n WHERE n.skeleton = p_skeleton), 'free')
$$;

-- What strangers may know of one worker that was declared: no row where there is none, or where two tenants say that it
-- is theirs and nobody has registered the name.
CREATE FUNCTION lookup.verified_worker(p_worker_id text, p_namespace text)
RETURNS TABLE (status text, is_flagged boolean, is_suspended boolean, package_hash text, declared_at timestamptz,
               ai_generated boolean, ai_service text, ai_model text, ai_session text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH declared AS (
    SELECT d.* FROM hall.package_declaration d
    WHERE d.worker_id = p_worker_id AND d.superseded_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM hall.namespace n WHERE n.namespace = p_namespace
                      AND (n.released_at IS NOT NULL OR n.tenant_id <> d.tenant_id))
  )
  SELECT w.status,
    EXISTS (SELECT 1 FROM hall.worker_flag f
            WHERE f.tenant_id = w.tenant_id AND f.worker_id = w.worker_id AND f.cleared_at IS NULL),
    t.standing = 'suspended',
    d.package_hash, d.declared_at, d.ai_generated, d.ai_service, d.ai_model, d.ai_session
  FROM declared d
  JOIN hall.worker w ON w.tenant_id = d.tenant_id AND w.worker_id = d.worker_id
  JOIN hall.tenant t ON t.id = d.tenant_id
  WHERE (SELECT count(*) FROM declared) = 1
$$;

-- The tenant of a Hall that has only one; for the setting that opens the routes of a local Hall.
CREATE FUNCTION lookup.sole_tenant()
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT CASE WHEN count(*) = 1 THEN min(t.id::text)::uuid END FROM hall.tenant t
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  GRANT CREATE ON SCHEMA lookup TO hall_lookup;
  FOREACH f IN ARRAY ARRAY['lookup.namespace_claim(uuid, text, text)', 'lookup.verified_worker(text, text)',
                           'lookup.sole_tenant()']::regprocedure[]
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hall_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO hall_lookup', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA lookup FROM hall_lookup;
END $$;
