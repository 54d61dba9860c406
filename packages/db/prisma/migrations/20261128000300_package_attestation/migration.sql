-- Whether a worker's code is what was registered: who may say so, what was registered, what was measured, and what
-- followed from a difference. Hashes of code stay in here; receipts commit to them with the salts beside them.

-- The keys of a namespace, registered for a tenant by the Hall's operator. Only registered here: the private half is
-- the tenant's.
CREATE TABLE hall.namespace_key (
  tenant_id     uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id            uuid NOT NULL,
  namespace     text NOT NULL CHECK (namespace ~ '^(org|x)\.[a-z0-9]+(-[a-z0-9]+)*$'),
  public_key    bytea NOT NULL CHECK (octet_length(public_key) = 32),
  registered_at timestamptz(3) NOT NULL,
  retired_at    timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, namespace, public_key)
);

-- The keys of processes that measure packages; the tenant's own.
CREATE TABLE hall.runner_key (
  tenant_id     uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id            uuid NOT NULL,
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  public_key    bytea NOT NULL CHECK (octet_length(public_key) = 32),
  registered_at timestamptz(3) NOT NULL,
  registered_by text NOT NULL,
  retired_at    timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, public_key)
);

-- What was registered of a worker's code; the id is its receipt's. method is the weakest way of measuring that counts.
CREATE TABLE hall.worker_attestation (
  tenant_id        uuid NOT NULL,
  id               uuid NOT NULL,
  worker_id        text NOT NULL,
  worker_version   text NOT NULL,
  method           text NOT NULL CHECK (method IN ('self-reported', 'runner-measured', 'oci-digest')),
  package_hash     text NOT NULL CHECK (package_hash ~ '^[0-9a-f]{64}$'),
  image_digest     text CHECK (image_digest ~ '^[0-9a-f]{64}$'),
  worker_key       bytea CHECK (octet_length(worker_key) = 32),
  namespace_key_id uuid NOT NULL,
  envelope         text NOT NULL,
  envelope_digest  text NOT NULL CHECK (envelope_digest ~ '^sha256:[0-9a-f]{64}$'),
  salt             bytea NOT NULL CHECK (octet_length(salt) = 16),
  registered_at    timestamptz(3) NOT NULL,
  registered_by    text NOT NULL,
  superseded_at    timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker (tenant_id, worker_id) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, namespace_key_id) REFERENCES hall.namespace_key (tenant_id, id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX worker_attestation_current ON hall.worker_attestation (tenant_id, worker_id)
  WHERE superseded_at IS NULL;

-- One row a nonce. It is answered once, and in time; the id is the answer's receipt's.
CREATE TABLE hall.measurement (
  tenant_id      uuid NOT NULL,
  nonce          text NOT NULL CHECK (nonce ~ '^[0-9a-f]{64}$'),
  worker_id      text NOT NULL,
  attestation_id uuid NOT NULL,
  asked_at       timestamptz(3) NOT NULL,
  expires_at     timestamptz(3) NOT NULL,
  id             uuid,
  answered_at    timestamptz(3),
  method         text CHECK (method IN ('self-reported', 'runner-measured', 'oci-digest')),
  hash           text CHECK (hash ~ '^[0-9a-f]{64}$'),
  matches        boolean,
  valid_until    timestamptz(3),
  runner_id      uuid,
  salt           bytea CHECK (octet_length(salt) = 16),
  CONSTRAINT answer_is_whole CHECK (num_nonnulls(id, answered_at, method, hash, matches, valid_until, salt) IN (0, 7)),
  CONSTRAINT runner_measures CHECK (method IS NULL OR (method = 'self-reported') = (runner_id IS NULL)),
  PRIMARY KEY (tenant_id, nonce),
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, attestation_id) REFERENCES hall.worker_attestation (tenant_id, id) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, runner_id) REFERENCES hall.runner_key (tenant_id, id) ON DELETE RESTRICT
);
CREATE INDEX measurement_of ON hall.measurement (tenant_id, attestation_id, answered_at);

-- A worker whose code was found to differ. It stays until somebody clears it, with a reason; the id is its alert's.
CREATE TABLE hall.worker_flag (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  worker_id      text NOT NULL,
  measurement_id uuid NOT NULL,
  raised_at      timestamptz(3) NOT NULL,
  cleared_at     timestamptz(3),
  cleared_by     text,
  clear_reason   text CHECK (length(clear_reason) BETWEEN 1 AND 1024),
  CONSTRAINT clearing_is_whole CHECK (num_nonnulls(cleared_at, cleared_by, clear_reason) IN (0, 3)),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker (tenant_id, worker_id) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, measurement_id) REFERENCES hall.measurement (tenant_id, id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX worker_flag_open ON hall.worker_flag (tenant_id, worker_id) WHERE cleared_at IS NULL;

-- What somebody should look at; the id is its receipt's.
CREATE TABLE hall.alert (
  tenant_id     uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id            uuid NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  level         text NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  code          text NOT NULL,
  message       text NOT NULL,
  worker_id     text,
  capability_id text,
  PRIMARY KEY (tenant_id, id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['namespace_key', 'runner_key', 'worker_attestation', 'measurement', 'worker_flag', 'alert']
  LOOP
    EXECUTE format('ALTER TABLE hall.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE hall.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY tenant ON hall.%I TO hall_app
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
END $$;
-- What was measured, and what was cleared, stays as it is.
CREATE POLICY answered_once ON hall.measurement AS RESTRICTIVE FOR UPDATE TO hall_app
  USING (answered_at IS NULL) WITH CHECK (true);
CREATE POLICY cleared_once ON hall.worker_flag AS RESTRICTIVE FOR UPDATE TO hall_app
  USING (cleared_at IS NULL) WITH CHECK (true);
CREATE POLICY superseded_once ON hall.worker_attestation AS RESTRICTIVE FOR UPDATE TO hall_app
  USING (superseded_at IS NULL) WITH CHECK (true);
-- Whose namespace it is, the Hall's operator says, and nobody who serves.
CREATE POLICY operator_registers ON hall.namespace_key TO hall_operator USING (true) WITH CHECK (true);

GRANT SELECT ON hall.namespace_key TO hall_app;
GRANT SELECT, INSERT ON hall.namespace_key TO hall_operator;
GRANT UPDATE (retired_at) ON hall.namespace_key TO hall_operator;
GRANT SELECT, INSERT ON hall.runner_key, hall.worker_attestation, hall.measurement, hall.worker_flag, hall.alert TO hall_app;
GRANT UPDATE (retired_at) ON hall.runner_key TO hall_app;
GRANT UPDATE (superseded_at) ON hall.worker_attestation TO hall_app;
GRANT UPDATE (id, answered_at, method, hash, matches, valid_until, runner_id, salt) ON hall.measurement TO hall_app;
GRANT UPDATE (cleared_at, cleared_by, clear_reason) ON hall.worker_flag TO hall_app;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['namespace_key', 'runner_key', 'worker_attestation', 'worker_flag']
  LOOP
    EXECUTE format('CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.%I
      FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version()', t);
  END LOOP;
END $$;
-- A nonce that nobody has answered is nothing that a decision could see.
CREATE TRIGGER raise_snapshot_version AFTER UPDATE ON hall.measurement
  FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();
