/**
 * What the auditor sees of the tables: each row by its place, `table key`, and what a receipt says of such a row. What
 * a receipt names by digest is hashed here from what is stored, so neither an address nor a bundle leaves the database.
 */

/** Of a tenant, or of the Hall's own house: who is a member, and what opens a door for them. */
const PEOPLE = `
  SELECT 'member ' || id, jsonb_build_object('role', COALESCE(custom_role, role),
      'joined_at', ${instant("joined_at")}, 'removed_at', ${instant("removed_at")},
      'account_digest', ${textDigest("id || E'\n' || account_id")})
    FROM hall.member
  UNION ALL
  SELECT 'session ' || id, jsonb_build_object('member_id', member_id, 'factors', factors,
      'token_digest', ${sha256("token_hash")}, 'expires_at', ${instant("expires_at")},
      'step_up_at', ${instant("step_up_at")}, 'ended_at', ${instant("ended_at")},
      'sso_connection', sso_connection_id)
    FROM hall.session WHERE NOT awaits_factor AND expires_at > now()
  UNION ALL
  SELECT 'sign_in_link ' || id, jsonb_build_object('member_id', member_id, 'purpose', purpose,
      'token_digest', ${sha256("token_hash")}, 'expires_at', ${instant("expires_at")})
    FROM hall.sign_in_link WHERE expires_at > now()`;

