-- What narrows a key: where it may ask, from where, for which agent, how often. An empty list narrows nothing.
ALTER TABLE hall.api_key
  ADD COLUMN environments text[] NOT NULL DEFAULT '{}'
    CHECK (environments <@ ARRAY['dev', 'stage', 'prod', 'edge']),
  ADD COLUMN addresses text[] NOT NULL DEFAULT '{}' CHECK (cardinality(addresses) <= 64),
  ADD COLUMN agent text CHECK (length(agent) BETWEEN 1 AND 128),
  ADD COLUMN requests_per_minute integer CHECK (requests_per_minute > 0),
  ADD COLUMN requests_per_day integer CHECK (requests_per_day > 0),
  -- The key that took its place; until expires_at both hold.
  ADD COLUMN replaced_by uuid,
  ADD FOREIGN KEY (tenant_id, replaced_by) REFERENCES hall.api_key (tenant_id, id) ON DELETE RESTRICT;
GRANT UPDATE (expires_at, replaced_by) ON hall.api_key TO hall_app;

-- How often a key was used, and when last. No decision depends on it, so it raises no snapshot version.
CREATE TABLE hall.key_use (
  tenant_id     uuid NOT NULL,
  key_id        uuid NOT NULL,
  -- In UTC: the day that used_today counts.
  day           date NOT NULL,
  used_today    bigint NOT NULL CHECK (used_today >= 0),
  used_ever     bigint NOT NULL CHECK (used_ever >= 0),
  last_used_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant_id, key_id),
  FOREIGN KEY (tenant_id, key_id) REFERENCES hall.api_key (tenant_id, id) ON DELETE RESTRICT
);
ALTER TABLE hall.key_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.key_use FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.key_use TO hall_app, hall_operator
  USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);
CREATE POLICY meter_counts ON hall.key_use TO hall_meter USING (true) WITH CHECK (true);
GRANT SELECT ON hall.key_use TO hall_app;

-- One statement notes the use of many tenants' keys, and tells what every instance together has counted.
GRANT USAGE ON SCHEMA hall TO hall_meter;
GRANT SELECT, INSERT, UPDATE (day, used_today, used_ever, last_used_at) ON hall.key_use TO hall_meter;
CREATE FUNCTION hall.note_key_use(p_tenants uuid[], p_keys uuid[], p_used bigint[], p_last timestamptz[], p_day date)
RETURNS TABLE (key_id uuid, used_today bigint, used_ever bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
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
$$;
REVOKE ALL ON FUNCTION hall.note_key_use(uuid[], uuid[], bigint[], timestamptz[], date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hall.note_key_use(uuid[], uuid[], bigint[], timestamptz[], date) TO hall_app;
GRANT CREATE ON SCHEMA hall TO hall_meter;
ALTER FUNCTION hall.note_key_use(uuid[], uuid[], bigint[], timestamptz[], date) OWNER TO hall_meter;
REVOKE CREATE ON SCHEMA hall FROM hall_meter;
