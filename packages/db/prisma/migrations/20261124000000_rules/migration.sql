-- What decides: the history of rule bundles and their drafts, profiles, shadow runs, and what waits for a human.
-- Bundles and profiles are kept by digest for as long as a receipt names them.

-- Every bundle that was ever put in force, in order. hall.active_bundle stays the pointer; both move in one transaction.
CREATE TABLE hall.bundle_publication (
  tenant_id        uuid NOT NULL,
  number           bigint NOT NULL CHECK (number > 0),
  digest           text NOT NULL,
  previous_digest  text,
  published_at     timestamptz(3) NOT NULL,
  published_by     text NOT NULL,
  receipt_id       uuid NOT NULL,
  note             text NOT NULL CHECK (length(note) <= 4096),
  rolled_back_from bigint,
  CONSTRAINT rolled_back_to_an_earlier_one CHECK (rolled_back_from < number),
  PRIMARY KEY (tenant_id, number),
  FOREIGN KEY (tenant_id, digest) REFERENCES hall.rule_bundle (tenant_id, digest) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, previous_digest) REFERENCES hall.rule_bundle (tenant_id, digest) ON DELETE RESTRICT,
  FOREIGN KEY (tenant_id, rolled_back_from) REFERENCES hall.bundle_publication (tenant_id, number) ON DELETE RESTRICT
);

-- What an author typed, valid or not. updated_by is who last changed the text and moves with nothing else: the second
-- person of a publication is measured against it.
CREATE TABLE hall.bundle_draft (
  tenant_id        uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  id               uuid NOT NULL,
  name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
  content          text NOT NULL CHECK (octet_length(content) <= 8388608),
  base_digest      text,
  revision         integer NOT NULL DEFAULT 1 CHECK (revision > 0),
  created_by       text NOT NULL,
  created_at       timestamptz(3) NOT NULL,
  updated_by       text NOT NULL,
  updated_at       timestamptz(3) NOT NULL,
  status           text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'published', 'discarded')),
  consent_by       text,
  consent_at       timestamptz(3),
  consent_revision integer,
  CONSTRAINT consent_is_whole CHECK (num_nonnulls(consent_by, consent_at, consent_revision) IN (0, 3)),
  CONSTRAINT consent_is_to_a_revision_that_was CHECK (consent_revision <= revision),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, base_digest) REFERENCES hall.rule_bundle (tenant_id, digest) ON DELETE RESTRICT
);

CREATE TABLE hall.profile (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  digest      text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  profile_id  text NOT NULL,
  content     text NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, digest),
  -- For the head: a digest of that very profile.
  UNIQUE (tenant_id, profile_id, digest)
);

-- The version in force of a profile that the tenant wrote itself.
CREATE TABLE hall.profile_head (
  tenant_id   uuid NOT NULL,
  profile_id  text NOT NULL,
  digest      text NOT NULL,
  updated_at  timestamptz(3) NOT NULL,
  retired_at  timestamptz(3),
  PRIMARY KEY (tenant_id, profile_id),
  FOREIGN KEY (tenant_id, profile_id, digest) REFERENCES hall.profile (tenant_id, profile_id, digest) ON DELETE RESTRICT
);

-- Which profile stands for an environment; no row, or none in it, is none. Not a foreign key: the platform's own
-- profiles have no row.
CREATE TABLE hall.environment_profile (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  env         text NOT NULL CHECK (env IN ('dev', 'stage', 'prod', 'edge')),
  profile_id  text,
  set_at      timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, env)
);

-- A bundle that is evaluated beside the active one, and changes no decision.
CREATE TABLE hall.shadow_run (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  digest      text NOT NULL,
  started_at  timestamptz(3) NOT NULL,
  started_by  text NOT NULL,
  ended_at    timestamptz(3),
  decisions   bigint NOT NULL DEFAULT 0,
  differences bigint NOT NULL DEFAULT 0,
  CONSTRAINT differences_are_of_decisions CHECK (differences BETWEEN 0 AND decisions),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, digest) REFERENCES hall.rule_bundle (tenant_id, digest) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX shadow_run_open ON hall.shadow_run (tenant_id) WHERE ended_at IS NULL;

CREATE TABLE hall.shadow_difference (
  tenant_id        uuid NOT NULL,
  run_id           uuid NOT NULL,
  decision_id      uuid NOT NULL,
  decided_at       timestamptz(3) NOT NULL,
  rule_before      text,
  rule_after       text,
  outcome_before   text NOT NULL,
  outcome_after    text NOT NULL,
  code_before      text,
  code_after       text,
  worker_before    text,
  worker_after     text,
  first_difference text NOT NULL,
  PRIMARY KEY (tenant_id, run_id, decision_id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES hall.shadow_run (tenant_id, id) ON DELETE RESTRICT
);

-- One row a decision that waits for a human; the id is the decision's. Inserted by the statement that sequences whole
-- batches: a check that one tenant's decision could break would take everybody's down with it, so there is none.
CREATE TABLE hall.pending_approval (
  tenant_id     uuid NOT NULL,
  id            uuid NOT NULL,
  decided_at    timestamptz(3) NOT NULL,
  expires_at    timestamptz(3) NOT NULL,
  level         text NOT NULL,
  quorum        integer NOT NULL,
  step_up       boolean NOT NULL,
  capability_id text,
  worker_id     text,
  env           text,
  data_label    text,
  blast_score   integer,
  asked_by      text[] NOT NULL,
  state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending')),
  leaf_index    bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX pending_approval_expiry ON hall.pending_approval (tenant_id, expires_at);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['bundle_publication', 'bundle_draft', 'profile', 'profile_head', 'environment_profile',
    'shadow_run', 'shadow_difference', 'pending_approval']
  LOOP
    EXECUTE format('ALTER TABLE hall.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE hall.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY tenant ON hall.%I TO hall_app, hall_operator
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
      WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
END $$;
CREATE POLICY ledger_writes ON hall.pending_approval FOR INSERT TO hall_ledger WITH CHECK (true);

GRANT SELECT, INSERT ON hall.bundle_publication, hall.bundle_draft, hall.profile, hall.profile_head,
  hall.environment_profile, hall.shadow_run, hall.shadow_difference TO hall_app;
GRANT SELECT ON hall.pending_approval TO hall_app;
GRANT UPDATE (name, content, base_digest, revision, updated_by, updated_at, status, consent_by, consent_at,
  consent_revision) ON hall.bundle_draft TO hall_app;
GRANT UPDATE (digest, updated_at, retired_at) ON hall.profile_head TO hall_app;
GRANT UPDATE (profile_id, set_at) ON hall.environment_profile TO hall_app;
GRANT UPDATE (ended_at, decisions, differences) ON hall.shadow_run TO hall_app;
GRANT INSERT ON hall.pending_approval TO hall_ledger;

CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.profile_head
  FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.environment_profile
  FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();
-- Its counters move with every batch of decisions: they are nothing that a decision could see.
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE OF ended_at ON hall.shadow_run
  FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();
