-- The control plane: one row family per tenant, every table behind forced row-level security.
-- The roles exist before the first migration runs (src/provision.ts): they belong to the server, not to one database.
--
-- Policy before grant. The setting is '' rather than NULL after a transaction that used SET LOCAL, hence NULLIF.

CREATE SCHEMA hall;
CREATE SCHEMA lookup;
GRANT USAGE ON SCHEMA hall TO hall_app, hall_operator, hall_ledger, hall_lookup, hall_append, hall_enqueue;
GRANT USAGE ON SCHEMA lookup TO hall_app;

CREATE TABLE hall.tenant (
  id          uuid PRIMARY KEY,
  slug        text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name        text NOT NULL,
  status      text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at  timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE hall.signatory_identity (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  identity    text NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, identity)
);

CREATE TABLE hall.api_key (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id          uuid NOT NULL,
  name        text NOT NULL,
  key_hash    bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
  hint        text NOT NULL,
  identities  text[] NOT NULL,
  scopes      text[] NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  expires_at  timestamptz(3),
  revoked_at  timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);

-- Records are kept by digest for as long as a receipt names them.
CREATE TABLE hall.worker_record (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  record_hash text NOT NULL CHECK (record_hash ~ '^sha256:[0-9a-f]{64}$'),
  record      text NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, record_hash)
);

CREATE TABLE hall.worker (
  tenant_id     uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  worker_id     text NOT NULL,
  enrollment_id uuid NOT NULL,
  species_id    text NOT NULL,
  record_hash   text NOT NULL,
  status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'retired')),
  enrolled_at   timestamptz(3) NOT NULL DEFAULT now(),
  updated_at    timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, worker_id),
  FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record (tenant_id, record_hash) ON DELETE RESTRICT
);

-- Where a worker is reached: versioned beside the record; a decision names the digest it was made with.
CREATE TABLE hall.worker_transport (
  tenant_id   uuid NOT NULL,
  worker_id   text NOT NULL,
  version     integer NOT NULL CHECK (version > 0),
  digest      text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  url         text NOT NULL,
  timeout_ms  integer NOT NULL,
  tls_pin     text,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, worker_id, version),
  FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker (tenant_id, worker_id) ON DELETE RESTRICT
);

CREATE TABLE hall.rule_bundle (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  digest      text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  bundle      text NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, digest)
);

CREATE TABLE hall.active_bundle (
  tenant_id    uuid PRIMARY KEY REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  digest       text NOT NULL,
  activated_at timestamptz(3) NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant_id, digest) REFERENCES hall.rule_bundle (tenant_id, digest) ON DELETE RESTRICT
);

-- One number a tenant: raised by trigger with every change that a decision could see.
CREATE TABLE hall.snapshot_version (
  tenant_id   uuid PRIMARY KEY REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  version     bigint NOT NULL DEFAULT 1
);

CREATE TABLE hall.member (
  tenant_id    uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id           uuid NOT NULL,
  display_name text NOT NULL,
  role         text NOT NULL CHECK (role IN ('operator', 'approver', 'compliance', 'viewer')),
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE hall.sign_in_link (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  member_id   uuid NOT NULL,
  token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  expires_at  timestamptz(3) NOT NULL,
  used_at     timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, member_id) REFERENCES hall.member (tenant_id, id) ON DELETE RESTRICT
);

CREATE TABLE hall.session (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  member_id   uuid NOT NULL,
  token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  expires_at  timestamptz(3) NOT NULL,
  step_up_at  timestamptz(3),
  ended_at    timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, member_id) REFERENCES hall.member (tenant_id, id) ON DELETE RESTRICT
);

-- What a receipt only commits to: erasing a row leaves the chain verifiable.
CREATE TABLE hall.payload (
  tenant_id   uuid NOT NULL,
  receipt_id  uuid NOT NULL,
  salt        bytea NOT NULL CHECK (octet_length(salt) = 16),
  content     text NOT NULL,
  PRIMARY KEY (tenant_id, receipt_id)
);

