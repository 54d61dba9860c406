-- The ledger: one chain a tenant, one RFC 6962 log a Hall. Nothing here is ever updated or deleted but the heads.

CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA ledger TO hall_app, hall_operator, hall_ledger, hall_append, hall_enqueue;

-- The log's head carries the right edge of the tree, so that any instance continues from it.
CREATE TABLE ledger.log_head (
  id          boolean PRIMARY KEY DEFAULT true CHECK (id),
  tree_size   bigint NOT NULL,
  root        bytea NOT NULL CHECK (octet_length(root) = 32),
  frontier    bytea NOT NULL,
  epoch       bigint NOT NULL,
  logged_at   timestamptz(3) NOT NULL
);
INSERT INTO ledger.log_head VALUES (true, 0, sha256(''), '', 0, '2000-01-01T00:00:00Z');

-- How far the tree is sealed: the size of the largest stored checkpoint.
CREATE TABLE ledger.seal_head (
  id          boolean PRIMARY KEY DEFAULT true CHECK (id),
  tree_size   bigint NOT NULL
);
INSERT INTO ledger.seal_head VALUES (true, 0);

-- seq is the next one; head_hash is empty before the first receipt.
CREATE TABLE ledger.chain_head (
  tenant_id   uuid PRIMARY KEY,
  seq         bigint NOT NULL DEFAULT 0,
  head_hash   bytea NOT NULL DEFAULT '',
  epoch       bigint NOT NULL DEFAULT 0
);
INSERT INTO ledger.chain_head (tenant_id) VALUES ('00000000-0000-4000-8000-000000000000');

-- The stored bytes are hashed again by the database: what is sealed is what is kept.
CREATE TABLE ledger.receipt (
  leaf_index   bigint NOT NULL,
  tenant_id    uuid NOT NULL,
  seq          bigint NOT NULL,
  receipt_id   uuid NOT NULL,
  kind         text NOT NULL,
  logged_at    timestamptz(3) NOT NULL,
  receipt_hash bytea NOT NULL,
  body         bytea NOT NULL,
  CONSTRAINT receipt_hash_is_of_body CHECK (sha256(body) = receipt_hash),
  PRIMARY KEY (leaf_index)
) PARTITION BY RANGE (leaf_index);
ALTER TABLE ledger.receipt ALTER COLUMN body SET STORAGE EXTERNAL;

-- PostgreSQL wants the partition key in every unique constraint, so uniqueness lives in narrow tables.
CREATE TABLE ledger.chain_position (
  tenant_id   uuid NOT NULL,
  seq         bigint NOT NULL,
  leaf_index  bigint NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);
CREATE TABLE ledger.receipt_id_index (
  receipt_id  uuid PRIMARY KEY,
  tenant_id   uuid NOT NULL,
  leaf_index  bigint NOT NULL
);
CREATE TABLE ledger.receipt_signature (
  leaf_index  bigint PRIMARY KEY,
  tenant_id   uuid NOT NULL,
  signature   bytea NOT NULL CHECK (octet_length(signature) = 64)
);
CREATE TABLE ledger.idempotency_key (
  tenant_id      uuid NOT NULL,
  key            text NOT NULL,
  request_digest bytea NOT NULL,
  receipt_id     uuid NOT NULL,
  PRIMARY KEY (tenant_id, key)
);

