-- Six roles that every tenant has, and roles of its own made from the one table of permissions.

-- Forced row-level security stops the owner too; nobody else can look while this transaction holds the table.
ALTER TABLE hall.member NO FORCE ROW LEVEL SECURITY;
ALTER TABLE hall.member DROP CONSTRAINT member_role_check;
UPDATE hall.member SET role = 'auditor' WHERE role = 'viewer';
ALTER TABLE hall.member FORCE ROW LEVEL SECURITY;

CREATE TABLE hall.custom_role (
  tenant_id   uuid NOT NULL REFERENCES hall.tenant (id) ON DELETE RESTRICT,
  name        text NOT NULL CHECK (name ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' AND length(name) <= 40 AND name NOT IN
              ('owner', 'admin', 'operator', 'approver', 'compliance', 'auditor', 'custom')),
  permissions text[] NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  updated_at  timestamptz(3) NOT NULL DEFAULT now(),
  retired_at  timestamptz(3),
  PRIMARY KEY (tenant_id, name)
);
ALTER TABLE hall.custom_role ENABLE ROW LEVEL SECURITY;
ALTER TABLE hall.custom_role FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hall.custom_role TO hall_app
  USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON hall.custom_role TO hall_app;
GRANT UPDATE (permissions, updated_at, retired_at) ON hall.custom_role TO hall_app;

ALTER TABLE hall.member ADD COLUMN custom_role text;
ALTER TABLE hall.member ADD CONSTRAINT member_role_check CHECK (role IN
  ('owner', 'admin', 'operator', 'approver', 'compliance', 'auditor', 'custom')
  AND (role = 'custom') = (custom_role IS NOT NULL));
ALTER TABLE hall.member ADD CONSTRAINT member_custom_role_fkey FOREIGN KEY (tenant_id, custom_role)
  REFERENCES hall.custom_role (tenant_id, name) ON DELETE RESTRICT;
