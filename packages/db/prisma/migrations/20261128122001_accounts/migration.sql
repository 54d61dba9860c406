-- People, whatever tenants they are members of. An account belongs to no tenant: its rows are reachable in a transaction
-- that names the account, as a tenant's are in one that names the tenant.

-- Found by its e-mail, or by what an OpenID provider calls it.
CREATE TABLE hall.account (
  id          uuid PRIMARY KEY,
  email       text UNIQUE CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
  issuer      text,
  subject     text,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (issuer, subject),
  CHECK ((issuer IS NULL) = (subject IS NULL)),
  CHECK (email IS NOT NULL OR issuer IS NOT NULL)
);

-- What an account can show: one row each. A secret is what its kind needs: a password's argon2id text, a TOTP seed as the
-- Hall encrypted it, the SHA-256 of a recovery code. It counts from when it was confirmed until it has ended.
CREATE TABLE hall.factor (
  account_id   uuid NOT NULL REFERENCES hall.account (id) ON DELETE RESTRICT,
  id           uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('password', 'totp', 'recovery')),
  secret       bytea NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  confirmed_at timestamptz(3),
  -- Of a TOTP: the newest step that was accepted. No code counts twice.
  last_step    bigint NOT NULL DEFAULT 0,
  ended_at     timestamptz(3),
  PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX factor_sole ON hall.factor (account_id, kind)
  WHERE kind IN ('password', 'totp') AND confirmed_at IS NOT NULL AND ended_at IS NULL;

ALTER TABLE hall.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.account FORCE ROW LEVEL SECURITY;
ALTER TABLE hall.factor ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.factor FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON hall.account TO hall_app
  USING (id = NULLIF(current_setting('app.account_id', true), '')::uuid)
  WITH CHECK (id = NULLIF(current_setting('app.account_id', true), '')::uuid);
CREATE POLICY account ON hall.factor TO hall_app
  USING (account_id = NULLIF(current_setting('app.account_id', true), '')::uuid)
  WITH CHECK (account_id = NULLIF(current_setting('app.account_id', true), '')::uuid);
GRANT SELECT, INSERT ON hall.account, hall.factor TO hall_app;
GRANT UPDATE (confirmed_at, last_step, ended_at) ON hall.factor TO hall_app;

-- The e-mail is kept with the member too: a tenant sees how it invited somebody, and nothing else of the account.
ALTER TABLE hall.member ADD COLUMN account_id uuid REFERENCES hall.account (id) ON DELETE RESTRICT,
  ADD COLUMN email text,
  ADD COLUMN joined_at timestamptz(3),
  ADD COLUMN removed_at timestamptz(3);
CREATE UNIQUE INDEX member_account ON hall.member (tenant_id, account_id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX member_email ON hall.member (tenant_id, email) WHERE removed_at IS NULL;
GRANT UPDATE (display_name, role, custom_role, account_id, joined_at, removed_at) ON hall.member TO hall_app;

-- A session that waits for its second factor opens nothing.
ALTER TABLE hall.session ADD COLUMN awaits_factor boolean NOT NULL DEFAULT false,
  ADD COLUMN factors text NOT NULL DEFAULT 'link';
ALTER TABLE hall.sign_in_link ADD COLUMN purpose text NOT NULL DEFAULT 'sign_in'
  CHECK (purpose IN ('sign_in', 'invitation', 'recovery'));

-- Attempts by e-mail and by address, counted under 14 bits of a hash: bounded however many are tried. Two that share a
-- count share its limit.
CREATE TABLE hall.sign_in_count (
  bucket       integer PRIMARY KEY CHECK (bucket BETWEEN 0 AND 16383),
  window_start timestamptz(3) NOT NULL,
  attempts     integer NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON hall.sign_in_count TO hall_app;

-- The security log: 4,096 places, of which the oldest is written over. Receipts are for what was done; this is for what
-- was tried.
CREATE TABLE hall.sign_in_failure (
  place       integer PRIMARY KEY,
  at          timestamptz(3) NOT NULL,
  reason      text NOT NULL,
  account_id  uuid,
  address     text NOT NULL
);
INSERT INTO hall.sign_in_failure (place, at, reason, address)
  SELECT n, 'epoch', 'none', '' FROM generate_series(1, 4096) AS n;
CREATE INDEX sign_in_failure_at ON hall.sign_in_failure (at);
GRANT SELECT, UPDATE (at, reason, account_id, address) ON hall.sign_in_failure TO hall_app;
GRANT SELECT ON hall.sign_in_failure TO hall_operator;

-- Before a tenant is known, somebody who signs in has an e-mail; then an account, which is a member here and there.
CREATE POLICY lookup_reads ON hall.account FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_reads ON hall.member FOR SELECT TO hall_lookup USING (true);
CREATE POLICY lookup_names ON hall.tenant FOR SELECT TO hall_lookup USING (true);
GRANT SELECT ON hall.account, hall.member, hall.tenant TO hall_lookup;
CREATE FUNCTION lookup.account(p_email text)
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT a.id FROM hall.account a WHERE a.email = p_email
$$;
CREATE FUNCTION lookup.memberships(p_account uuid)
RETURNS TABLE (tenant_id uuid, member_id uuid, slug text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT m.tenant_id, m.id, t.slug, t.name FROM hall.member m JOIN hall.tenant t ON t.id = m.tenant_id
  WHERE m.account_id = p_account AND m.joined_at IS NOT NULL AND m.removed_at IS NULL ORDER BY t.slug
$$;
DO $$
DECLARE f regprocedure;
BEGIN
  GRANT CREATE ON SCHEMA lookup TO hall_lookup;
  FOREACH f IN ARRAY ARRAY['lookup.account(text)', 'lookup.memberships(uuid)']::regprocedure[]
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hall_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO hall_lookup', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA lookup FROM hall_lookup;
END $$;
