-- Where a session was begun from, for whoever reads the list of their own. In no receipt: it is a person's, and erasable.
-- Null for those that were begun before it was kept.
ALTER TABLE hall.session ADD COLUMN address text CHECK (length(address) <= 64);