-- One row a decision that starts work; the id is the decision's.
CREATE TABLE hall.dispatch (
  tenant_id          uuid NOT NULL,
  id                 uuid NOT NULL,
  leaf_index         bigint NOT NULL,
  worker_id          text NOT NULL,
  transport_digest   text NOT NULL,
  start_by           timestamptz(3) NOT NULL,
  state              text NOT NULL DEFAULT 'waiting'
                     CHECK (state IN ('waiting', 'running', 'succeeded', 'failed', 'aborted', 'dead_lettered')),
  attempts           integer NOT NULL DEFAULT 0,
  started_at         timestamptz(3),
  ended_at           timestamptz(3),
  outcome_receipt_id uuid,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX dispatch_leaf ON hall.dispatch (leaf_index);

-- A grant starts work once: the second insert of a jti fails.
CREATE TABLE hall.grant_redemption (
  tenant_id   uuid NOT NULL,
  jti         text NOT NULL,
  dispatch_id uuid NOT NULL,
  redeemed_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, jti),
  FOREIGN KEY (tenant_id, dispatch_id) REFERENCES hall.dispatch (tenant_id, id) ON DELETE RESTRICT
);

-- Public keys of the processes that issue grants; the Hall's, not a tenant's.
CREATE TABLE hall.grant_key (
  kid         text PRIMARY KEY,
  public_key  bytea NOT NULL CHECK (octet_length(public_key) = 32),
  not_before  timestamptz(3) NOT NULL,
  not_after   timestamptz(3) NOT NULL
);

