-- Worker certification: the authority's own certificates, those of workers, and revocation lists. A certificate is kept by
-- digest for as long as a receipt names it.

-- The certificates of the Hall's authorities, newest in use; they are public.
CREATE TABLE hall.authority (
  key_id      text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{16}$'),
  der         bytea NOT NULL,
  not_before  timestamptz(3) NOT NULL,
  not_after   timestamptz(3) NOT NULL,
  receipt_id  uuid NOT NULL
);

-- Every list that was ever signed would tell nothing that the newest does not, so only numbers grow; lists are public.
CREATE TABLE hall.revocation_list (
  authority_key_id text NOT NULL REFERENCES hall.authority (key_id) ON DELETE RESTRICT,
  number           bigint NOT NULL CHECK (number > 0),
  -- Over what it lists: whether another is due without reading it.
  content_digest   text NOT NULL CHECK (content_digest ~ '^sha256:[0-9a-f]{64}$'),
  der              bytea NOT NULL,
  this_update      timestamptz(3) NOT NULL,
  next_update      timestamptz(3) NOT NULL,
  PRIMARY KEY (authority_key_id, number)
);

CREATE TABLE hall.certificate (
  tenant_id             uuid NOT NULL,
  -- Its 128 bits are the serial number.
  id                    uuid NOT NULL,
  -- The first of those that were renewed one from another: what an officer granted, and takes back, as one.
  certification_id      uuid NOT NULL,
  worker_id             text NOT NULL,
  record_hash           text NOT NULL,
  digest                text NOT NULL,
  der                   bytea NOT NULL,
  authority_key_id      text NOT NULL REFERENCES hall.authority (key_id) ON DELETE RESTRICT,
  is_key_held           boolean NOT NULL,
  capabilities          text[] NOT NULL,
  environments          text[] NOT NULL,
  data_labels           text[] NOT NULL,
  valid_from            timestamptz(3) NOT NULL,
  valid_until           timestamptz(3) NOT NULL,
  issued_at             timestamptz(3) NOT NULL,
  issued_by             text NOT NULL,
  receipt_id            uuid NOT NULL,
  revoked_at            timestamptz(3),
  revoked_by            text,
  revocation_reason     text,
  revocation_receipt_id uuid,
  CONSTRAINT digest_is_of_the_certificate CHECK (digest = 'sha256:' || encode(sha256(der), 'hex')),
  CONSTRAINT validity_has_an_end CHECK (valid_from < valid_until),
  CONSTRAINT revocation_is_whole
    CHECK (num_nonnulls(revoked_at, revoked_by, revocation_reason, revocation_receipt_id) IN (0, 4)),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, digest),
  FOREIGN KEY (tenant_id, certification_id) REFERENCES hall.certificate (tenant_id, id) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker (tenant_id, worker_id) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record (tenant_id, record_hash) ON DELETE RESTRICT
);
CREATE INDEX certificate_worker ON hall.certificate (tenant_id, worker_id, issued_at);
CREATE INDEX certificate_revoked ON hall.certificate (authority_key_id, valid_until) WHERE revoked_at IS NOT NULL;

ALTER TABLE hall.certificate ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.certificate FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.certificate TO hall_app, hall_operator
  USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);
CREATE POLICY lookup_reads ON hall.certificate FOR SELECT TO hall_lookup USING (revoked_at IS NOT NULL);

GRANT SELECT ON hall.authority, hall.revocation_list TO hall_app;
GRANT SELECT, INSERT ON hall.authority, hall.revocation_list TO hall_operator;
GRANT SELECT, INSERT ON hall.certificate TO hall_app;
GRANT UPDATE (revoked_at, revoked_by, revocation_reason, revocation_receipt_id) ON hall.certificate TO hall_app;
GRANT SELECT (id, authority_key_id, valid_until, revoked_at, revocation_reason) ON hall.certificate TO hall_lookup;

CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.certificate
  FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

-- What a revocation list says, of every tenant: serial numbers, times and reasons, and nothing of whose they are.
CREATE FUNCTION lookup.revoked_certificates(p_authority text, p_valid_after timestamptz)
RETURNS TABLE (id uuid, revoked_at timestamptz, reason text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.id, c.revoked_at, c.revocation_reason FROM hall.certificate c
  WHERE c.authority_key_id = p_authority AND c.revoked_at IS NOT NULL AND c.valid_until > p_valid_after
  ORDER BY c.revoked_at, c.id
$$;
REVOKE ALL ON FUNCTION lookup.revoked_certificates(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup.revoked_certificates(text, timestamptz) TO hall_app;
GRANT CREATE ON SCHEMA lookup TO hall_lookup;
ALTER FUNCTION lookup.revoked_certificates(text, timestamptz) OWNER TO hall_lookup;
REVOKE CREATE ON SCHEMA lookup FROM hall_lookup;