-- Hashes only, of all tenants: what public tiles are made of.
CREATE TABLE ledger.log_leaf (
  leaf_index   bigint PRIMARY KEY,
  receipt_hash bytea NOT NULL CHECK (octet_length(receipt_hash) = 32)
);
-- Complete subtrees of 256^level leaves, level 1 and up: a proof at any size reads a few ranges.
CREATE TABLE ledger.log_node (
  level       smallint NOT NULL,
  index       bigint NOT NULL,
  hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (level, index)
);
CREATE TABLE ledger.checkpoint (
  tree_size   bigint PRIMARY KEY,
  note        text NOT NULL,
  stored_at   timestamptz(3) NOT NULL DEFAULT now()
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['chain_head', 'receipt', 'chain_position', 'receipt_id_index', 'receipt_signature', 'idempotency_key']
  LOOP
    EXECUTE format('ALTER TABLE ledger.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE ledger.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format($p$CREATE POLICY tenant ON ledger.%I FOR SELECT TO hall_app, hall_operator
      USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$p$, t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['receipt', 'chain_position', 'receipt_id_index', 'receipt_signature']
  LOOP
    EXECUTE format('CREATE POLICY ledger_writes ON ledger.%I FOR INSERT TO hall_ledger WITH CHECK (true)', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['receipt', 'chain_position', 'receipt_id_index']
  LOOP
    EXECUTE format('CREATE POLICY append_writes ON ledger.%I FOR INSERT TO hall_append WITH CHECK (true)', t);
  END LOOP;
END $$;
CREATE POLICY ledger_reads ON ledger.idempotency_key FOR SELECT TO hall_ledger USING (true);
CREATE POLICY ledger_keys ON ledger.idempotency_key FOR INSERT TO hall_ledger WITH CHECK (true);
CREATE POLICY ledger_heads ON ledger.chain_head FOR SELECT TO hall_ledger USING (true);
CREATE POLICY ledger_moves ON ledger.chain_head FOR UPDATE TO hall_ledger USING (true) WITH CHECK (true);
CREATE POLICY append_heads ON ledger.chain_head FOR SELECT TO hall_append USING (true);
CREATE POLICY append_moves ON ledger.chain_head FOR UPDATE TO hall_append USING (true) WITH CHECK (true);
CREATE POLICY operator_creates ON ledger.chain_head FOR INSERT TO hall_operator WITH CHECK (true);

GRANT SELECT ON ledger.receipt, ledger.chain_position, ledger.receipt_id_index, ledger.receipt_signature,
  ledger.log_leaf, ledger.log_node, ledger.checkpoint, ledger.log_head, ledger.seal_head, ledger.chain_head TO hall_app, hall_operator;
GRANT INSERT ON ledger.chain_head TO hall_operator;
-- The signature of an administrative act, made once the act is committed.
CREATE POLICY act_signatures ON ledger.receipt_signature FOR INSERT TO hall_app, hall_operator
  WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid
    -- Row-level security shows the tenant's own receipts alone, so nobody signs for another's leaf.
    AND EXISTS (SELECT 1 FROM ledger.receipt r WHERE r.leaf_index = receipt_signature.leaf_index));
GRANT INSERT ON ledger.receipt_signature TO hall_app, hall_operator;

GRANT INSERT ON ledger.receipt, ledger.chain_position, ledger.receipt_id_index, ledger.receipt_signature TO hall_ledger;
GRANT SELECT, INSERT ON ledger.log_leaf, ledger.log_node, ledger.idempotency_key TO hall_ledger;
GRANT SELECT ON ledger.checkpoint, ledger.seal_head TO hall_ledger;
GRANT SELECT, UPDATE ON ledger.log_head, ledger.chain_head TO hall_ledger;

GRANT INSERT ON ledger.receipt, ledger.chain_position, ledger.receipt_id_index, ledger.log_leaf, ledger.log_node TO hall_append;
GRANT SELECT, UPDATE ON ledger.log_head, ledger.chain_head TO hall_append;

GRANT SELECT, INSERT ON ledger.checkpoint TO hall_enqueue;
GRANT SELECT ON ledger.log_head TO hall_enqueue;
GRANT SELECT, UPDATE ON ledger.seal_head TO hall_enqueue;

-- Creates partitions of a million receipts ahead of the log. The one definer function that belongs to the owner:
-- only the owner may create tables. Partitions carry forced row-level security and no grants, so that they are
-- reachable through their parent alone.
CREATE FUNCTION ledger.ensure_receipt_partitions(p_leaf bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
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
END $$;
REVOKE ALL ON FUNCTION ledger.ensure_receipt_partitions(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.ensure_receipt_partitions(bigint) TO hall_ledger;
SELECT ledger.ensure_receipt_partitions(0);

-- Administrative acts end their own transaction with these two. Both refuse another tenant than the transaction's.
-- The lock is taken in one statement and the chain's head read in the next: a statement that waited for a lock
-- reads everything else with the snapshot from before it waited.
CREATE FUNCTION ledger.take_heads(p_tenant uuid)
RETURNS TABLE (tree_size bigint, frontier bytea, logged_at timestamptz, log_epoch bigint,
               seq bigint, head_hash bytea, chain_epoch bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF p_tenant IS DISTINCT FROM NULLIF(current_setting('app.tenant_id', true), '')::uuid THEN
    RAISE EXCEPTION 'take_heads: the transaction names another tenant' USING ERRCODE = '42501';
  END IF;
  PERFORM 1 FROM ledger.log_head h WHERE h.id FOR UPDATE;
  RETURN QUERY
    SELECT h.tree_size, h.frontier, h.logged_at::timestamptz, h.epoch, c.seq, c.head_hash, c.epoch
    FROM ledger.log_head h, ledger.chain_head c WHERE h.id AND c.tenant_id = p_tenant;
END $$;

-- p_fence: none, tenant (raises the chain's epoch) or hall (raises the log's, for every tenant at once).
CREATE FUNCTION ledger.append(p_tenant uuid, p_leaf_index bigint, p_seq bigint, p_receipt_id uuid, p_kind text,
  p_logged_at timestamptz, p_hash bytea, p_body bytea, p_root bytea, p_frontier bytea, p_node_levels smallint[],
  p_node_indexes bigint[], p_node_hashes bytea[], p_fence text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
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
END $$;

DO $$
DECLARE f regprocedure;
BEGIN
  GRANT CREATE ON SCHEMA ledger TO hall_append;
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'ledger'::regnamespace AND p.proname IN ('take_heads', 'append')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hall_app, hall_operator', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO hall_append', f);
  END LOOP;
  REVOKE CREATE ON SCHEMA ledger FROM hall_append;
END $$;