-- Row-level security: every table with a tenant, enabled and forced, then one policy that names the tenant.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['signatory_identity', 'api_key', 'worker_record', 'worker', 'worker_transport',
    'rule_bundle', 'active_bundle', 'snapshot_version', 'member', 'sign_in_link', 'session', 'payload',
    'dispatch', 'grant_redemption']
  LOOP
    EXECUTE format('ALTER TABLE hall.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE hall.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY tenant ON hall.%I TO hall_app, hall_operator
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
END $$;

ALTER TABLE hall.tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.tenant FOR SELECT TO hall_app
  USING (id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);

-- The operator of the Hall creates tenants with what belongs to their first minute, and lists them.
CREATE POLICY operator_all ON hall.tenant TO hall_operator USING (true) WITH CHECK (true);
CREATE POLICY operator_creates ON hall.signatory_identity FOR INSERT TO hall_operator WITH CHECK (true);
CREATE POLICY operator_creates ON hall.snapshot_version FOR INSERT TO hall_operator WITH CHECK (true);
CREATE POLICY operator_creates ON hall.member FOR INSERT TO hall_operator WITH CHECK (true);
CREATE POLICY operator_creates ON hall.sign_in_link FOR INSERT TO hall_operator WITH CHECK (true);

-- The ledger writes what belongs to a decision in the transaction that sequences it, for many tenants at once.
CREATE POLICY ledger_writes ON hall.payload FOR INSERT TO hall_ledger WITH CHECK (true);
CREATE POLICY ledger_writes ON hall.dispatch FOR INSERT TO hall_ledger WITH CHECK (true);
CREATE POLICY enqueue_reads ON hall.dispatch FOR SELECT TO hall_enqueue USING (true);

-- What must be found before a tenant is known.
CREATE POLICY lookup_reads ON hall.api_key FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.session FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.sign_in_link FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.dispatch FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.snapshot_version FOR SELECT TO hall_lookup USING (true);

GRANT SELECT ON hall.tenant, hall.signatory_identity, hall.grant_key TO hall_app;
GRANT SELECT, INSERT ON hall.api_key, hall.worker_record, hall.worker, hall.worker_transport, hall.rule_bundle,
  hall.active_bundle, hall.member, hall.sign_in_link, hall.session, hall.payload, hall.grant_redemption TO hall_app;
GRANT SELECT ON hall.snapshot_version, hall.dispatch TO hall_app;
GRANT UPDATE (revoked_at) ON hall.api_key TO hall_app;
GRANT UPDATE (species_id, record_hash, status, updated_at) ON hall.worker TO hall_app;
GRANT UPDATE (digest, activated_at) ON hall.active_bundle TO hall_app;
GRANT UPDATE (version) ON hall.snapshot_version TO hall_app, hall_operator;
GRANT UPDATE (used_at) ON hall.sign_in_link TO hall_app;
GRANT UPDATE (step_up_at, ended_at) ON hall.session TO hall_app;
GRANT UPDATE (state, attempts, started_at, ended_at, outcome_receipt_id) ON hall.dispatch TO hall_app;

GRANT SELECT, INSERT ON hall.tenant, hall.signatory_identity, hall.snapshot_version, hall.member, hall.sign_in_link,
  hall.grant_key TO hall_operator;
GRANT UPDATE (status, name) ON hall.tenant TO hall_operator;

GRANT INSERT ON hall.payload, hall.dispatch TO hall_ledger;
GRANT SELECT ON hall.dispatch TO hall_enqueue;
GRANT SELECT ON hall.api_key, hall.session, hall.sign_in_link, hall.dispatch, hall.snapshot_version TO hall_lookup;

-- Every change that a decision could see raises the tenant's version and wakes the instances.
CREATE FUNCTION hall.raise_snapshot_version() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE v_tenant uuid := NEW.tenant_id;
BEGIN
  UPDATE hall.snapshot_version SET version = version + 1 WHERE tenant_id = v_tenant;
  PERFORM pg_notify('guildhall_snapshot', v_tenant::text);
  RETURN NULL;
END $$;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['signatory_identity', 'api_key', 'worker', 'worker_transport', 'active_bundle']
  LOOP
    EXECUTE format('CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.%I
      FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version()', t);
  END LOOP;
END $$;
CREATE FUNCTION hall.raise_tenant_version() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  UPDATE hall.snapshot_version SET version = version + 1 WHERE tenant_id = NEW.id;
  PERFORM pg_notify('guildhall_snapshot', NEW.id::text);
  RETURN NULL;
END $$;
CREATE TRIGGER raise_snapshot_version AFTER UPDATE ON hall.tenant
  FOR EACH ROW EXECUTE FUNCTION hall.raise_tenant_version();
-- The trigger's UPDATE has to see the row that it raises.
CREATE POLICY operator_sees ON hall.snapshot_version FOR SELECT TO hall_operator USING (true);
CREATE POLICY operator_raises ON hall.snapshot_version FOR UPDATE TO hall_operator USING (true) WITH CHECK (true);

-- The closed list of look-ups that come before a tenant is known. Each finds one row by a secret or an unguessable id.
CREATE FUNCTION lookup.api_key(p_hash bytea)
RETURNS TABLE (tenant_id uuid, id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT k.tenant_id, k.id FROM hall.api_key k WHERE k.key_hash = p_hash
$$;
CREATE FUNCTION lookup.session(p_hash bytea)
RETURNS TABLE (tenant_id uuid, id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT s.tenant_id, s.id FROM hall.session s WHERE s.token_hash = p_hash
$$;
CREATE FUNCTION lookup.sign_in_link(p_hash bytea)
RETURNS TABLE (tenant_id uuid, id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT l.tenant_id, l.id FROM hall.sign_in_link l WHERE l.token_hash = p_hash
$$;
CREATE FUNCTION lookup.dispatch(p_id uuid)
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT d.tenant_id FROM hall.dispatch d WHERE d.id = p_id
$$;
-- Versions of the tenants that the asking instance already serves: for the poll behind NOTIFY.
CREATE FUNCTION lookup.snapshot_versions(p_tenants uuid[])
RETURNS TABLE (tenant_id uuid, version bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT v.tenant_id, v.version FROM hall.snapshot_version v WHERE v.tenant_id = ANY (p_tenants)
$$;
DO $$
DECLARE f regprocedure;
BEGIN
  GRANT CREATE ON SCHEMA lookup TO hall_lookup;
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'lookup'::regnamespace
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hall_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO hall_lookup', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA lookup FROM hall_lookup;
END $$;
REVOKE ALL ON FUNCTION hall.raise_snapshot_version(), hall.raise_tenant_version() FROM PUBLIC;
