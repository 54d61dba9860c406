-- The auditor folds acts, of which there are few among the decisions: it finds them without reading the decisions.
CREATE INDEX receipt_acts ON ledger.receipt (tenant_id, seq) WHERE kind NOT IN ('decision', 'outcome');

-- Whose identity is whose is said on the Hall's own chain, and compared with the rows of every tenant.
CREATE POLICY operator_sees ON hall.signatory_identity FOR SELECT TO hall_operator USING (true);

GRANT CREATE ON SCHEMA ledger TO hall_append;
SET LOCAL ROLE hall_append;

-- A body that is no JSON any more says nothing. Read by a cast, it would keep the auditor from every other row as well.
CREATE FUNCTION ledger.read_body(p_body bytea) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = '' AS $$
BEGIN
  RETURN convert_from(p_body, 'UTF8')::jsonb;
EXCEPTION WHEN OTHERS THEN RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION ledger.read_body(bytea) FROM PUBLIC;

CREATE OR REPLACE FUNCTION ledger.audit_rows(p_from bigint, p_to bigint)
RETURNS TABLE (leaf_index bigint, tenant_id uuid, seq bigint, receipt_hash bytea, body_hash bytea, leaf_hash bytea,
               prev_hash text, is_consistent boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
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
$$;

RESET ROLE;
REVOKE CREATE ON SCHEMA ledger FROM hall_append;
