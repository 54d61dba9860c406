-- Passkeys: public keys that a person's device signs with. Fenced by the account, as its other factors are.
CREATE TABLE hall.passkey (
  account_id    uuid NOT NULL REFERENCES hall.account (id) ON DELETE RESTRICT,
  id            uuid NOT NULL,
  name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  -- As the device named it. Two accounts never have one in common, and one that was removed does not come back.
  credential_id bytea NOT NULL UNIQUE CHECK (octet_length(credential_id) BETWEEN 16 AND 1023),
  public_key    bytea NOT NULL CHECK (octet_length(public_key) <= 2048),
  -- How often the device says it has signed; 0 for ever where it does not count.
  sign_count    bigint NOT NULL CHECK (sign_count >= 0),
  transports    text[] NOT NULL DEFAULT '{}',
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  last_used_at  timestamptz(3),
  ended_at      timestamptz(3),
  PRIMARY KEY (account_id, id)
);
ALTER TABLE hall.passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.passkey FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON hall.passkey TO hall_app
  USING (account_id = NULLIF(current_setting('app.account_id', true), '')::uuid)
  WITH CHECK (account_id = NULLIF(current_setting('app.account_id', true), '')::uuid);
GRANT SELECT, INSERT ON hall.passkey TO hall_app;
GRANT UPDATE (sign_count, last_used_at, ended_at) ON hall.passkey TO hall_app;

-- What a passkey is asked to sign next for this session, and for what: one at a time, which counts once and not for long.
ALTER TABLE hall.session
  ADD COLUMN challenge bytea CHECK (octet_length(challenge) = 32),
  ADD COLUMN challenge_purpose text CHECK (challenge_purpose IN ('add', 'sign_in', 'step_up')),
  ADD COLUMN challenge_until timestamptz(3),
  ADD CONSTRAINT session_challenge CHECK (num_nulls(challenge, challenge_purpose, challenge_until) IN (0, 3));
GRANT UPDATE (challenge, challenge_purpose, challenge_until) ON hall.session TO hall_app;
