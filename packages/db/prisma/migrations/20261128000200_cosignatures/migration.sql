-- What witnesses said about our checkpoints (C2SP tlog-cosignature). Of no tenant, and public.
CREATE TABLE ledger.cosignature (
  tree_size    bigint NOT NULL REFERENCES ledger.checkpoint (tree_size) ON DELETE RESTRICT,
  -- Name and key hash, as they stand in the witness's vkey.
  witness      text NOT NULL CHECK (length(witness) BETWEEN 1 AND 160),
  -- The signature line, without its line end.
  line         text NOT NULL CHECK (length(line) BETWEEN 1 AND 1024),
  cosigned_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tree_size, witness)
);
GRANT SELECT, INSERT ON ledger.cosignature TO hall_ledger;
GRANT SELECT ON ledger.cosignature TO hall_app;
