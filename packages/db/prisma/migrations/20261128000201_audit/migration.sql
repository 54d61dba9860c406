-- What the auditor compares: of each stored receipt its places and hashes, never its body. The body is hashed anew
-- from the stored bytes. Belongs to the role of the ledger's functions, which nobody logs in as.
GRANT SELECT ON ledger.receipt, ledger.chain_position, ledger.receipt_id_index, ledger.log_leaf TO hall_append;
CREATE POLICY audit_reads ON ledger.receipt FOR SELECT TO hall_append USING (true);
CREATE POLICY audit_reads ON ledger.chain_position FOR SELECT TO hall_append USING (true);
CREATE POLICY audit_reads ON ledger.receipt_id_index FOR SELECT TO hall_append USING (true);

CREATE FUNCTION ledger.audit_rows(p_from bigint, p_to bigint)
RETURNS TABLE (leaf_index bigint, tenant_id uuid, seq bigint, receipt_hash bytea, body_hash bytea, leaf_hash bytea,
               prev_hash text, is_consistent boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT n.i, r.tenant_id, r.seq, r.receipt_hash, sha256(r.body), l.receipt_hash,
    convert_from(r.body, 'UTF8')::jsonb ->> 'prev_receipt_hash',
    -- What stands beside the body says what the body says.
    COALESCE((convert_from(r.body, 'UTF8')::jsonb @> jsonb_build_object('chain', r.tenant_id, 'seq', r.seq,
        'leaf_index', r.leaf_index, 'receipt_id', r.receipt_id, 'kind', r.kind))
      AND p.leaf_index = r.leaf_index AND x.leaf_index = r.leaf_index AND x.tenant_id = r.tenant_id, false)
  FROM generate_series(p_from, p_to - 1) AS n (i)
  LEFT JOIN ledger.receipt r ON r.leaf_index = n.i
  LEFT JOIN ledger.log_leaf l ON l.leaf_index = n.i
  LEFT JOIN ledger.chain_position p ON p.tenant_id = r.tenant_id AND p.seq = r.seq
  LEFT JOIN ledger.receipt_id_index x ON x.receipt_id = r.receipt_id
  ORDER BY n.i
$$;

DO $$
BEGIN
  GRANT CREATE ON SCHEMA ledger TO hall_append;
  REVOKE ALL ON FUNCTION ledger.audit_rows(bigint, bigint) FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ledger.audit_rows(bigint, bigint) TO hall_operator;
  ALTER FUNCTION ledger.audit_rows(bigint, bigint) OWNER TO hall_append;
  REVOKE CREATE ON SCHEMA ledger FROM hall_append;
END $$;
