-- The register of the Hall's own keys: public halves and their standing. Each row is what an entry of the Hall's chain
-- says; the entry counts, and a start holds the rows to it.
CREATE TABLE hall.hall_key (
  key_id        text NOT NULL CHECK (key_id ~ '^[0-9a-f]{16}$'),
  role          text NOT NULL CHECK (role IN ('receipt', 'log', 'ca', 'evidence', 'agreement', 'feed-root',
                  'feed-snapshot', 'feed-timestamp', 'witness')),
  algorithm     text NOT NULL CHECK (algorithm IN ('ed25519', 'ecdsa-p256', 'rsa')),
  spki          bytea NOT NULL CHECK (octet_length(spki) BETWEEN 32 AND 2048),
  module        text NOT NULL CHECK (length(module) BETWEEN 1 AND 256),
  state         text NOT NULL CHECK (state IN ('introduced', 'active', 'retired')),
  not_before    timestamptz(3) NOT NULL,
  not_after     timestamptz(3),
  -- How many of the role's keys have to sign; more than one where the keys are offline.
  threshold     integer NOT NULL DEFAULT 1 CHECK (threshold BETWEEN 1 AND 16),
  introduced_by uuid NOT NULL,
  retired_by    uuid,
  CHECK ((state = 'retired') = (retired_by IS NOT NULL)),
  PRIMARY KEY (key_id, role)
);
-- Instances that need a role's first key at once end with one; and one changeover at a time.
CREATE UNIQUE INDEX hall_key_active ON hall.hall_key (role) WHERE state = 'active' AND role <> 'feed-root';
CREATE UNIQUE INDEX hall_key_introduced ON hall.hall_key (role) WHERE state = 'introduced' AND role <> 'feed-root';
GRANT SELECT, INSERT ON hall.hall_key TO hall_operator;
GRANT UPDATE (state, retired_by) ON hall.hall_key TO hall_operator;
