-- purchases have a state
--
-- @revision 8b7d20c4e9f3
-- @revises 3f0c11aa52d1
-- @created 2026-11-09T16:40:00Z

-- @upgrade
CREATE TYPE purchase_state AS ENUM ('placed', 'paid', 'shipped');
ALTER TABLE purchase ADD COLUMN state purchase_state NOT NULL DEFAULT 'placed';
UPDATE purchase SET state = 'paid' WHERE total > 10;

-- @downgrade
ALTER TABLE purchase DROP COLUMN state;
DROP TYPE purchase_state;