/** The tables of one tenant, as its own policies show them. */
export const STATE_OF_TENANT = `
  SELECT 'api_key ' || id AS place, jsonb_build_object('identities', identities, 'scopes', scopes,
      'key_digest', ${sha256("key_hash")}, 'expires_at', ${instant("expires_at")},
      'revoked_at', ${instant("revoked_at")}, 'replaced_by', replaced_by, 'environments', NULLIF(environments, '{}'),
      'addresses_digest', CASE WHEN addresses <> '{}' THEN
        ${textDigest(`id || E'\n' || array_to_string(addresses, E'\n')`)} END,
      'agent', agent, 'requests_per_minute', requests_per_minute, 'requests_per_day', requests_per_day) AS facts
    FROM hall.api_key
  UNION ALL
  SELECT 'worker ' || w.worker_id, jsonb_build_object('species_id', w.species_id, 'status', w.status,
      'record_hash', w.record_hash, 'content', ${recordHash("r")})
    FROM hall.worker w LEFT JOIN hall.worker_record r USING (tenant_id, record_hash)
  UNION ALL
  SELECT 'worker_version ' || worker_id || ' ' || version, jsonb_build_object('record_hash', record_hash,
      'species_id', species_id, 'receipt_id', receipt_id, 'enrolled_by', enrolled_by)
    FROM hall.worker_version WHERE receipt_id IS NOT NULL
  UNION ALL
  SELECT 'package_declaration ' || id, jsonb_build_object('worker_id', worker_id, 'package_hash', package_hash,
      'superseded_at', ${instant("superseded_at")})
    FROM hall.package_declaration
  UNION ALL
  SELECT 'presence', jsonb_build_object('online', online, 'standing', standing,
      'checked_at', ${instant("checked_at")})
    FROM hall.presence
  UNION ALL
  SELECT 'worker_transport ' || worker_id || ' ' || version, jsonb_build_object('digest', digest,
      'content', ${textDigest(`'{"kind":"http","timeout_ms":' || timeout_ms || ',"tls_pin":'
        || COALESCE(to_json(tls_pin)::text, 'null') || ',"url":' || to_json(url)::text || '}'`)})
    FROM hall.worker_transport
  UNION ALL
  SELECT 'custom_role ' || name, jsonb_build_object('permissions', permissions, 'retired_at', ${instant("retired_at")})
    FROM hall.custom_role
  UNION ALL
  SELECT 'name_proof ' || id, jsonb_build_object('kind', kind, 'name', name, 'proved_at', ${instant("proved_at")},
      'lost_at', ${instant("lost_at")}, 'released_at', ${instant("released_at")})
    FROM hall.name_proof
  UNION ALL
  SELECT 'sso_connection ' || id, jsonb_build_object('join_role', join_role, 'is_required', is_required,
      'provider_digest', ${textDigest(`id || E'\n' || issuer || E'\n' || client_id`)},
      'removed_at', ${instant("removed_at")})
    FROM hall.sso_connection
  UNION ALL
  SELECT 'active_bundle', jsonb_build_object('digest', a.digest, 'content', ${textDigest("b.bundle")})
    FROM hall.active_bundle a LEFT JOIN hall.rule_bundle b USING (tenant_id, digest)
  UNION ALL
  SELECT 'bundle_publication ' || number, jsonb_build_object('digest', digest, 'previous_digest', previous_digest,
      'receipt_id', receipt_id, 'note', note, 'rolled_back_from', rolled_back_from, 'published_by', published_by)
    FROM hall.bundle_publication
  UNION ALL
  SELECT 'profile_head ' || h.profile_id, jsonb_build_object('digest', h.digest,
      'content', ${textDigest("p.content")}, 'retired_at', ${instant("h.retired_at")})
    FROM hall.profile_head h LEFT JOIN hall.profile p USING (tenant_id, profile_id, digest)
  UNION ALL
  SELECT 'environment_profile ' || env, jsonb_build_object('profile_id', profile_id)
    FROM hall.environment_profile
  UNION ALL
  SELECT 'certificate ' || id, jsonb_build_object('certification_id', certification_id, 'worker_id', worker_id,
      'record_hash', record_hash, 'digest', digest, 'content', ${sha256("der")}, 'authority', authority_key_id,
      'is_key_held', is_key_held, 'capabilities', capabilities, 'environments', environments,
      'data_labels', data_labels, 'valid_from', ${instant("valid_from")}, 'valid_until', ${instant("valid_until")},
      'receipt_id', receipt_id, 'revoked_at', ${instant("revoked_at")}, 'revocation_reason', revocation_reason,
      'revocation_receipt_id', revocation_receipt_id)
    FROM hall.certificate
  UNION ALL
  SELECT 'runner_key ' || id, jsonb_build_object('public_key', ${base64("public_key")},
      'retired_at', ${instant("retired_at")})
    FROM hall.runner_key
  UNION ALL
  SELECT 'worker_attestation ' || id, jsonb_build_object('worker_id', worker_id, 'worker_version', worker_version,
      'method', method, 'namespace_key_id', namespace_key_id, 'envelope_digest', envelope_digest,
      'content', ${textDigest("envelope")}, 'registered_hash', ${commitment("package_hash")},
      'superseded_at', ${instant("superseded_at")})
    FROM hall.worker_attestation
  UNION ALL
  SELECT 'measurement ' || id, jsonb_build_object('worker_id', worker_id, 'attestation_id', attestation_id,
      'method', method, 'matches', matches, 'runner_id', runner_id, 'current_hash', ${commitment("hash")},
      'answered_at', ${instant("answered_at")}, 'valid_until', ${instant("valid_until")})
    FROM hall.measurement WHERE id IS NOT NULL
  UNION ALL
  SELECT 'worker_flag ' || id, jsonb_build_object('worker_id', worker_id, 'measurement_id', measurement_id,
      'cleared_at', ${instant("cleared_at")}, 'clear_reason', clear_reason)
    FROM hall.worker_flag
  UNION ALL
  SELECT 'alert ' || id, jsonb_build_object('level', level, 'code', code) FROM hall.alert
  UNION ALL
  ${PEOPLE}
  UNION ALL
  SELECT 'agreement ' || id, jsonb_build_object('state', state, 'version', version, 'created_by', created_by,
      'changed_at', ${instant("changed_at")}, 'changed_by', changed_by, 'reason', reason, 'receipt_id', receipt_id)
    FROM hall.agreement
  UNION ALL
  SELECT 'agreement_version ' || agreement_id || ' ' || version, jsonb_build_object('version', version,
      'digest', digest, 'content', ${textDigest("document")}, 'drafted_by', drafted_by,
      'draft_receipt_id', draft_receipt_id, 'signed_at', ${instant("signed_at")}, 'signed_by', signed_by,
      'sign_receipt_id', sign_receipt_id, 'countersigned_at', ${instant("countersigned_at")},
      'countersigning_key_id', countersigning_key_id, 'countersignature', ${textDigest("countersignature")},
      'countersign_receipt_id', countersign_receipt_id, 'activated_at', ${instant("activated_at")},
      'activated_by', activated_by, 'activate_receipt_id', activate_receipt_id)
    FROM hall.agreement_version
  UNION ALL
  SELECT 'certification_request ' || id, jsonb_build_object('worker_id', worker_id, 'record_hash', record_hash,
      'capabilities', capabilities, 'environments', environments, 'data_labels', data_labels,
      'requested_by', requested_by, 'request_receipt_id', request_receipt_id, 'state', state,
      'decided_at', ${instant("decided_at")}, 'decided_by', decided_by, 'decision_receipt_id', decision_receipt_id,
      'reason', reason, 'checklist', checklist::jsonb, 'certificate_id', certificate_id)
    FROM hall.certification_request
  UNION ALL
  SELECT 'certificate_reminder ' || certificate_id || ' ' || days, jsonb_build_object('receipt_id', receipt_id,
      'reminded_at', ${instant("reminded_at")})
    FROM hall.certificate_reminder
  UNION ALL
  SELECT 'shadow_run ' || id, jsonb_build_object('digest', digest, 'started_by', started_by,
      'started_at', ${instant("started_at")}, 'ended_at', ${instant("ended_at")})
    FROM hall.shadow_run
  UNION ALL
  SELECT 'bundle_draft ' || id, jsonb_build_object('consent_by', consent_by,
      'consent_at', ${instant("consent_at")}, 'consent_revision', consent_revision)
    FROM hall.bundle_draft WHERE consent_by IS NOT NULL`;

