-- The witnesses that a Hall asks are several at a time, like the keys of a feed's root, and one that is asked again after
-- it was not is introduced by another entry.
DROP INDEX hall.hall_key_active;
CREATE UNIQUE INDEX hall_key_active ON hall.hall_key (role)
  WHERE state = 'active' AND role NOT IN ('feed-root', 'witness');
DROP INDEX hall.hall_key_introduced;
CREATE UNIQUE INDEX hall_key_introduced ON hall.hall_key (role)
  WHERE state = 'introduced' AND role NOT IN ('feed-root', 'witness');
GRANT UPDATE (introduced_by, module, not_before) ON hall.hall_key TO hall_operator;
