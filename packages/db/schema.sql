-- Written by dump-schema.ts from the catalog, for review: never run, never edited.

CREATE SCHEMA hall;
CREATE SCHEMA ledger;
CREATE SCHEMA lookup;

CREATE TABLE hall.account (
  id uuid NOT NULL,
  email text,
  issuer text,
  subject text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT account_pkey PRIMARY KEY (id),
  CONSTRAINT account_email_key UNIQUE (email),
  CONSTRAINT account_issuer_subject_key UNIQUE (issuer, subject),
  CONSTRAINT account_check CHECK (((issuer IS NULL) = (subject IS NULL))),
  CONSTRAINT account_check1 CHECK (((email IS NOT NULL) OR (issuer IS NOT NULL))),
  CONSTRAINT account_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254))))
);
ALTER TABLE hall.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.account FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON hall.account AS PERMISSIVE FOR ALL TO hall_app
  USING ((id = (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid))
  WITH CHECK ((id = (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid));
CREATE POLICY lookup_reads ON hall.account AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);

CREATE TABLE hall.active_bundle (
  tenant_id uuid NOT NULL,
  digest text NOT NULL,
  activated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT active_bundle_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT active_bundle_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES hall.rule_bundle(tenant_id, digest) ON DELETE RESTRICT,
  CONSTRAINT active_bundle_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.active_bundle ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.active_bundle FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.active_bundle AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.active_bundle FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.agreement (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  state text DEFAULT 'draft'::text NOT NULL,
  version integer,
  created_at timestamp(3) with time zone NOT NULL,
  created_by text NOT NULL,
  changed_at timestamp(3) with time zone NOT NULL,
  changed_by text NOT NULL,
  reason text,
  receipt_id uuid NOT NULL,
  CONSTRAINT agreement_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT agreement_reason_check CHECK ((length(reason) <= 256)),
  CONSTRAINT agreement_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'active'::text, 'suspended'::text, 'terminated'::text]))),
  CONSTRAINT in_force_by_a_version CHECK (((state <> ALL (ARRAY['active'::text, 'suspended'::text])) OR (version IS NOT NULL))),
  CONSTRAINT agreement_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT,
  CONSTRAINT agreement_tenant_id_id_version_fkey FOREIGN KEY (tenant_id, id, version) REFERENCES hall.agreement_version(tenant_id, agreement_id, version) ON DELETE RESTRICT
);
ALTER TABLE hall.agreement ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.agreement FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.agreement AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.agreement AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER keep_agreement_ended BEFORE UPDATE ON hall.agreement FOR EACH ROW EXECUTE FUNCTION hall.keep_agreement_ended();
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.agreement FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.agreement_use (
  tenant_id uuid NOT NULL,
  agreement_id uuid NOT NULL,
  period text NOT NULL,
  begins_at timestamp(3) with time zone NOT NULL,
  taken bigint NOT NULL,
  CONSTRAINT agreement_use_pkey PRIMARY KEY (tenant_id, agreement_id, period),
  CONSTRAINT agreement_use_period_check CHECK ((period = ANY (ARRAY['hour'::text, 'day'::text]))),
  CONSTRAINT agreement_use_taken_check CHECK ((taken >= 0)),
  CONSTRAINT agreement_use_tenant_id_agreement_id_fkey FOREIGN KEY (tenant_id, agreement_id) REFERENCES hall.agreement(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.agreement_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.agreement_use FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.agreement_use AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.agreement_version (
  tenant_id uuid NOT NULL,
  agreement_id uuid NOT NULL,
  version integer NOT NULL,
  digest text NOT NULL,
  document text NOT NULL,
  drafted_at timestamp(3) with time zone NOT NULL,
  drafted_by text NOT NULL,
  draft_receipt_id uuid NOT NULL,
  signed_at timestamp(3) with time zone,
  signed_by text,
  sign_receipt_id uuid,
  countersigned_at timestamp(3) with time zone,
  countersigning_key_id text,
  countersignature text,
  countersign_receipt_id uuid,
  activated_at timestamp(3) with time zone,
  activated_by text,
  activate_receipt_id uuid,
  CONSTRAINT agreement_version_pkey PRIMARY KEY (tenant_id, agreement_id, version),
  CONSTRAINT activation_is_whole CHECK (((num_nonnulls(activated_at, activated_by, activate_receipt_id) = ANY (ARRAY[0, 3])) AND ((activated_at IS NULL) OR (countersigned_at IS NOT NULL)))),
  CONSTRAINT agreement_version_countersignature_check CHECK ((octet_length(countersignature) <= 16384)),
  CONSTRAINT agreement_version_document_check CHECK ((octet_length(document) <= 262144)),
  CONSTRAINT agreement_version_version_check CHECK ((version > 0)),
  CONSTRAINT countersignature_is_whole CHECK (((num_nonnulls(countersigned_at, countersigning_key_id, countersignature, countersign_receipt_id) = ANY (ARRAY[0, 4])) AND ((countersigned_at IS NULL) OR (signed_at IS NOT NULL)))),
  CONSTRAINT digest_is_of_the_document CHECK ((digest = ('sha256:'::text || encode(sha256(convert_to(document, 'UTF8'::name)), 'hex'::text)))),
  CONSTRAINT signature_is_whole CHECK ((num_nonnulls(signed_at, signed_by, sign_receipt_id) = ANY (ARRAY[0, 3]))),
  CONSTRAINT agreement_version_tenant_id_agreement_id_fkey FOREIGN KEY (tenant_id, agreement_id) REFERENCES hall.agreement(tenant_id, id) ON DELETE RESTRICT
);
CREATE INDEX agreement_version_digest ON hall.agreement_version USING btree (tenant_id, digest);
ALTER TABLE hall.agreement_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.agreement_version FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.agreement_version AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER keep_agreement_signed BEFORE UPDATE ON hall.agreement_version FOR EACH ROW EXECUTE FUNCTION hall.keep_agreement_signed();

CREATE TABLE hall.alert (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  level text NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  worker_id text,
  capability_id text,
  CONSTRAINT alert_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT alert_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warning'::text, 'error'::text]))),
  CONSTRAINT alert_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.alert FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.alert AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.api_key (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  key_hash bytea NOT NULL,
  hint text NOT NULL,
  identities text[] NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  expires_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  created_by text,
  environments text[] DEFAULT '{}'::text[] NOT NULL,
  addresses text[] DEFAULT '{}'::text[] NOT NULL,
  agent text,
  requests_per_minute integer,
  requests_per_day integer,
  replaced_by uuid,
  CONSTRAINT api_key_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT api_key_key_hash_key UNIQUE (key_hash),
  CONSTRAINT api_key_addresses_check CHECK ((cardinality(addresses) <= 64)),
  CONSTRAINT api_key_agent_check CHECK (((length(agent) >= 1) AND (length(agent) <= 128))),
  CONSTRAINT api_key_environments_check CHECK ((environments <@ ARRAY['dev'::text, 'stage'::text, 'prod'::text, 'edge'::text])),
  CONSTRAINT api_key_key_hash_check CHECK ((octet_length(key_hash) = 32)),
  CONSTRAINT api_key_requests_per_day_check CHECK ((requests_per_day > 0)),
  CONSTRAINT api_key_requests_per_minute_check CHECK ((requests_per_minute > 0)),
  CONSTRAINT api_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT,
  CONSTRAINT api_key_tenant_id_replaced_by_fkey FOREIGN KEY (tenant_id, replaced_by) REFERENCES hall.api_key(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.api_key FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.api_key AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.api_key AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.api_key FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.authority (
  key_id text NOT NULL,
  der bytea NOT NULL,
  not_before timestamp(3) with time zone NOT NULL,
  not_after timestamp(3) with time zone NOT NULL,
  receipt_id uuid NOT NULL,
  CONSTRAINT authority_pkey PRIMARY KEY (key_id),
  CONSTRAINT authority_key_id_check CHECK ((key_id ~ '^[0-9a-f]{16}$'::text))
);

CREATE TABLE hall.bundle_draft (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  content text NOT NULL,
  base_digest text,
  revision integer DEFAULT 1 NOT NULL,
  created_by text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  updated_by text NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  status text DEFAULT 'open'::text NOT NULL,
  consent_by text,
  consent_at timestamp(3) with time zone,
  consent_revision integer,
  CONSTRAINT bundle_draft_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT bundle_draft_content_check CHECK ((octet_length(content) <= 8388608)),
  CONSTRAINT bundle_draft_name_check CHECK (((length(name) >= 1) AND (length(name) <= 256))),
  CONSTRAINT bundle_draft_revision_check CHECK ((revision > 0)),
  CONSTRAINT bundle_draft_status_check CHECK ((status = ANY (ARRAY['open'::text, 'published'::text, 'discarded'::text]))),
  CONSTRAINT consent_is_to_a_revision_that_was CHECK ((consent_revision <= revision)),
  CONSTRAINT consent_is_whole CHECK ((num_nonnulls(consent_by, consent_at, consent_revision) = ANY (ARRAY[0, 3]))),
  CONSTRAINT bundle_draft_tenant_id_base_digest_fkey FOREIGN KEY (tenant_id, base_digest) REFERENCES hall.rule_bundle(tenant_id, digest) ON DELETE RESTRICT,
  CONSTRAINT bundle_draft_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.bundle_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.bundle_draft FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.bundle_draft AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.bundle_publication (
  tenant_id uuid NOT NULL,
  number bigint NOT NULL,
  digest text NOT NULL,
  previous_digest text,
  published_at timestamp(3) with time zone NOT NULL,
  published_by text NOT NULL,
  receipt_id uuid NOT NULL,
  note text NOT NULL,
  rolled_back_from bigint,
  CONSTRAINT bundle_publication_pkey PRIMARY KEY (tenant_id, number),
  CONSTRAINT bundle_publication_note_check CHECK ((length(note) <= 4096)),
  CONSTRAINT bundle_publication_number_check CHECK ((number > 0)),
  CONSTRAINT rolled_back_to_an_earlier_one CHECK ((rolled_back_from < number)),
  CONSTRAINT bundle_publication_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES hall.rule_bundle(tenant_id, digest) ON DELETE RESTRICT,
  CONSTRAINT bundle_publication_tenant_id_previous_digest_fkey FOREIGN KEY (tenant_id, previous_digest) REFERENCES hall.rule_bundle(tenant_id, digest) ON DELETE RESTRICT,
  CONSTRAINT bundle_publication_tenant_id_rolled_back_from_fkey FOREIGN KEY (tenant_id, rolled_back_from) REFERENCES hall.bundle_publication(tenant_id, number) ON DELETE RESTRICT
);
ALTER TABLE hall.bundle_publication ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.bundle_publication FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.bundle_publication AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.certificate (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  certification_id uuid NOT NULL,
  worker_id text NOT NULL,
  record_hash text NOT NULL,
  digest text NOT NULL,
  der bytea NOT NULL,
  authority_key_id text NOT NULL,
  is_key_held boolean NOT NULL,
  capabilities text[] NOT NULL,
  environments text[] NOT NULL,
  data_labels text[] NOT NULL,
  valid_from timestamp(3) with time zone NOT NULL,
  valid_until timestamp(3) with time zone NOT NULL,
  issued_at timestamp(3) with time zone NOT NULL,
  issued_by text NOT NULL,
  receipt_id uuid NOT NULL,
  revoked_at timestamp(3) with time zone,
  revoked_by text,
  revocation_reason text,
  revocation_receipt_id uuid,
  CONSTRAINT certificate_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT certificate_tenant_id_digest_key UNIQUE (tenant_id, digest),
  CONSTRAINT digest_is_of_the_certificate CHECK ((digest = ('sha256:'::text || encode(sha256(der), 'hex'::text)))),
  CONSTRAINT revocation_is_whole CHECK ((num_nonnulls(revoked_at, revoked_by, revocation_reason, revocation_receipt_id) = ANY (ARRAY[0, 4]))),
  CONSTRAINT validity_has_an_end CHECK ((valid_from < valid_until)),
  CONSTRAINT certificate_authority_key_id_fkey FOREIGN KEY (authority_key_id) REFERENCES hall.authority(key_id) ON DELETE RESTRICT,
  CONSTRAINT certificate_tenant_id_certification_id_fkey FOREIGN KEY (tenant_id, certification_id) REFERENCES hall.certificate(tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT certificate_tenant_id_record_hash_fkey FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record(tenant_id, record_hash) ON DELETE RESTRICT,
  CONSTRAINT certificate_tenant_id_worker_id_fkey FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker(tenant_id, worker_id) ON DELETE RESTRICT
);
CREATE INDEX certificate_revoked ON hall.certificate USING btree (authority_key_id, valid_until) WHERE (revoked_at IS NOT NULL);
CREATE INDEX certificate_worker ON hall.certificate USING btree (tenant_id, worker_id, issued_at);
ALTER TABLE hall.certificate ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.certificate FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.certificate AS PERMISSIVE FOR SELECT TO hall_lookup
  USING ((revoked_at IS NOT NULL));
CREATE POLICY lookup_reads_ending ON hall.certificate AS PERMISSIVE FOR SELECT TO hall_lookup
  USING ((revoked_at IS NULL));
CREATE POLICY tenant ON hall.certificate AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.certificate FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.certificate_reminder (
  tenant_id uuid NOT NULL,
  certificate_id uuid NOT NULL,
  days integer NOT NULL,
  reminded_at timestamp(3) with time zone NOT NULL,
  receipt_id uuid NOT NULL,
  CONSTRAINT certificate_reminder_pkey PRIMARY KEY (tenant_id, certificate_id, days),
  CONSTRAINT certificate_reminder_days_check CHECK ((days > 0)),
  CONSTRAINT certificate_reminder_tenant_id_certificate_id_fkey FOREIGN KEY (tenant_id, certificate_id) REFERENCES hall.certificate(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.certificate_reminder ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.certificate_reminder FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.certificate_reminder AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.certification_request (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  worker_id text NOT NULL,
  record_hash text NOT NULL,
  capabilities text[] NOT NULL,
  environments text[] NOT NULL,
  data_labels text[] NOT NULL,
  note text NOT NULL,
  requested_at timestamp(3) with time zone NOT NULL,
  requested_by text NOT NULL,
  request_receipt_id uuid NOT NULL,
  state text DEFAULT 'open'::text NOT NULL,
  decided_at timestamp(3) with time zone,
  decided_by text,
  decision_receipt_id uuid,
  reason text,
  checklist text,
  certificate_id uuid,
  CONSTRAINT certification_request_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT certification_request_checklist_check CHECK ((octet_length(checklist) <= 65536)),
  CONSTRAINT certification_request_note_check CHECK ((length(note) <= 1024)),
  CONSTRAINT certification_request_reason_check CHECK ((length(reason) <= 1024)),
  CONSTRAINT certification_request_state_check CHECK ((state = ANY (ARRAY['open'::text, 'granted'::text, 'refused'::text, 'withdrawn'::text]))),
  CONSTRAINT decision_is_whole CHECK (((num_nonnulls(decided_at, decided_by, decision_receipt_id) = ANY (ARRAY[0, 3])) AND ((state = 'open'::text) = (decided_at IS NULL)))),
  CONSTRAINT granted_by_somebody_else CHECK (((state <> 'granted'::text) OR (decided_by <> requested_by))),
  CONSTRAINT granted_with_a_certificate CHECK (((state = 'granted'::text) = (certificate_id IS NOT NULL))),
  CONSTRAINT refused_for_a_reason CHECK (((state <> 'refused'::text) OR (reason IS NOT NULL))),
  CONSTRAINT certification_request_tenant_id_certificate_id_fkey FOREIGN KEY (tenant_id, certificate_id) REFERENCES hall.certificate(tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT certification_request_tenant_id_record_hash_fkey FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record(tenant_id, record_hash) ON DELETE RESTRICT,
  CONSTRAINT certification_request_tenant_id_worker_id_fkey FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker(tenant_id, worker_id) ON DELETE RESTRICT
);
CREATE INDEX certification_request_newest ON hall.certification_request USING btree (tenant_id, requested_at);
ALTER TABLE hall.certification_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.certification_request FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.certification_request AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.custom_role (
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  permissions text[] NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  retired_at timestamp(3) with time zone,
  CONSTRAINT custom_role_pkey PRIMARY KEY (tenant_id, name),
  CONSTRAINT custom_role_name_check CHECK (((name ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'::text) AND (length(name) <= 40) AND (name <> ALL (ARRAY['owner'::text, 'admin'::text, 'operator'::text, 'approver'::text, 'compliance'::text, 'auditor'::text, 'custom'::text])))),
  CONSTRAINT custom_role_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.custom_role ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.custom_role FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.custom_role AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.dispatch (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  leaf_index bigint NOT NULL,
  worker_id text NOT NULL,
  transport_digest text NOT NULL,
  start_by timestamp(3) with time zone NOT NULL,
  state text DEFAULT 'waiting'::text NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  started_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  outcome_receipt_id uuid,
  CONSTRAINT dispatch_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT dispatch_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'aborted'::text, 'dead_lettered'::text])))
);
CREATE INDEX dispatch_leaf ON hall.dispatch USING btree (leaf_index);
ALTER TABLE hall.dispatch ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.dispatch FORCE ROW LEVEL SECURITY;
CREATE POLICY enqueue_reads ON hall.dispatch AS PERMISSIVE FOR SELECT TO hall_enqueue
  USING (true);
CREATE POLICY ledger_writes ON hall.dispatch AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY lookup_reads ON hall.dispatch AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.dispatch AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.environment_profile (
  tenant_id uuid NOT NULL,
  env text NOT NULL,
  profile_id text,
  set_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT environment_profile_pkey PRIMARY KEY (tenant_id, env),
  CONSTRAINT environment_profile_env_check CHECK ((env = ANY (ARRAY['dev'::text, 'stage'::text, 'prod'::text, 'edge'::text]))),
  CONSTRAINT environment_profile_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.environment_profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.environment_profile FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.environment_profile AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.environment_profile FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.factor (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  secret bytea NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  confirmed_at timestamp(3) with time zone,
  last_step bigint DEFAULT 0 NOT NULL,
  ended_at timestamp(3) with time zone,
  CONSTRAINT factor_pkey PRIMARY KEY (account_id, id),
  CONSTRAINT factor_kind_check CHECK ((kind = ANY (ARRAY['password'::text, 'totp'::text, 'recovery'::text]))),
  CONSTRAINT factor_account_id_fkey FOREIGN KEY (account_id) REFERENCES hall.account(id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX factor_sole ON hall.factor USING btree (account_id, kind) WHERE ((kind = ANY (ARRAY['password'::text, 'totp'::text])) AND (confirmed_at IS NOT NULL) AND (ended_at IS NULL));
ALTER TABLE hall.factor ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.factor FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON hall.factor AS PERMISSIVE FOR ALL TO hall_app
  USING ((account_id = (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.founding_link (
  id uuid NOT NULL,
  kind text NOT NULL,
  email text,
  token_hash bytea NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  founded uuid,
  CONSTRAINT founding_link_pkey PRIMARY KEY (id),
  CONSTRAINT founding_link_token_hash_key UNIQUE (token_hash),
  CONSTRAINT founding_link_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254)))),
  CONSTRAINT founding_link_kind_check CHECK ((kind = ANY (ARRAY['sign_up'::text, 'first_run'::text]))),
  CONSTRAINT founding_link_token_hash_check CHECK ((octet_length(token_hash) = 32)),
  CONSTRAINT founding_link_founded_fkey FOREIGN KEY (founded) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
CREATE INDEX founding_link_remembered ON hall.founding_link USING btree (expires_at) WHERE (email IS NOT NULL);
ALTER TABLE hall.founding_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.founding_link FORCE ROW LEVEL SECURITY;
CREATE POLICY operator_all ON hall.founding_link AS PERMISSIVE FOR ALL TO hall_operator
  USING (true)
  WITH CHECK (true);

CREATE TABLE hall.grant_key (
  kid text NOT NULL,
  public_key bytea NOT NULL,
  not_before timestamp(3) with time zone NOT NULL,
  not_after timestamp(3) with time zone NOT NULL,
  CONSTRAINT grant_key_pkey PRIMARY KEY (kid),
  CONSTRAINT grant_key_public_key_check CHECK ((octet_length(public_key) = 32))
);

CREATE TABLE hall.grant_redemption (
  tenant_id uuid NOT NULL,
  jti text NOT NULL,
  dispatch_id uuid NOT NULL,
  redeemed_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT grant_redemption_pkey PRIMARY KEY (tenant_id, jti),
  CONSTRAINT grant_redemption_tenant_id_dispatch_id_fkey FOREIGN KEY (tenant_id, dispatch_id) REFERENCES hall.dispatch(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.grant_redemption ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.grant_redemption FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.grant_redemption AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.hall_key (
  key_id text NOT NULL,
  role text NOT NULL,
  algorithm text NOT NULL,
  spki bytea NOT NULL,
  module text NOT NULL,
  state text NOT NULL,
  not_before timestamp(3) with time zone NOT NULL,
  not_after timestamp(3) with time zone,
  threshold integer DEFAULT 1 NOT NULL,
  introduced_by uuid NOT NULL,
  retired_by uuid,
  CONSTRAINT hall_key_pkey PRIMARY KEY (key_id, role),
  CONSTRAINT hall_key_algorithm_check CHECK ((algorithm = ANY (ARRAY['ed25519'::text, 'ecdsa-p256'::text, 'rsa'::text]))),
  CONSTRAINT hall_key_check CHECK (((state = 'retired'::text) = (retired_by IS NOT NULL))),
  CONSTRAINT hall_key_key_id_check CHECK ((key_id ~ '^[0-9a-f]{16}$'::text)),
  CONSTRAINT hall_key_module_check CHECK (((length(module) >= 1) AND (length(module) <= 256))),
  CONSTRAINT hall_key_role_check CHECK ((role = ANY (ARRAY['receipt'::text, 'log'::text, 'ca'::text, 'evidence'::text, 'agreement'::text, 'feed-root'::text, 'feed-snapshot'::text, 'feed-timestamp'::text, 'witness'::text]))),
  CONSTRAINT hall_key_spki_check CHECK (((octet_length(spki) >= 32) AND (octet_length(spki) <= 2048))),
  CONSTRAINT hall_key_state_check CHECK ((state = ANY (ARRAY['introduced'::text, 'active'::text, 'retired'::text]))),
  CONSTRAINT hall_key_threshold_check CHECK (((threshold >= 1) AND (threshold <= 16)))
);
CREATE UNIQUE INDEX hall_key_active ON hall.hall_key USING btree (role) WHERE ((state = 'active'::text) AND (role <> ALL (ARRAY['feed-root'::text, 'witness'::text])));
CREATE UNIQUE INDEX hall_key_introduced ON hall.hall_key USING btree (role) WHERE ((state = 'introduced'::text) AND (role <> ALL (ARRAY['feed-root'::text, 'witness'::text])));

CREATE TABLE hall.key_use (
  tenant_id uuid NOT NULL,
  key_id uuid NOT NULL,
  day date NOT NULL,
  used_today bigint NOT NULL,
  used_ever bigint NOT NULL,
  last_used_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT key_use_pkey PRIMARY KEY (tenant_id, key_id),
  CONSTRAINT key_use_used_ever_check CHECK ((used_ever >= 0)),
  CONSTRAINT key_use_used_today_check CHECK ((used_today >= 0)),
  CONSTRAINT key_use_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES hall.api_key(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.key_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.key_use FORCE ROW LEVEL SECURITY;
CREATE POLICY meter_counts ON hall.key_use AS PERMISSIVE FOR ALL TO hall_meter
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant ON hall.key_use AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.measurement (
  tenant_id uuid NOT NULL,
  nonce text NOT NULL,
  worker_id text NOT NULL,
  attestation_id uuid NOT NULL,
  asked_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  id uuid,
  answered_at timestamp(3) with time zone,
  method text,
  hash text,
  matches boolean,
  valid_until timestamp(3) with time zone,
  runner_id uuid,
  salt bytea,
  CONSTRAINT measurement_pkey PRIMARY KEY (tenant_id, nonce),
  CONSTRAINT measurement_tenant_id_id_key UNIQUE (tenant_id, id),
  CONSTRAINT answer_is_whole CHECK ((num_nonnulls(id, answered_at, method, hash, matches, valid_until, salt) = ANY (ARRAY[0, 7]))),
  CONSTRAINT measurement_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT measurement_method_check CHECK ((method = ANY (ARRAY['self-reported'::text, 'runner-measured'::text, 'oci-digest'::text]))),
  CONSTRAINT measurement_nonce_check CHECK ((nonce ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT measurement_salt_check CHECK ((octet_length(salt) = 16)),
  CONSTRAINT runner_measures CHECK (((method IS NULL) OR ((method = 'self-reported'::text) = (runner_id IS NULL)))),
  CONSTRAINT measurement_tenant_id_attestation_id_fkey FOREIGN KEY (tenant_id, attestation_id) REFERENCES hall.worker_attestation(tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT measurement_tenant_id_runner_id_fkey FOREIGN KEY (tenant_id, runner_id) REFERENCES hall.runner_key(tenant_id, id) ON DELETE RESTRICT
);
CREATE INDEX measurement_of ON hall.measurement USING btree (tenant_id, attestation_id, answered_at);
ALTER TABLE hall.measurement ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.measurement FORCE ROW LEVEL SECURITY;
CREATE POLICY answered_once ON hall.measurement AS RESTRICTIVE FOR UPDATE TO hall_app
  USING ((answered_at IS NULL))
  WITH CHECK (true);
CREATE POLICY tenant ON hall.measurement AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER UPDATE ON hall.measurement FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.member (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  display_name text NOT NULL,
  role text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  custom_role text,
  account_id uuid,
  email text,
  joined_at timestamp(3) with time zone,
  removed_at timestamp(3) with time zone,
  CONSTRAINT member_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT member_role_check CHECK (((role = ANY (ARRAY['owner'::text, 'admin'::text, 'operator'::text, 'approver'::text, 'compliance'::text, 'auditor'::text, 'custom'::text])) AND ((role = 'custom'::text) = (custom_role IS NOT NULL)))),
  CONSTRAINT member_account_id_fkey FOREIGN KEY (account_id) REFERENCES hall.account(id) ON DELETE RESTRICT,
  CONSTRAINT member_custom_role_fkey FOREIGN KEY (tenant_id, custom_role) REFERENCES hall.custom_role(tenant_id, name) ON DELETE RESTRICT,
  CONSTRAINT member_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX member_account ON hall.member USING btree (tenant_id, account_id) WHERE (removed_at IS NULL);
CREATE UNIQUE INDEX member_email ON hall.member USING btree (tenant_id, email) WHERE (removed_at IS NULL);
ALTER TABLE hall.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.member FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.member AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY operator_creates ON hall.member AS PERMISSIVE FOR INSERT TO hall_operator
  WITH CHECK (true);
CREATE POLICY tenant ON hall.member AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.name_proof (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  domain text NOT NULL,
  challenge text NOT NULL,
  asked_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  checked_at timestamp(3) with time zone,
  proved_at timestamp(3) with time zone,
  lost_at timestamp(3) with time zone,
  released_at timestamp(3) with time zone,
  CONSTRAINT name_proof_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT name_proof_check CHECK (((lost_at IS NULL) OR (proved_at IS NOT NULL))),
  CONSTRAINT name_proof_domain_check CHECK (((domain = lower(domain)) AND ((length(domain) >= 3) AND (length(domain) <= 253)))),
  CONSTRAINT name_proof_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'namespace'::text]))),
  CONSTRAINT name_proof_name_check CHECK (((name = lower(name)) AND ((length(name) >= 3) AND (length(name) <= 253)))),
  CONSTRAINT name_proof_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
CREATE INDEX name_proof_checked ON hall.name_proof USING btree (checked_at) WHERE ((proved_at IS NOT NULL) AND (released_at IS NULL));
CREATE UNIQUE INDEX name_proof_current ON hall.name_proof USING btree (tenant_id, kind, name) WHERE (released_at IS NULL);
CREATE UNIQUE INDEX name_proof_sole ON hall.name_proof USING btree (name) WHERE ((kind = 'email'::text) AND (proved_at IS NOT NULL) AND (lost_at IS NULL) AND (released_at IS NULL));
ALTER TABLE hall.name_proof ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.name_proof FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.name_proof AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.name_proof AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.namespace (
  namespace text NOT NULL,
  skeleton text NOT NULL,
  tenant_id uuid NOT NULL,
  registered_at timestamp(3) with time zone NOT NULL,
  released_at timestamp(3) with time zone,
  CONSTRAINT namespace_pkey PRIMARY KEY (namespace),
  CONSTRAINT namespace_skeleton_key UNIQUE (skeleton),
  CONSTRAINT namespace_namespace_check CHECK ((namespace ~ '^(org|x)\.[a-z0-9]+(-[a-z0-9]+)*$'::text)),
  CONSTRAINT namespace_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.namespace ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.namespace FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.namespace AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY operator_all ON hall.namespace AS PERMISSIVE FOR ALL TO hall_operator
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant ON hall.namespace AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.namespace_key (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  namespace text NOT NULL,
  public_key bytea NOT NULL,
  registered_at timestamp(3) with time zone NOT NULL,
  retired_at timestamp(3) with time zone,
  CONSTRAINT namespace_key_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT namespace_key_tenant_id_namespace_public_key_key UNIQUE (tenant_id, namespace, public_key),
  CONSTRAINT namespace_key_namespace_check CHECK ((namespace ~ '^(org|x)\.[a-z0-9]+(-[a-z0-9]+)*$'::text)),
  CONSTRAINT namespace_key_public_key_check CHECK ((octet_length(public_key) = 32)),
  CONSTRAINT namespace_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.namespace_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.namespace_key FORCE ROW LEVEL SECURITY;
CREATE POLICY operator_registers ON hall.namespace_key AS PERMISSIVE FOR ALL TO hall_operator
  USING (true)
  WITH CHECK (true);
CREATE POLICY tenant ON hall.namespace_key AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.namespace_key FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.package_declaration (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  worker_id text NOT NULL,
  package_hash text NOT NULL,
  worker_version text,
  label text,
  ai_generated boolean NOT NULL,
  ai_service text,
  ai_model text,
  ai_session text,
  declared_at timestamp(3) with time zone NOT NULL,
  declared_by text NOT NULL,
  superseded_at timestamp(3) with time zone,
  CONSTRAINT package_declaration_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT package_declaration_package_hash_check CHECK ((package_hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT package_declaration_tenant_id_worker_id_fkey FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker(tenant_id, worker_id) ON DELETE RESTRICT
);
CREATE INDEX package_declaration_of ON hall.package_declaration USING btree (worker_id) WHERE (superseded_at IS NULL);
CREATE UNIQUE INDEX package_declaration_current ON hall.package_declaration USING btree (tenant_id, worker_id) WHERE (superseded_at IS NULL);
ALTER TABLE hall.package_declaration ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.package_declaration FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.package_declaration AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.package_declaration AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.passkey (
  account_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  credential_id bytea NOT NULL,
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  transports text[] DEFAULT '{}'::text[] NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  last_used_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  CONSTRAINT passkey_pkey PRIMARY KEY (account_id, id),
  CONSTRAINT passkey_credential_id_key UNIQUE (credential_id),
  CONSTRAINT passkey_credential_id_check CHECK (((octet_length(credential_id) >= 16) AND (octet_length(credential_id) <= 1023))),
  CONSTRAINT passkey_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64))),
  CONSTRAINT passkey_public_key_check CHECK ((octet_length(public_key) <= 2048)),
  CONSTRAINT passkey_sign_count_check CHECK ((sign_count >= 0)),
  CONSTRAINT passkey_account_id_fkey FOREIGN KEY (account_id) REFERENCES hall.account(id) ON DELETE RESTRICT
);
ALTER TABLE hall.passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.passkey FORCE ROW LEVEL SECURITY;
CREATE POLICY account ON hall.passkey AS PERMISSIVE FOR ALL TO hall_app
  USING ((account_id = (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid))
  WITH CHECK ((account_id = (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.payload (
  tenant_id uuid NOT NULL,
  receipt_id uuid NOT NULL,
  salt bytea NOT NULL,
  content text NOT NULL,
  CONSTRAINT payload_pkey PRIMARY KEY (tenant_id, receipt_id),
  CONSTRAINT payload_salt_check CHECK ((octet_length(salt) = 16))
);
ALTER TABLE hall.payload ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.payload FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_writes ON hall.payload AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY tenant ON hall.payload AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.pending_approval (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  decided_at timestamp(3) with time zone NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  level text NOT NULL,
  quorum integer NOT NULL,
  step_up boolean NOT NULL,
  capability_id text,
  worker_id text,
  env text,
  data_label text,
  blast_score integer,
  asked_by text[] NOT NULL,
  state text DEFAULT 'pending'::text NOT NULL,
  leaf_index bigint NOT NULL,
  CONSTRAINT pending_approval_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT pending_approval_state_check CHECK ((state = 'pending'::text))
);
CREATE INDEX pending_approval_expiry ON hall.pending_approval USING btree (tenant_id, expires_at);
ALTER TABLE hall.pending_approval ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.pending_approval FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_writes ON hall.pending_approval AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY tenant ON hall.pending_approval AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.presence (
  tenant_id uuid NOT NULL,
  online boolean NOT NULL,
  standing text NOT NULL,
  checked_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT presence_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT presence_standing_check CHECK ((standing = ANY (ARRAY['ok'::text, 'grace'::text, 'degraded'::text, 'suspended'::text]))),
  CONSTRAINT presence_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.presence ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.presence FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.presence AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.profile (
  tenant_id uuid NOT NULL,
  digest text NOT NULL,
  profile_id text NOT NULL,
  content text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT profile_pkey PRIMARY KEY (tenant_id, digest),
  CONSTRAINT profile_tenant_id_profile_id_digest_key UNIQUE (tenant_id, profile_id, digest),
  CONSTRAINT profile_digest_check CHECK ((digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT profile_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.profile FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.profile AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.profile_head (
  tenant_id uuid NOT NULL,
  profile_id text NOT NULL,
  digest text NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  retired_at timestamp(3) with time zone,
  CONSTRAINT profile_head_pkey PRIMARY KEY (tenant_id, profile_id),
  CONSTRAINT profile_head_tenant_id_profile_id_digest_fkey FOREIGN KEY (tenant_id, profile_id, digest) REFERENCES hall.profile(tenant_id, profile_id, digest) ON DELETE RESTRICT
);
ALTER TABLE hall.profile_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.profile_head FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.profile_head AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.profile_head FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.revocation_list (
  authority_key_id text NOT NULL,
  number bigint NOT NULL,
  content_digest text NOT NULL,
  der bytea NOT NULL,
  this_update timestamp(3) with time zone NOT NULL,
  next_update timestamp(3) with time zone NOT NULL,
  CONSTRAINT revocation_list_pkey PRIMARY KEY (authority_key_id, number),
  CONSTRAINT revocation_list_content_digest_check CHECK ((content_digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT revocation_list_number_check CHECK ((number > 0)),
  CONSTRAINT revocation_list_authority_key_id_fkey FOREIGN KEY (authority_key_id) REFERENCES hall.authority(key_id) ON DELETE RESTRICT
);

CREATE TABLE hall.rule_bundle (
  tenant_id uuid NOT NULL,
  digest text NOT NULL,
  bundle text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT rule_bundle_pkey PRIMARY KEY (tenant_id, digest),
  CONSTRAINT rule_bundle_digest_check CHECK ((digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT rule_bundle_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.rule_bundle ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.rule_bundle FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.rule_bundle AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.runner_key (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  public_key bytea NOT NULL,
  registered_at timestamp(3) with time zone NOT NULL,
  registered_by text NOT NULL,
  retired_at timestamp(3) with time zone,
  CONSTRAINT runner_key_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT runner_key_tenant_id_public_key_key UNIQUE (tenant_id, public_key),
  CONSTRAINT runner_key_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64))),
  CONSTRAINT runner_key_public_key_check CHECK ((octet_length(public_key) = 32)),
  CONSTRAINT runner_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.runner_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.runner_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.runner_key AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.runner_key FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.session (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  step_up_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  awaits_factor boolean DEFAULT false NOT NULL,
  factors text DEFAULT 'link'::text NOT NULL,
  challenge bytea,
  challenge_purpose text,
  challenge_until timestamp(3) with time zone,
  sso_connection_id uuid,
  address text,
  CONSTRAINT session_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT session_token_hash_key UNIQUE (token_hash),
  CONSTRAINT session_address_check CHECK ((length(address) <= 64)),
  CONSTRAINT session_challenge CHECK ((num_nulls(challenge, challenge_purpose, challenge_until) = ANY (ARRAY[0, 3]))),
  CONSTRAINT session_challenge_check CHECK ((octet_length(challenge) = 32)),
  CONSTRAINT session_challenge_purpose_check CHECK ((challenge_purpose = ANY (ARRAY['add'::text, 'sign_in'::text, 'step_up'::text]))),
  CONSTRAINT session_token_hash_check CHECK ((octet_length(token_hash) = 32)),
  CONSTRAINT session_tenant_id_member_id_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES hall.member(tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT session_tenant_id_sso_connection_id_fkey FOREIGN KEY (tenant_id, sso_connection_id) REFERENCES hall.sso_connection(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.session ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.session FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.session AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.session AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.shadow_difference (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  decision_id uuid NOT NULL,
  decided_at timestamp(3) with time zone NOT NULL,
  rule_before text,
  rule_after text,
  outcome_before text NOT NULL,
  outcome_after text NOT NULL,
  code_before text,
  code_after text,
  worker_before text,
  worker_after text,
  first_difference text NOT NULL,
  CONSTRAINT shadow_difference_pkey PRIMARY KEY (tenant_id, run_id, decision_id),
  CONSTRAINT shadow_difference_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES hall.shadow_run(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.shadow_difference ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.shadow_difference FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.shadow_difference AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.shadow_run (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  digest text NOT NULL,
  started_at timestamp(3) with time zone NOT NULL,
  started_by text NOT NULL,
  ended_at timestamp(3) with time zone,
  decisions bigint DEFAULT 0 NOT NULL,
  differences bigint DEFAULT 0 NOT NULL,
  CONSTRAINT shadow_run_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT differences_are_of_decisions CHECK (((differences >= 0) AND (differences <= decisions))),
  CONSTRAINT shadow_run_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES hall.rule_bundle(tenant_id, digest) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX shadow_run_open ON hall.shadow_run USING btree (tenant_id) WHERE (ended_at IS NULL);
ALTER TABLE hall.shadow_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.shadow_run FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.shadow_run AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE OF ended_at ON hall.shadow_run FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.sign_in_count (
  bucket integer NOT NULL,
  window_start timestamp(3) with time zone NOT NULL,
  attempts integer NOT NULL,
  CONSTRAINT sign_in_count_pkey PRIMARY KEY (bucket),
  CONSTRAINT sign_in_count_bucket_check CHECK (((bucket >= 0) AND (bucket <= 16383)))
);

CREATE TABLE hall.sign_in_failure (
  place integer NOT NULL,
  at timestamp(3) with time zone NOT NULL,
  reason text NOT NULL,
  account_id uuid,
  address text NOT NULL,
  CONSTRAINT sign_in_failure_pkey PRIMARY KEY (place)
);
CREATE INDEX sign_in_failure_at ON hall.sign_in_failure USING btree (at);

CREATE TABLE hall.sign_in_link (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  used_at timestamp(3) with time zone,
  purpose text DEFAULT 'sign_in'::text NOT NULL,
  CONSTRAINT sign_in_link_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT sign_in_link_token_hash_key UNIQUE (token_hash),
  CONSTRAINT sign_in_link_purpose_check CHECK ((purpose = ANY (ARRAY['sign_in'::text, 'invitation'::text, 'recovery'::text]))),
  CONSTRAINT sign_in_link_token_hash_check CHECK ((octet_length(token_hash) = 32)),
  CONSTRAINT sign_in_link_tenant_id_member_id_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES hall.member(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.sign_in_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.sign_in_link FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.sign_in_link AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY operator_creates ON hall.sign_in_link AS PERMISSIVE FOR INSERT TO hall_operator
  WITH CHECK (true);
CREATE POLICY tenant ON hall.sign_in_link AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.signatory_identity (
  tenant_id uuid NOT NULL,
  identity text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT signatory_identity_pkey PRIMARY KEY (tenant_id, identity),
  CONSTRAINT signatory_identity_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.signatory_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.signatory_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY operator_creates ON hall.signatory_identity AS PERMISSIVE FOR INSERT TO hall_operator
  WITH CHECK (true);
CREATE POLICY operator_sees ON hall.signatory_identity AS PERMISSIVE FOR SELECT TO hall_operator
  USING (true);
CREATE POLICY tenant ON hall.signatory_identity AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.signatory_identity FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.snapshot_version (
  tenant_id uuid NOT NULL,
  version bigint DEFAULT 1 NOT NULL,
  CONSTRAINT snapshot_version_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT snapshot_version_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.snapshot_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.snapshot_version FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.snapshot_version AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY operator_creates ON hall.snapshot_version AS PERMISSIVE FOR INSERT TO hall_operator
  WITH CHECK (true);
CREATE POLICY operator_raises ON hall.snapshot_version AS PERMISSIVE FOR UPDATE TO hall_operator
  USING (true)
  WITH CHECK (true);
CREATE POLICY operator_sees ON hall.snapshot_version AS PERMISSIVE FOR SELECT TO hall_operator
  USING (true);
CREATE POLICY tenant ON hall.snapshot_version AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.sso_completed (
  tenant_id uuid NOT NULL,
  flow_id uuid NOT NULL,
  connection_id uuid NOT NULL,
  completed_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT sso_completed_pkey PRIMARY KEY (tenant_id, flow_id),
  CONSTRAINT sso_completed_tenant_id_connection_id_fkey FOREIGN KEY (tenant_id, connection_id) REFERENCES hall.sso_connection(tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.sso_completed ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.sso_completed FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.sso_completed AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.sso_connection (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  client_secret bytea NOT NULL,
  join_role text,
  is_required boolean DEFAULT false NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  removed_at timestamp(3) with time zone,
  CONSTRAINT sso_connection_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT sso_connection_client_id_check CHECK (((length(client_id) >= 1) AND (length(client_id) <= 256))),
  CONSTRAINT sso_connection_issuer_check CHECK ((length(issuer) <= 512)),
  CONSTRAINT sso_connection_join_role_check CHECK ((join_role <> ALL (ARRAY['owner'::text, 'admin'::text]))),
  CONSTRAINT sso_connection_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX sso_connection_current ON hall.sso_connection USING btree (tenant_id) WHERE (removed_at IS NULL);
ALTER TABLE hall.sso_connection ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.sso_connection FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.sso_connection AS PERMISSIVE FOR SELECT TO hall_lookup
  USING ((removed_at IS NULL));
CREATE POLICY tenant ON hall.sso_connection AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.tenant (
  id uuid NOT NULL,
  slug text NOT NULL,
  name text NOT NULL,
  standing text DEFAULT 'ok'::text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  skeleton text,
  CONSTRAINT tenant_pkey PRIMARY KEY (id),
  CONSTRAINT tenant_skeleton_key UNIQUE (skeleton),
  CONSTRAINT tenant_slug_key UNIQUE (slug),
  CONSTRAINT tenant_slug_check CHECK ((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text)),
  CONSTRAINT tenant_standing_check CHECK ((standing = ANY (ARRAY['ok'::text, 'grace'::text, 'degraded'::text, 'suspended'::text])))
);
ALTER TABLE hall.tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_names ON hall.tenant AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY lookup_reads ON hall.tenant AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY operator_all ON hall.tenant AS PERMISSIVE FOR ALL TO hall_operator
  USING ((id <> '00000000-0000-4000-8000-000000000000'::uuid))
  WITH CHECK ((id <> '00000000-0000-4000-8000-000000000000'::uuid));
CREATE POLICY tenant ON hall.tenant AS PERMISSIVE FOR SELECT TO hall_app
  USING ((id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER UPDATE ON hall.tenant FOR EACH ROW EXECUTE FUNCTION hall.raise_tenant_version();

CREATE TABLE hall.worker (
  tenant_id uuid NOT NULL,
  worker_id text NOT NULL,
  enrollment_id uuid NOT NULL,
  species_id text NOT NULL,
  record_hash text NOT NULL,
  status text DEFAULT 'active'::text NOT NULL,
  enrolled_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT worker_pkey PRIMARY KEY (tenant_id, worker_id),
  CONSTRAINT worker_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'retired'::text]))),
  CONSTRAINT worker_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT,
  CONSTRAINT worker_tenant_id_record_hash_fkey FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record(tenant_id, record_hash) ON DELETE RESTRICT
);
ALTER TABLE hall.worker ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.worker FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup_reads ON hall.worker AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.worker AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.worker FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.worker_attestation (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  worker_id text NOT NULL,
  worker_version text NOT NULL,
  method text NOT NULL,
  package_hash text NOT NULL,
  image_digest text,
  worker_key bytea,
  namespace_key_id uuid NOT NULL,
  envelope text NOT NULL,
  envelope_digest text NOT NULL,
  salt bytea NOT NULL,
  registered_at timestamp(3) with time zone NOT NULL,
  registered_by text NOT NULL,
  superseded_at timestamp(3) with time zone,
  CONSTRAINT worker_attestation_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT worker_attestation_envelope_digest_check CHECK ((envelope_digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT worker_attestation_image_digest_check CHECK ((image_digest ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT worker_attestation_method_check CHECK ((method = ANY (ARRAY['self-reported'::text, 'runner-measured'::text, 'oci-digest'::text]))),
  CONSTRAINT worker_attestation_package_hash_check CHECK ((package_hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT worker_attestation_salt_check CHECK ((octet_length(salt) = 16)),
  CONSTRAINT worker_attestation_worker_key_check CHECK ((octet_length(worker_key) = 32)),
  CONSTRAINT worker_attestation_tenant_id_namespace_key_id_fkey FOREIGN KEY (tenant_id, namespace_key_id) REFERENCES hall.namespace_key(tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT worker_attestation_tenant_id_worker_id_fkey FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker(tenant_id, worker_id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX worker_attestation_current ON hall.worker_attestation USING btree (tenant_id, worker_id) WHERE (superseded_at IS NULL);
ALTER TABLE hall.worker_attestation ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.worker_attestation FORCE ROW LEVEL SECURITY;
CREATE POLICY superseded_once ON hall.worker_attestation AS RESTRICTIVE FOR UPDATE TO hall_app
  USING ((superseded_at IS NULL))
  WITH CHECK (true);
CREATE POLICY tenant ON hall.worker_attestation AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.worker_attestation FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.worker_flag (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  worker_id text NOT NULL,
  measurement_id uuid NOT NULL,
  raised_at timestamp(3) with time zone NOT NULL,
  cleared_at timestamp(3) with time zone,
  cleared_by text,
  clear_reason text,
  CONSTRAINT worker_flag_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT clearing_is_whole CHECK ((num_nonnulls(cleared_at, cleared_by, clear_reason) = ANY (ARRAY[0, 3]))),
  CONSTRAINT worker_flag_clear_reason_check CHECK (((length(clear_reason) >= 1) AND (length(clear_reason) <= 1024))),
  CONSTRAINT worker_flag_tenant_id_measurement_id_fkey FOREIGN KEY (tenant_id, measurement_id) REFERENCES hall.measurement(tenant_id, id) ON DELETE RESTRICT,
  CONSTRAINT worker_flag_tenant_id_worker_id_fkey FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker(tenant_id, worker_id) ON DELETE RESTRICT
);
CREATE UNIQUE INDEX worker_flag_open ON hall.worker_flag USING btree (tenant_id, worker_id) WHERE (cleared_at IS NULL);
ALTER TABLE hall.worker_flag ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.worker_flag FORCE ROW LEVEL SECURITY;
CREATE POLICY cleared_once ON hall.worker_flag AS RESTRICTIVE FOR UPDATE TO hall_app
  USING ((cleared_at IS NULL))
  WITH CHECK (true);
CREATE POLICY lookup_reads ON hall.worker_flag AS PERMISSIVE FOR SELECT TO hall_lookup
  USING (true);
CREATE POLICY tenant ON hall.worker_flag AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.worker_flag FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.worker_record (
  tenant_id uuid NOT NULL,
  record_hash text NOT NULL,
  record text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT worker_record_pkey PRIMARY KEY (tenant_id, record_hash),
  CONSTRAINT worker_record_record_hash_check CHECK ((record_hash ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT worker_record_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES hall.tenant(id) ON DELETE RESTRICT
);
ALTER TABLE hall.worker_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.worker_record FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.worker_record AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE hall.worker_transport (
  tenant_id uuid NOT NULL,
  worker_id text NOT NULL,
  version integer NOT NULL,
  digest text NOT NULL,
  url text NOT NULL,
  timeout_ms integer NOT NULL,
  tls_pin text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT worker_transport_pkey PRIMARY KEY (tenant_id, worker_id, version),
  CONSTRAINT worker_transport_digest_check CHECK ((digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT worker_transport_version_check CHECK ((version > 0)),
  CONSTRAINT worker_transport_tenant_id_worker_id_fkey FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker(tenant_id, worker_id) ON DELETE RESTRICT
);
ALTER TABLE hall.worker_transport ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.worker_transport FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.worker_transport AS PERMISSIVE FOR ALL TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));
CREATE TRIGGER raise_snapshot_version AFTER INSERT OR UPDATE ON hall.worker_transport FOR EACH ROW EXECUTE FUNCTION hall.raise_snapshot_version();

CREATE TABLE hall.worker_version (
  tenant_id uuid NOT NULL,
  worker_id text NOT NULL,
  version integer NOT NULL,
  record_hash text NOT NULL,
  species_id text NOT NULL,
  enrolled_at timestamp(3) with time zone NOT NULL,
  enrolled_by text,
  receipt_id uuid,
  CONSTRAINT worker_version_pkey PRIMARY KEY (tenant_id, worker_id, version),
  CONSTRAINT worker_version_version_check CHECK ((version > 0)),
  CONSTRAINT worker_version_tenant_id_record_hash_fkey FOREIGN KEY (tenant_id, record_hash) REFERENCES hall.worker_record(tenant_id, record_hash) ON DELETE RESTRICT,
  CONSTRAINT worker_version_tenant_id_worker_id_fkey FOREIGN KEY (tenant_id, worker_id) REFERENCES hall.worker(tenant_id, worker_id) ON DELETE RESTRICT
);
ALTER TABLE hall.worker_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.worker_version FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.worker_version AS PERMISSIVE FOR ALL TO hall_app
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid))
  WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE ledger.chain_head (
  tenant_id uuid NOT NULL,
  seq bigint DEFAULT 0 NOT NULL,
  head_hash bytea DEFAULT '\x'::bytea NOT NULL,
  epoch bigint DEFAULT 0 NOT NULL,
  CONSTRAINT chain_head_pkey PRIMARY KEY (tenant_id)
);
ALTER TABLE ledger.chain_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.chain_head FORCE ROW LEVEL SECURITY;
CREATE POLICY append_heads ON ledger.chain_head AS PERMISSIVE FOR SELECT TO hall_append
  USING (true);
CREATE POLICY append_moves ON ledger.chain_head AS PERMISSIVE FOR UPDATE TO hall_append
  USING (true)
  WITH CHECK (true);
CREATE POLICY ledger_heads ON ledger.chain_head AS PERMISSIVE FOR SELECT TO hall_ledger
  USING (true);
CREATE POLICY ledger_moves ON ledger.chain_head AS PERMISSIVE FOR UPDATE TO hall_ledger
  USING (true)
  WITH CHECK (true);
CREATE POLICY operator_creates ON ledger.chain_head AS PERMISSIVE FOR INSERT TO hall_operator
  WITH CHECK (true);
CREATE POLICY tenant ON ledger.chain_head AS PERMISSIVE FOR SELECT TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE ledger.chain_position (
  tenant_id uuid NOT NULL,
  seq bigint NOT NULL,
  leaf_index bigint NOT NULL,
  CONSTRAINT chain_position_pkey PRIMARY KEY (tenant_id, seq)
);
ALTER TABLE ledger.chain_position ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.chain_position FORCE ROW LEVEL SECURITY;
CREATE POLICY append_writes ON ledger.chain_position AS PERMISSIVE FOR INSERT TO hall_append
  WITH CHECK (true);
CREATE POLICY audit_reads ON ledger.chain_position AS PERMISSIVE FOR SELECT TO hall_append
  USING (true);
CREATE POLICY ledger_writes ON ledger.chain_position AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY tenant ON ledger.chain_position AS PERMISSIVE FOR SELECT TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE ledger.checkpoint (
  tree_size bigint NOT NULL,
  note text NOT NULL,
  stored_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT checkpoint_pkey PRIMARY KEY (tree_size)
);

CREATE TABLE ledger.cosignature (
  tree_size bigint NOT NULL,
  witness text NOT NULL,
  line text NOT NULL,
  cosigned_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT cosignature_pkey PRIMARY KEY (tree_size, witness),
  CONSTRAINT cosignature_line_check CHECK (((length(line) >= 1) AND (length(line) <= 1024))),
  CONSTRAINT cosignature_witness_check CHECK (((length(witness) >= 1) AND (length(witness) <= 160))),
  CONSTRAINT cosignature_tree_size_fkey FOREIGN KEY (tree_size) REFERENCES ledger.checkpoint(tree_size) ON DELETE RESTRICT
);

CREATE TABLE ledger.idempotency_key (
  tenant_id uuid NOT NULL,
  key text NOT NULL,
  request_digest bytea NOT NULL,
  receipt_id uuid NOT NULL,
  CONSTRAINT idempotency_key_pkey PRIMARY KEY (tenant_id, key)
);
ALTER TABLE ledger.idempotency_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.idempotency_key FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_keys ON ledger.idempotency_key AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY ledger_reads ON ledger.idempotency_key AS PERMISSIVE FOR SELECT TO hall_ledger
  USING (true);
CREATE POLICY tenant ON ledger.idempotency_key AS PERMISSIVE FOR SELECT TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE ledger.log_head (
  id boolean DEFAULT true NOT NULL,
  tree_size bigint NOT NULL,
  root bytea NOT NULL,
  frontier bytea NOT NULL,
  epoch bigint NOT NULL,
  logged_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT log_head_pkey PRIMARY KEY (id),
  CONSTRAINT log_head_id_check CHECK (id),
  CONSTRAINT log_head_root_check CHECK ((octet_length(root) = 32))
);

CREATE TABLE ledger.log_leaf (
  leaf_index bigint NOT NULL,
  receipt_hash bytea NOT NULL,
  CONSTRAINT log_leaf_pkey PRIMARY KEY (leaf_index),
  CONSTRAINT log_leaf_receipt_hash_check CHECK ((octet_length(receipt_hash) = 32))
);

CREATE TABLE ledger.log_node (
  level smallint NOT NULL,
  index bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT log_node_pkey PRIMARY KEY (level, index),
  CONSTRAINT log_node_hash_check CHECK ((octet_length(hash) = 32))
);

CREATE TABLE ledger.receipt (
  leaf_index bigint NOT NULL,
  tenant_id uuid NOT NULL,
  seq bigint NOT NULL,
  receipt_id uuid NOT NULL,
  kind text NOT NULL,
  logged_at timestamp(3) with time zone NOT NULL,
  receipt_hash bytea NOT NULL,
  body bytea STORAGE EXTERNAL NOT NULL,
  CONSTRAINT receipt_pkey PRIMARY KEY (leaf_index),
  CONSTRAINT receipt_hash_is_of_body CHECK ((sha256(body) = receipt_hash))
) PARTITION BY RANGE (leaf_index);
CREATE INDEX receipt_acts ON ONLY ledger.receipt USING btree (tenant_id, seq) WHERE (kind <> ALL (ARRAY['decision'::text, 'outcome'::text]));
ALTER TABLE ledger.receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY append_writes ON ledger.receipt AS PERMISSIVE FOR INSERT TO hall_append
  WITH CHECK (true);
CREATE POLICY audit_reads ON ledger.receipt AS PERMISSIVE FOR SELECT TO hall_append
  USING (true);
CREATE POLICY ledger_writes ON ledger.receipt AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY tenant ON ledger.receipt AS PERMISSIVE FOR SELECT TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE ledger.receipt_000000 (
  leaf_index bigint NOT NULL,
  tenant_id uuid NOT NULL,
  seq bigint NOT NULL,
  receipt_id uuid NOT NULL,
  kind text NOT NULL,
  logged_at timestamp(3) with time zone NOT NULL,
  receipt_hash bytea NOT NULL,
  body bytea STORAGE EXTERNAL NOT NULL,
  CONSTRAINT receipt_000000_pkey PRIMARY KEY (leaf_index),
  CONSTRAINT receipt_hash_is_of_body CHECK ((sha256(body) = receipt_hash))
) WITH (toast_tuple_target=8160);
ALTER TABLE ledger.receipt ATTACH PARTITION ledger.receipt_000000 FOR VALUES FROM ('0') TO ('1000000');
CREATE INDEX receipt_000000_tenant_id_seq_idx ON ledger.receipt_000000 USING btree (tenant_id, seq) WHERE (kind <> ALL (ARRAY['decision'::text, 'outcome'::text]));
ALTER TABLE ledger.receipt_000000 ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.receipt_000000 FORCE ROW LEVEL SECURITY;

CREATE TABLE ledger.receipt_000001 (
  leaf_index bigint NOT NULL,
  tenant_id uuid NOT NULL,
  seq bigint NOT NULL,
  receipt_id uuid NOT NULL,
  kind text NOT NULL,
  logged_at timestamp(3) with time zone NOT NULL,
  receipt_hash bytea NOT NULL,
  body bytea STORAGE EXTERNAL NOT NULL,
  CONSTRAINT receipt_000001_pkey PRIMARY KEY (leaf_index),
  CONSTRAINT receipt_hash_is_of_body CHECK ((sha256(body) = receipt_hash))
) WITH (toast_tuple_target=8160);
ALTER TABLE ledger.receipt ATTACH PARTITION ledger.receipt_000001 FOR VALUES FROM ('1000000') TO ('2000000');
CREATE INDEX receipt_000001_tenant_id_seq_idx ON ledger.receipt_000001 USING btree (tenant_id, seq) WHERE (kind <> ALL (ARRAY['decision'::text, 'outcome'::text]));
ALTER TABLE ledger.receipt_000001 ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.receipt_000001 FORCE ROW LEVEL SECURITY;

CREATE TABLE ledger.receipt_id_index (
  receipt_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  leaf_index bigint NOT NULL,
  CONSTRAINT receipt_id_index_pkey PRIMARY KEY (receipt_id)
);
ALTER TABLE ledger.receipt_id_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.receipt_id_index FORCE ROW LEVEL SECURITY;
CREATE POLICY append_writes ON ledger.receipt_id_index AS PERMISSIVE FOR INSERT TO hall_append
  WITH CHECK (true);
CREATE POLICY audit_reads ON ledger.receipt_id_index AS PERMISSIVE FOR SELECT TO hall_append
  USING (true);
CREATE POLICY ledger_writes ON ledger.receipt_id_index AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY tenant ON ledger.receipt_id_index AS PERMISSIVE FOR SELECT TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE ledger.receipt_signature (
  leaf_index bigint NOT NULL,
  tenant_id uuid NOT NULL,
  signature bytea NOT NULL,
  CONSTRAINT receipt_signature_pkey PRIMARY KEY (leaf_index),
  CONSTRAINT receipt_signature_signature_check CHECK ((octet_length(signature) = 64))
);
ALTER TABLE ledger.receipt_signature ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.receipt_signature FORCE ROW LEVEL SECURITY;
CREATE POLICY act_signatures ON ledger.receipt_signature AS PERMISSIVE FOR INSERT TO hall_app, hall_operator
  WITH CHECK (((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid) AND (EXISTS ( SELECT 1
   FROM ledger.receipt r
  WHERE (r.leaf_index = receipt_signature.leaf_index)))));
CREATE POLICY ledger_writes ON ledger.receipt_signature AS PERMISSIVE FOR INSERT TO hall_ledger
  WITH CHECK (true);
CREATE POLICY tenant ON ledger.receipt_signature AS PERMISSIVE FOR SELECT TO hall_app, hall_operator
  USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid));

CREATE TABLE ledger.seal_head (
  id boolean DEFAULT true NOT NULL,
  tree_size bigint NOT NULL,
  CONSTRAINT seal_head_pkey PRIMARY KEY (id),
  CONSTRAINT seal_head_id_check CHECK (id)
);

CREATE OR REPLACE FUNCTION hall.keep_agreement_ended()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
BEGIN
  IF OLD.state = 'terminated' THEN
    RAISE EXCEPTION 'a terminated agreement does not change' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $function$;

CREATE OR REPLACE FUNCTION hall.keep_agreement_signed()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
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
END $function$;

CREATE OR REPLACE FUNCTION hall.note_key_use(p_tenants uuid[], p_keys uuid[], p_used bigint[], p_last timestamp with time zone[], p_day date)
 RETURNS TABLE(key_id uuid, used_today bigint, used_ever bigint)
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  INSERT INTO hall.key_use AS u (tenant_id, key_id, day, used_today, used_ever, last_used_at)
  SELECT n.tenant_id, n.key_id, p_day, n.used, n.used, n.last_used_at
  FROM unnest(p_tenants, p_keys, p_used, p_last) AS n (tenant_id, key_id, used, last_used_at)
  -- Two instances that note the same keys take them in the same order.
  ORDER BY n.key_id
  ON CONFLICT ON CONSTRAINT key_use_pkey DO UPDATE SET
    -- A day never goes back: of two instances at midnight the later one counts.
    day = greatest(u.day, EXCLUDED.day),
    used_today = CASE WHEN EXCLUDED.day > u.day THEN EXCLUDED.used_today ELSE u.used_today + EXCLUDED.used_today END,
    used_ever = u.used_ever + EXCLUDED.used_ever,
    last_used_at = greatest(u.last_used_at, EXCLUDED.last_used_at)
  RETURNING u.key_id, u.used_today, u.used_ever
$function$;

CREATE OR REPLACE FUNCTION hall.raise_snapshot_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
DECLARE v_tenant uuid := NEW.tenant_id;
BEGIN
  UPDATE hall.snapshot_version SET version = version + 1 WHERE tenant_id = v_tenant;
  PERFORM pg_notify('guildhall_snapshot', v_tenant::text);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION hall.raise_tenant_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
BEGIN
  UPDATE hall.snapshot_version SET version = version + 1 WHERE tenant_id = NEW.id;
  PERFORM pg_notify('guildhall_snapshot', NEW.id::text);
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION ledger.append(p_tenant uuid, p_leaf_index bigint, p_seq bigint, p_receipt_id uuid, p_kind text, p_logged_at timestamp with time zone, p_hash bytea, p_body bytea, p_root bytea, p_frontier bytea, p_node_levels smallint[], p_node_indexes bigint[], p_node_hashes bytea[], p_fence text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
BEGIN
  IF p_tenant IS DISTINCT FROM NULLIF(current_setting('app.tenant_id', true), '')::uuid THEN
    RAISE EXCEPTION 'append: the transaction names another tenant' USING ERRCODE = '42501';
  END IF;
  IF p_fence NOT IN ('none', 'tenant', 'hall') THEN
    RAISE EXCEPTION 'append: unknown fence %', p_fence USING ERRCODE = '22023';
  END IF;
  UPDATE ledger.log_head SET tree_size = p_leaf_index + 1, root = p_root, frontier = p_frontier, logged_at = p_logged_at,
      epoch = epoch + (p_fence = 'hall')::int
    WHERE id AND tree_size = p_leaf_index;
  IF NOT FOUND THEN RAISE EXCEPTION 'append: the log has moved on' USING ERRCODE = '40001'; END IF;
  UPDATE ledger.chain_head SET seq = p_seq + 1, head_hash = p_hash, epoch = epoch + (p_fence = 'tenant')::int
    WHERE tenant_id = p_tenant AND seq = p_seq;
  IF NOT FOUND THEN RAISE EXCEPTION 'append: the chain has moved on' USING ERRCODE = '40001'; END IF;
  INSERT INTO ledger.receipt (leaf_index, tenant_id, seq, receipt_id, kind, logged_at, receipt_hash, body)
    VALUES (p_leaf_index, p_tenant, p_seq, p_receipt_id, p_kind, p_logged_at, p_hash, p_body);
  INSERT INTO ledger.chain_position (tenant_id, seq, leaf_index) VALUES (p_tenant, p_seq, p_leaf_index);
  INSERT INTO ledger.receipt_id_index (receipt_id, tenant_id, leaf_index) VALUES (p_receipt_id, p_tenant, p_leaf_index);
  INSERT INTO ledger.log_leaf (leaf_index, receipt_hash) VALUES (p_leaf_index, p_hash);
  INSERT INTO ledger.log_node (level, index, hash)
    SELECT * FROM unnest(p_node_levels, p_node_indexes, p_node_hashes);
  PERFORM pg_notify('guildhall_ledger', '');
END $function$;

CREATE OR REPLACE FUNCTION ledger.audit_rows(p_from bigint, p_to bigint)
 RETURNS TABLE(leaf_index bigint, tenant_id uuid, seq bigint, receipt_hash bytea, body_hash bytea, leaf_hash bytea, prev_hash text, is_consistent boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT n.i, r.tenant_id, r.seq, r.receipt_hash, sha256(r.body), l.receipt_hash,
    b.said ->> 'prev_receipt_hash',
    -- What stands beside the body says what the body says.
    COALESCE((b.said @> jsonb_build_object('chain', r.tenant_id, 'seq', r.seq,
        'leaf_index', r.leaf_index, 'receipt_id', r.receipt_id, 'kind', r.kind))
      AND p.leaf_index = r.leaf_index AND x.leaf_index = r.leaf_index AND x.tenant_id = r.tenant_id, false)
  FROM generate_series(p_from, p_to - 1) AS n (i)
  LEFT JOIN ledger.receipt r ON r.leaf_index = n.i
  LEFT JOIN LATERAL (SELECT ledger.read_body(r.body) AS said) b ON true
  LEFT JOIN ledger.log_leaf l ON l.leaf_index = n.i
  LEFT JOIN ledger.chain_position p ON p.tenant_id = r.tenant_id AND p.seq = r.seq
  LEFT JOIN ledger.receipt_id_index x ON x.receipt_id = r.receipt_id
  ORDER BY n.i
$function$;

CREATE OR REPLACE FUNCTION ledger.ensure_receipt_partitions(p_leaf bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
DECLARE v_first bigint; v_name text; v_n bigint;
BEGIN
  FOR v_n IN p_leaf / 1000000 .. p_leaf / 1000000 + 1 LOOP
    v_first := v_n * 1000000;
    v_name := 'receipt_' || lpad(v_n::text, 6, '0');
    CONTINUE WHEN to_regclass('ledger.' || v_name) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('guildhall.receipt_partition'));
    -- Asked of the table: waiting for an advisory lock does not refresh the cache that to_regclass reads.
    CONTINUE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_class c
      WHERE c.relnamespace = 'ledger'::regnamespace AND c.relname = v_name);
    -- Made beside the parent and attached after: CREATE ... PARTITION OF would lock out the log meanwhile.
    EXECUTE format('CREATE TABLE ledger.%I (LIKE ledger.receipt INCLUDING ALL) WITH (toast_tuple_target = 8160)', v_name);
    EXECUTE format('ALTER TABLE ledger.%I ENABLE ROW LEVEL SECURITY', v_name);
    EXECUTE format('ALTER TABLE ledger.%I FORCE ROW LEVEL SECURITY', v_name);
    EXECUTE format('ALTER TABLE ledger.receipt ATTACH PARTITION ledger.%I FOR VALUES FROM (%s) TO (%s)',
      v_name, v_first, v_first + 1000000);
  END LOOP;
END $function$;

CREATE OR REPLACE FUNCTION ledger.last_logged(p_tenants uuid[])
 RETURNS TABLE(tenant_id uuid, logged_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT t.id, (
    SELECT r.logged_at FROM ledger.chain_position p JOIN ledger.receipt r ON r.leaf_index = p.leaf_index
    WHERE p.tenant_id = t.id ORDER BY p.seq DESC LIMIT 1)
  FROM unnest(p_tenants) AS t (id)
$function$;

CREATE OR REPLACE FUNCTION ledger.read_body(p_body bytea)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
BEGIN
  RETURN convert_from(p_body, 'UTF8')::jsonb;
EXCEPTION WHEN OTHERS THEN RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION ledger.store_seal(p_tree_size bigint, p_note text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
DECLARE v_from bigint;
BEGIN
  SELECT h.tree_size INTO v_from FROM ledger.seal_head h WHERE h.id FOR UPDATE;
  IF v_from >= p_tree_size THEN RETURN false; END IF;
  IF p_tree_size > (SELECT l.tree_size FROM ledger.log_head l WHERE l.id) THEN
    RAISE EXCEPTION 'store_seal: % leaves are more than the log has', p_tree_size USING ERRCODE = '22023';
  END IF;
  UPDATE ledger.seal_head SET tree_size = p_tree_size WHERE id;
  INSERT INTO ledger.checkpoint (tree_size, note) VALUES (p_tree_size, p_note);
  INSERT INTO queue.job (id, name, data, expire_seconds, deletion_seconds, keep_until, retry_limit, retry_delay,
      retry_backoff, retry_delay_max, policy, dead_letter, heartbeat_seconds)
    SELECT d.id, q.name, jsonb_build_object('tenant_id', d.tenant_id, 'dispatch_id', d.id), q.expire_seconds,
      q.deletion_seconds, now() + q.retention_seconds * interval '1s', q.retry_limit, q.retry_delay, q.retry_backoff,
      q.retry_delay_max, q.policy, q.dead_letter, q.heartbeat_seconds
    FROM hall.dispatch d
    JOIN queue.queue q ON q.name = CASE WHEN d.start_by > clock_timestamp() THEN 'dispatch' ELSE 'dispatch-abort' END
    WHERE d.leaf_index >= v_from AND d.leaf_index < p_tree_size
    ON CONFLICT DO NOTHING;
  IF FOUND THEN PERFORM pg_notify('guildhall_dispatch', ''); END IF;
  RETURN true;
END $function$;

CREATE OR REPLACE FUNCTION ledger.take_heads(p_tenant uuid)
 RETURNS TABLE(tree_size bigint, frontier bytea, logged_at timestamp with time zone, log_epoch bigint, seq bigint, head_hash bytea, chain_epoch bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
BEGIN
  IF p_tenant IS DISTINCT FROM NULLIF(current_setting('app.tenant_id', true), '')::uuid THEN
    RAISE EXCEPTION 'take_heads: the transaction names another tenant' USING ERRCODE = '42501';
  END IF;
  PERFORM 1 FROM ledger.log_head h WHERE h.id FOR UPDATE;
  RETURN QUERY
    SELECT h.tree_size, h.frontier, h.logged_at::timestamptz, h.epoch, c.seq, c.head_hash, c.epoch
    FROM ledger.log_head h, ledger.chain_head c WHERE h.id AND c.tenant_id = p_tenant;
END $function$;

CREATE OR REPLACE FUNCTION lookup.account(p_email text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT a.id FROM hall.account a WHERE a.email = p_email
$function$;

CREATE OR REPLACE FUNCTION lookup.account_of_subject(p_issuer text, p_subject text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT a.id FROM hall.account a WHERE a.issuer = p_issuer AND a.subject = p_subject
$function$;

CREATE OR REPLACE FUNCTION lookup.api_key(p_hash bytea)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT k.tenant_id, k.id FROM hall.api_key k WHERE k.key_hash = p_hash
$function$;

CREATE OR REPLACE FUNCTION lookup.dispatch(p_id uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT d.tenant_id FROM hall.dispatch d WHERE d.id = p_id
$function$;

CREATE OR REPLACE FUNCTION lookup.is_anothers_domain(p_tenant uuid, p_domain text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT EXISTS (SELECT 1 FROM hall.name_proof p WHERE p.kind = 'email' AND p.name = p_domain
    AND p.tenant_id <> p_tenant AND p.proved_at IS NOT NULL AND p.lost_at IS NULL AND p.released_at IS NULL)
$function$;

CREATE OR REPLACE FUNCTION lookup.memberships(p_account uuid)
 RETURNS TABLE(tenant_id uuid, member_id uuid, slug text, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT m.tenant_id, m.id, t.slug, t.name FROM hall.member m JOIN hall.tenant t ON t.id = m.tenant_id
  WHERE m.account_id = p_account AND m.joined_at IS NOT NULL AND m.removed_at IS NULL ORDER BY t.slug
$function$;

CREATE OR REPLACE FUNCTION lookup.namespace_claim(p_tenant uuid, p_namespace text, p_skeleton text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT coalesce((
    SELECT CASE
      WHEN n.tenant_id = p_tenant AND n.released_at IS NULL THEN
        CASE WHEN n.namespace = p_namespace THEN 'own' ELSE 'alike' END
      WHEN n.namespace = p_namespace THEN 'taken'
      ELSE 'alike' END
    FROM hall.namespace n WHERE n.skeleton = p_skeleton), 'free')
$function$;

CREATE OR REPLACE FUNCTION lookup.revoked_certificates(p_authority text, p_valid_after timestamp with time zone)
 RETURNS TABLE(id uuid, revoked_at timestamp with time zone, reason text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT c.id, c.revoked_at, c.revocation_reason FROM hall.certificate c
  WHERE c.authority_key_id = p_authority AND c.revoked_at IS NOT NULL AND c.valid_until > p_valid_after
  ORDER BY c.revoked_at, c.id
$function$;

CREATE OR REPLACE FUNCTION lookup.session(p_hash bytea)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT s.tenant_id, s.id FROM hall.session s WHERE s.token_hash = p_hash
$function$;

CREATE OR REPLACE FUNCTION lookup.sign_in_link(p_hash bytea)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT l.tenant_id, l.id FROM hall.sign_in_link l WHERE l.token_hash = p_hash
$function$;

CREATE OR REPLACE FUNCTION lookup.snapshot_versions(p_tenants uuid[])
 RETURNS TABLE(tenant_id uuid, version bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT v.tenant_id, v.version FROM hall.snapshot_version v WHERE v.tenant_id = ANY (p_tenants)
$function$;

CREATE OR REPLACE FUNCTION lookup.sole_tenant()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT CASE WHEN count(*) = 1 THEN min(t.id::text)::uuid END FROM hall.tenant t
  WHERE t.id <> '00000000-0000-4000-8000-000000000000'
$function$;

CREATE OR REPLACE FUNCTION lookup.sso_tenant(p_domain text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT p.tenant_id FROM hall.name_proof p JOIN hall.sso_connection c ON c.tenant_id = p.tenant_id
  WHERE p.kind = 'email' AND p.name = p_domain AND p.proved_at IS NOT NULL AND p.released_at IS NULL
    AND c.removed_at IS NULL
  ORDER BY p.lost_at IS NOT NULL, p.proved_at LIMIT 1
$function$;

CREATE OR REPLACE FUNCTION lookup.tenant_figures(p_tenants uuid[], p_at timestamp with time zone)
 RETURNS TABLE(tenant_id uuid, members bigint, owners bigint, is_owner_invited boolean, invitation_until timestamp with time zone, keys bigint, agreements bigint, workers bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION lookup.tenants_with_ending_certificates(p_after timestamp with time zone, p_until timestamp with time zone)
 RETURNS TABLE(tenant_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT DISTINCT c.tenant_id FROM hall.certificate c
  WHERE c.revoked_at IS NULL AND c.valid_until > p_after AND c.valid_until <= p_until
$function$;

CREATE OR REPLACE FUNCTION lookup.tenants_with_stale_proofs(p_before timestamp with time zone)
 RETURNS TABLE(tenant_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  SELECT DISTINCT p.tenant_id FROM hall.name_proof p
  WHERE p.proved_at IS NOT NULL AND p.released_at IS NULL AND p.checked_at <= p_before
$function$;

CREATE OR REPLACE FUNCTION lookup.verified_worker(p_worker_id text, p_namespace text)
 RETURNS TABLE(status text, is_flagged boolean, is_suspended boolean, package_hash text, declared_at timestamp with time zone, ai_generated boolean, ai_service text, ai_model text, ai_session text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  WITH declared AS (
    SELECT d.* FROM hall.package_declaration d
    WHERE d.worker_id = p_worker_id AND d.superseded_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM hall.namespace n WHERE n.namespace = p_namespace
                      AND (n.released_at IS NOT NULL OR n.tenant_id <> d.tenant_id))
  )
  SELECT w.status,
    EXISTS (SELECT 1 FROM hall.worker_flag f
            WHERE f.tenant_id = w.tenant_id AND f.worker_id = w.worker_id AND f.cleared_at IS NULL),
    t.standing = 'suspended',
    d.package_hash, d.declared_at, d.ai_generated, d.ai_service, d.ai_model, d.ai_session
  FROM declared d
  JOIN hall.worker w ON w.tenant_id = d.tenant_id AND w.worker_id = d.worker_id
  JOIN hall.tenant t ON t.id = d.tenant_id
  WHERE (SELECT count(*) FROM declared) = 1
$function$;
