-- Signatory agreements: what each is in now, the documents of its versions, and what was used of its quotas. A document is kept by
-- digest for as long as a receipt names it; nothing of it changes once it is written.

CREATE TABLE hall.agreement (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id          uuid NOT NULL,
  state       text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'active', 'suspended', 'terminated')),
  -- The version that was activated last: the one that decisions look at.
  version     integer,
  created_at  timestamptz(3) NOT NULL,
  created_by  text NOT NULL,
  -- Of the act that brought it into this state.
  changed_at  timestamptz(3) NOT NULL,
  changed_by  text NOT NULL,
  reason      text CHECK (length(reason) <= 256),
  receipt_id  uuid NOT NULL,
  CONSTRAINT in_force_by_a_version CHECK (state NOT IN ('active', 'suspended') OR version IS NOT NULL),
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE hall.agreement_version (
  tenant_id             uuid NOT NULL,
  agreement_id          uuid NOT NULL,
  version               integer NOT NULL CHECK (version > 0),
  digest                text NOT NULL,
  document              text NOT NULL CHECK (octet_length(document) <= 262144),
  drafted_at            timestamptz(3) NOT NULL,
  drafted_by            text NOT NULL,
  draft_receipt_id      uuid NOT NULL,
  signed_at             timestamptz(3),
  signed_by             text,
  sign_receipt_id       uuid,
  countersigned_at      timestamptz(3),
  countersigning_key_id text,
  -- DSSE, by the Hall's agreement key.
  countersignature      text CHECK (octet_length(countersignature) <= 16384),
  countersign_receipt_id uuid,
  activated_at          timestamptz(3),
  activated_by          text,
  activate_receipt_id   uuid,
  CONSTRAINT digest_is_of_the_document CHECK (digest = 'sha256:' || encode(sha256(convert_to(document, 'UTF8')), 'hex')),
  CONSTRAINT signature_is_whole CHECK (num_nonnulls(signed_at, signed_by, sign_receipt_id) IN (0, 3)),
  CONSTRAINT countersignature_is_whole CHECK (
    num_nonnulls(countersigned_at, countersigning_key_id, countersignature, countersign_receipt_id) IN (0, 4)
    AND (countersigned_at IS NULL OR signed_at IS NOT NULL)),
  CONSTRAINT activation_is_whole CHECK (
    num_nonnulls(activated_at, activated_by, activate_receipt_id) IN (0, 3)
    AND (activated_at IS NULL OR countersigned_at IS NOT NULL)),
  PRIMARY KEY (tenant_id, agreement_id, version),
  FOREIGN KEY (tenant_id, agreement_id) REFERENCES hall.agreement (tenant_id, id) ON DELETE RESTRICT
);
CREATE INDEX agreement_version_digest ON hall.agreement_version (tenant_id, digest);
ALTER TABLE hall.agreement ADD FOREIGN KEY (tenant_id, id, version)
  REFERENCES hall.agreement_version (tenant_id, agreement_id, version) ON DELETE RESTRICT;

-- One row for each period that an agreement limits: what the instances have taken of the one that runs.
CREATE TABLE hall.agreement_use (
  tenant_id    uuid NOT NULL,
  agreement_id uuid NOT NULL,
  period       text NOT NULL CHECK (period IN ('hour', 'day')),
  begins_at    timestamptz(3) NOT NULL,
  taken        bigint NOT NULL CHECK (taken >= 0),
  PRIMARY KEY (tenant_id, agreement_id, period),
  FOREIGN KEY (tenant_id, agreement_id) REFERENCES hall.agreement (tenant_id, id) ON DELETE RESTRICT
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['agreement', 'agreement_version', 'agreement_use']
  LOOP
    EXECUTE format('ALTER TABLE hall.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE hall.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY tenant ON hall.%I TO hall_app, hall_operator
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON hall.agreement, hall.agreement_version, hall.agreement_use TO hall_app;
GRANT UPDATE (state, version, changed_at, changed_by, reason, receipt_id) ON hall.agreement TO hall_app;
GRANT UPDATE (signed_at, signed_by, sign_receipt_id, countersigned_at, countersigning_key_id, countersignature,
  countersign_receipt_id, activated_at, activated_by, activate_receipt_id) ON hall.agreement_version TO hall_app;
GRANT UPDATE (begins_at, taken) ON hall.agreement_use TO hall_app;

CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.agreement
  FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

-- What was terminated stays so, and what was signed was signed once, whatever the code above says.
CREATE FUNCTION hall.keep_agreement_ended() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF OLD.state = 'terminated' THEN
    RAISE EXCEPTION 'a terminated agreement does not change' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_agreement_ended BEFORE UPDATE ON hall.agreement
  FOR EACH ROW EXECUTE FUNCTION hall.keep_agreement_ended();

CREATE FUNCTION hall.keep_agreement_signed() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF (OLD.signed_at IS NOT NULL AND (OLD.signed_at, OLD.signed_by, OLD.sign_receipt_id)
      IS DISTINCT FROM (NEW.signed_at, NEW.signed_by, NEW.sign_receipt_id))
    OR (OLD.countersigned_at IS NOT NULL
      AND (OLD.countersigned_at, OLD.countersigning_key_id, OLD.countersignature, OLD.countersign_receipt_id)
      IS DISTINCT FROM
        (NEW.countersigned_at, NEW.countersigning_key_id, NEW.countersignature, NEW.countersign_receipt_id)) THEN
    RAISE EXCEPTION 'a signature under an agreement does not change' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_agreement_signed BEFORE UPDATE ON hall.agreement_version
  FOR EACH ROW EXECUTE FUNCTION hall.keep_agreement_signed();
