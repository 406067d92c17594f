-- find purchases by state
--
-- @revision e1a4b86f3c20
-- @revises c52e9d0177ab
-- @created 2026-11-20T11:30:00Z

-- @upgrade
-- On PostgreSQL this does not block those who write; elsewhere it is a plain
-- CREATE INDEX.
CREATE INDEX CONCURRENTLY ix_purchase_state ON purchase (state, placed_at);

-- @only postgresql
ALTER TABLE purchase SET (fillfactor = 90);
-- @all

-- @downgrade
DROP INDEX ix_purchase_state;
-- @only postgresql
ALTER TABLE purchase RESET (fillfactor);
