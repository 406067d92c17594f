-- add email
--
-- @revision ae1027a6acf0
-- @revises 1975ea83b712
-- @created 2026-11-22T15:05:40Z

-- @upgrade
ALTER TABLE users ADD COLUMN email VARCHAR(320);
