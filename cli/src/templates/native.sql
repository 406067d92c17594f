-- what each database has of its own: triggers, functions, extensions

-- @upgrade
-- Below `@only`, SQL runs as it is written, on these databases and no others.

-- @only postgresql
--     CREATE FUNCTION touch_account() RETURNS trigger LANGUAGE plpgsql AS $$
--     BEGIN
--         NEW.changed = CURRENT_TIMESTAMP;
--         RETURN NEW;
--     END $$;
--     CREATE TRIGGER account_changed BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch_account();

-- MariaDB runs this too, unless it says `mysql, !mariadb`.
-- @only mysql
--     CREATE TRIGGER account_changed BEFORE UPDATE ON account FOR EACH ROW SET NEW.changed = CURRENT_TIMESTAMP;

-- @only sqlite
--     CREATE TRIGGER account_changed AFTER UPDATE ON account WHEN NEW.changed IS OLD.changed BEGIN
--         UPDATE account SET changed = CURRENT_TIMESTAMP WHERE id = NEW.id;
--     END;

-- @all
-- What undoes this is not worked out. Write it, with blocks as above, in a section
-- below that begins with the line: -- @downgrade
