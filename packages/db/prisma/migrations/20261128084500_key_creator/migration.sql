-- Who asked for a key, as `kind:id`: what the key edits, its owner has edited. Keys from before this stay nobody's.
ALTER TABLE hall.api_key ADD COLUMN created_by text;
