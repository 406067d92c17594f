-- an index that is built while others write

-- @upgrade
-- PostgreSQL builds this index without keeping writers out, which it cannot do in
-- a transaction; the other databases build a plain one. What undoes it is worked
-- out. Keep it alone in its revision: what fails then is the index only, and the
-- next `retort upgrade` removes what there is of it and begins again.
--
--     CREATE INDEX CONCURRENTLY ix_account_email ON account (email);
--
-- An index that is not the same everywhere has a block for each kind of database.

-- @only postgresql
--     CREATE INDEX CONCURRENTLY ix_account_name ON account (name text_pattern_ops);

-- @only sqlite, mysql
--     CREATE INDEX ix_account_name ON account (name);

-- @all
