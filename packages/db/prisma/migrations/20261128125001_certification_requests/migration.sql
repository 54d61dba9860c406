-- Certification as two people do it: somebody asks, an officer examines and grants or refuses; and who was told in time that a
-- certificate ends.

CREATE TABLE hall.certification_request (
  tenant_id           uuid NOT NULL,
  id                  uuid NOT NULL,
  worker_id           text NOT NULL,
  record_hash         text NOT NULL,
  capabilities        text[] NOT NULL,
  environments        text[] NOT NULL,
  data_labels         text[] NOT NULL,
  note                text NOT NULL CHECK (length(note) <= 1024),
  requested_at        timestamptz(3) NOT NULL,
  requested_by        text NOT NULL,
  request_receipt_id  uuid NOT NULL,
  state               text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'granted', 'refused', 'withdrawn')),
  decided_at          timestamptz(3),
  decided_by          text,
  decision_receipt_id uuid,
  reason              text CHECK (length(reason) <= 1024),
  -- What was examined and what the officer said of it: canonical JSON.
  checklist           text CHECK (octet_length(checklist) <= 65536),
  certificate_id      uuid,
  CONSTRAINT decision_is_whole CHECK (num_nonnulls(decided_at, decided_by, decision_receipt_id) IN (0, 3)
    AND (state = 'open') = (decided_at IS NULL)),
  CONSTRAINT granted_by_somebody_else CHECK (state <> 'granted' OR decided_by <> requested_by),
  CONSTRAINT granted_with_a_certificate CHECK ((state = 'granted') = (certificate_id IS NOT NULL)),
  CONSTRAINT refused_for_a_reason CHECK (state <> 'refused' OR reason IS NOT NULL),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker (tenant_id, worker_id) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record (tenant_id, record_hash) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, certificate_id) REFERENCES hall.certificate (tenant_id, id) ON DELETE RESTRICT
);
CREATE INDEX certification_request_newest ON hall.certification_request (tenant_id, requested_at);

-- One row a certificate and threshold, so that nobody is told twice, whichever instance finds it.
CREATE TABLE hall.certificate_reminder (
  tenant_id      uuid NOT NULL,
  certificate_id uuid NOT NULL,
  days           integer NOT NULL CHECK (days > 0),
  reminded_at    timestamptz(3) NOT NULL,
  receipt_id     uuid NOT NULL,
  PRIMARY KEY (tenant_id, certificate_id, days),
  FOREIGN KEY (tenant_id, certificate_id) REFERENCES hall.certificate (tenant_id, id) ON DELETE RESTRICT
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['certification_request', 'certificate_reminder']
  LOOP
    EXECUTE format('ALTER TABLE hall.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE hall.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY tenant ON hall.%I TO hall_app, hall_operator
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
END $$;
GRANT SELECT, INSERT ON hall.certification_request, hall.certificate_reminder TO hall_app;
GRANT UPDATE (state, decided_at, decided_by, decision_receipt_id, reason, checklist, certificate_id)
  ON hall.certification_request TO hall_app;

-- Which tenants have a certificate that ends soon, and nothing of it: what is found there is found in their own transactions.
CREATE POLICY lookup_reads_ending ON hall.certificate FOR SELECT TO hall_lookup USING (revoked_at IS NULL);
GRANT SELECT (tenant_id) ON hall.certificate TO hall_lookup;
CREATE FUNCTION lookup.tenants_with_ending_certificates(p_after timestamptz, p_until timestamptz)
RETURNS TABLE (tenant_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT c.tenant_id FROM hall.certificate c
  WHERE c.revoked_at IS NULL AND c.valid_until > p_after AND c.valid_until <= p_until
$$;
REVOKE ALL ON FUNCTION lookup.tenants_with_ending_certificates(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup.tenants_with_ending_certificates(timestamptz, timestamptz) TO hall_app;
GRANT CREATE ON SCHEMA lookup TO hall_lookup;
ALTER FUNCTION lookup.tenants_with_ending_certificates(timestamptz, timestamptz) OWNER TO hall_lookup;
REVOKE CREATE ON SCHEMA lookup FROM hall_lookup;