/** What the Hall's own chain speaks of, whosever it is. */
export const STATE_OF_HALL = `
  SELECT 'tenant ' || id AS place, jsonb_build_object('slug', slug, 'standing', standing) AS facts FROM hall.tenant
  UNION ALL
  SELECT 'signatory_identity ' || tenant_id || ' ' || identity, '{}'::jsonb FROM hall.signatory_identity
  UNION ALL
  SELECT 'namespace ' || namespace, jsonb_build_object('tenant', tenant_id, 'released_at', ${instant("released_at")})
    FROM hall.namespace
  UNION ALL
  SELECT 'namespace_key ' || id, jsonb_build_object('tenant', tenant_id, 'namespace', namespace,
      'public_key', ${base64("public_key")}, 'retired_at', ${instant("retired_at")})
    FROM hall.namespace_key
  UNION ALL
  SELECT 'hall_key ' || key_id || ' ' || role, jsonb_build_object('algorithm', algorithm, 'spki', ${base64("spki")},
      'module', module, 'state', state, 'not_after', ${instant("not_after")}, 'threshold', threshold,
      'introduced_by', introduced_by, 'retired_by', retired_by)
    FROM hall.hall_key
  UNION ALL
  SELECT 'grant_key ' || kid, jsonb_build_object('public_key', ${base64("public_key")},
      'not_before', ${instant("not_before")}, 'not_after', ${instant("not_after")})
    FROM hall.grant_key
  UNION ALL
  SELECT 'authority ' || key_id, jsonb_build_object('digest', ${textDigest(`'"' || ${base64("der")} || '"'`)},
      'not_before', ${instant("not_before")}, 'not_after', ${instant("not_after")}, 'receipt_id', receipt_id)
    FROM hall.authority
  UNION ALL
  SELECT 'founding_link ' || id, jsonb_build_object('kind', kind, 'token_digest', ${sha256("token_hash")},
      'founded', founded)
    FROM hall.founding_link WHERE expires_at > now() OR created_at > now() - interval '1 day'
  UNION ALL
  ${PEOPLE}`;

/** As receipts print a time. */
function instant(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

function sha256(bytes: string): string {
  return `'sha256:' || encode(sha256(${bytes}), 'hex')`;
}

function textDigest(text: string): string {
  return sha256(`convert_to(${text}, 'UTF8')`);
}

function base64(bytes: string): string {
  // encode() breaks its lines as MIME does.
  return `translate(encode(${bytes}, 'base64'), E'\\n', '')`;
}

/** A receipt commits to the hash under the row's salt. */
function commitment(hash: string): string {
  return sha256(`salt || convert_to(${hash}, 'UTF8')`);
}

/** A record is stored with the hash of the rest of it in front; null where that is another than the row's. */
function recordHash(row: string): string {
  const front = `'{"artifact_hash":"' || ${row}.record_hash || '",'`;
  return `CASE WHEN starts_with(${row}.record, ${front})
    THEN ${textDigest(`'{' || substr(${row}.record, length(${front}) + 1)`)} END`;
}
