-- Who operates the Hall are people with accounts, members of the Hall's own house: a row among the tenants under the id of
-- the Hall's chain, so that signing in, second factors, recovery and sessions are the same for them. No operation on
-- tenants sees that row.

ALTER TABLE hall.tenant ADD COLUMN skeleton text UNIQUE;
-- Forced row-level security stops the owner too; nobody else can look while this transaction holds the table.
ALTER TABLE hall.tenant NO FORCE ROW LEVEL SECURITY;
INSERT INTO hall.tenant (id, slug, name) VALUES ('00000000-0000-4000-8000-000000000000', 'platform', 'Platform');
ALTER TABLE hall.tenant FORCE ROW LEVEL SECURITY;
ALTER POLICY operator_all ON hall.tenant
  USING (id <> '00000000-0000-4000-8000-000000000000') WITH CHECK (id <> '00000000-0000-4000-8000-000000000000');

-- The operator's transaction is bound to the Hall's chain: of these it sees the Hall's own, to ask whether a session stands.
GRANT SELECT ON hall.session TO hall_operator;

-- One-time links that found a tenant: of whoever signs up, and of whoever starts a Hall that nobody operates. The e-mail
-- of a link that was not used is forgotten with it.
CREATE TABLE hall.founding_link (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('sign_up', 'first_run')),
  email       text CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  token_hash  bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  created_at  timestamptz(3) NOT NULL,
  expires_at  timestamptz(3) NOT NULL,
  -- What it founded. Until its owner has joined, the link goes on from here.
  founded     uuid REFERENCES hall.tenant (id) ON DELETE RESTRICT
);
CREATE INDEX founding_link_remembered ON hall.founding_link (expires_at) WHERE email IS NOT NULL;
ALTER TABLE hall.founding_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.founding_link FORCE ROW LEVEL SECURITY;
CREATE POLICY operator_all ON hall.founding_link TO hall_operator USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (email, expires_at, founded) ON hall.founding_link TO hall_operator;

-- What the operator of the Hall may know of a tenant: how many, and no row.
GRANT SELECT (tenant_id, state) ON hall.agreement TO hall_lookup;
CREATE POLICY lookup_reads ON hall.agreement FOR SELECT TO hall_lookup USING (true);
GRANT USAGE ON SCHEMA lookup TO hall_operator;

CREATE FUNCTION lookup.tenant_figures(p_tenants uuid[], p_at timestamptz)
RETURNS TABLE (tenant_id uuid, members bigint, owners bigint, is_owner_invited boolean, invitation_until timestamptz,
               keys bigint, agreements bigint, workers bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.id,
    (SELECT count(*) FROM hall.member m
      WHERE m.tenant_id = t.id AND m.joined_at IS NOT NULL AND m.removed_at IS NULL),
    (SELECT count(*) FROM hall.member m
      WHERE m.tenant_id = t.id AND m.joined_at IS NOT NULL AND m.removed_at IS NULL AND m.role = 'owner'),
    EXISTS (SELECT 1 FROM hall.member m
      WHERE m.tenant_id = t.id AND m.joined_at IS NULL AND m.removed_at IS NULL AND m.role = 'owner'),
    (SELECT max(l.expires_at) FROM hall.sign_in_link l JOIN hall.member m ON m.tenant_id = l.tenant_id AND m.id = l.member_id
      WHERE l.tenant_id = t.id AND l.purpose = 'invitation' AND l.used_at IS NULL AND l.expires_at > p_at
        AND m.joined_at IS NULL AND m.removed_at IS NULL AND m.role = 'owner'),
    (SELECT count(*) FROM hall.api_key k
      WHERE k.tenant_id = t.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > p_at)),
    (SELECT count(*) FROM hall.agreement a WHERE a.tenant_id = t.id AND a.state = 'active'),
    (SELECT count(*) FROM hall.worker w WHERE w.tenant_id = t.id AND w.status <> 'retired')
  FROM unnest(p_tenants) AS t (id)
$$;
REVOKE ALL ON FUNCTION lookup.tenant_figures(uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup.tenant_figures(uuid[], timestamptz) TO hall_operator;
GRANT USAGE, CREATE ON SCHEMA lookup TO hall_lookup;
ALTER FUNCTION lookup.tenant_figures(uuid[], timestamptz) OWNER TO hall_lookup;
SET LOCAL ROLE hall_lookup;
CREATE OR REPLACE FUNCTION lookup.sole_tenant()
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT CASE WHEN count(*) = 1 THEN min(t.id::text)::uuid END FROM hall.tenant t
  WHERE t.id <> '00000000-0000-4000-8000-000000000000'
$$;
RESET ROLE;
REVOKE USAGE, CREATE ON SCHEMA lookup FROM hall_lookup;

-- When something of a tenant was last written into its chain, whatever it was.
GRANT CREATE ON SCHEMA ledger TO hall_append;
SET LOCAL ROLE hall_append;
CREATE FUNCTION ledger.last_logged(p_tenants uuid[])
RETURNS TABLE (tenant_id uuid, logged_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.id, (
    SELECT r.logged_at FROM ledger.chain_position p JOIN ledger.receipt r ON r.leaf_index = p.leaf_index
    WHERE p.tenant_id = t.id ORDER BY p.seq DESC LIMIT 1)
  FROM unnest(p_tenants) AS t (id)
$$;
REVOKE ALL ON FUNCTION ledger.last_logged(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.last_logged(uuid[]) TO hall_operator;
RESET ROLE;
REVOKE CREATE ON SCHEMA ledger FROM hall_append;
