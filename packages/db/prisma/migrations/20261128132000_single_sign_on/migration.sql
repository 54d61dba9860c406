-- Names that a tenant proved to be its own by a record in the DNS, and sign-in through a tenant's OpenID provider.

-- A domain whose e-mails are the tenant's, or a namespace of its workers. It is asked for, proved, perhaps lost, and
-- released; the challenge stays, so that a record that went missing can be put back.
CREATE TABLE hall.name_proof (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id          uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('email', 'namespace')),
  name        text NOT NULL CHECK (name = lower(name) AND length(name) BETWEEN 3 AND 253),
  -- Where the record has to stand; of an e-mail domain its own name.
  domain      text NOT NULL CHECK (domain = lower(domain) AND length(domain) BETWEEN 3 AND 253),
  challenge   text NOT NULL,
  asked_at    timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  checked_at  timestamptz(3),
  proved_at   timestamptz(3),
  lost_at     timestamptz(3),
  released_at timestamptz(3),
  CHECK (lost_at IS NULL OR proved_at IS NOT NULL),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX name_proof_current ON hall.name_proof (tenant_id, kind, name) WHERE released_at IS NULL;
-- Across tenants: an e-mail domain leads to one of them. Only who has proved it learns that another has.
CREATE UNIQUE INDEX name_proof_sole ON hall.name_proof (name)
  WHERE kind = 'email' AND proved_at IS NOT NULL AND lost_at IS NULL AND released_at IS NULL;
CREATE INDEX name_proof_checked ON hall.name_proof (checked_at) WHERE proved_at IS NOT NULL AND released_at IS NULL;

-- One of a tenant is in force; another provider is another row, so that what the former vouched for ends with it.
CREATE TABLE hall.sso_connection (
  tenant_id     uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id            uuid NOT NULL,
  issuer        text NOT NULL CHECK (length(issuer) <= 512),
  client_id     text NOT NULL CHECK (length(client_id) BETWEEN 1 AND 256),
  -- As the Hall encrypted it, for this connection alone.
  client_secret bytea NOT NULL,
  -- As what somebody of a proved domain joins who was not invited; null where nobody does.
  join_role     text CHECK (join_role NOT IN ('owner', 'admin')),
  is_required   boolean NOT NULL DEFAULT false,
  created_at    timestamptz(3) NOT NULL,
  removed_at    timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX sso_connection_current ON hall.sso_connection (tenant_id) WHERE removed_at IS NULL;

-- Sign-ins that were completed: none is completed twice.
CREATE TABLE hall.sso_completed (
  tenant_id     uuid NOT NULL,
  flow_id       uuid NOT NULL,
  connection_id uuid NOT NULL,
  completed_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, flow_id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES hall.sso_connection (tenant_id, id) ON DELETE RESTRICT
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['name_proof', 'sso_connection', 'sso_completed']
  LOOP
    EXECUTE format('ALTER TABLE hall.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE hall.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY tenant ON hall.%I TO hall_app
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
END $$;
GRANT SELECT, INSERT ON hall.name_proof, hall.sso_connection, hall.sso_completed TO hall_app;
GRANT UPDATE (challenge, asked_at, expires_at, checked_at, proved_at, lost_at, released_at) ON hall.name_proof TO hall_app;
GRANT UPDATE (client_secret, join_role, is_required, removed_at) ON hall.sso_connection TO hall_app;

ALTER TABLE hall.session ADD COLUMN sso_connection_id uuid,
  ADD FOREIGN KEY (tenant_id, sso_connection_id) REFERENCES hall.sso_connection (tenant_id, id) ON DELETE RESTRICT;

-- Whoever signed in otherwise may say which identity of a provider is theirs too.
GRANT UPDATE (issuer, subject) ON hall.account TO hall_app;

-- Before a tenant is known, somebody who signs in has the domain of an e-mail; after their provider has spoken, an
-- issuer and a subject.
CREATE POLICY lookup_reads ON hall.name_proof FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.sso_connection FOR SELECT TO hall_lookup USING (removed_at IS NULL);
GRANT SELECT (tenant_id, kind, name, checked_at, proved_at, lost_at, released_at) ON hall.name_proof TO hall_lookup;
GRANT SELECT (tenant_id, removed_at) ON hall.sso_connection TO hall_lookup;
CREATE FUNCTION lookup.account_of_subject(p_issuer text, p_subject text)
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT a.id FROM hall.account a WHERE a.issuer = p_issuer AND a.subject = p_subject
$$;
-- The tenant whose provider signs people of a domain in. One that lost its record still does, until another proves it.
CREATE FUNCTION lookup.sso_tenant(p_domain text)
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT p.tenant_id FROM hall.name_proof p JOIN hall.sso_connection c ON c.tenant_id = p.tenant_id
  WHERE p.kind = 'email' AND p.name = p_domain AND p.proved_at IS NOT NULL AND p.released_at IS NULL
    AND c.removed_at IS NULL
  ORDER BY p.lost_at IS NOT NULL, p.proved_at LIMIT 1
$$;
-- Is an e-mail domain another tenant's? Asked once the one who asks has shown the record.
CREATE FUNCTION lookup.is_anothers_domain(p_tenant uuid, p_domain text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (SELECT 1 FROM hall.name_proof p WHERE p.kind = 'email' AND p.name = p_domain
    AND p.tenant_id <> p_tenant AND p.proved_at IS NOT NULL AND p.lost_at IS NULL AND p.released_at IS NULL)
$$;
-- Which tenants have a proof that was not looked at since, and nothing of it.
CREATE FUNCTION lookup.tenants_with_stale_proofs(p_before timestamptz)
RETURNS TABLE (tenant_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT p.tenant_id FROM hall.name_proof p
  WHERE p.proved_at IS NOT NULL AND p.released_at IS NULL AND p.checked_at <= p_before
$$;
DO $$
DECLARE f regprocedure;
BEGIN
  GRANT CREATE ON SCHEMA lookup TO hall_lookup;
  FOREACH f IN ARRAY ARRAY['lookup.account_of_subject(text, text)', 'lookup.sso_tenant(text)',
                           'lookup.is_anothers_domain(uuid, text)',
                           'lookup.tenants_with_stale_proofs(timestamptz)']::regprocedure[]
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hall_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO hall_lookup', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA lookup FROM hall_lookup;
END $$;
