//! Views, and what PostgreSQL does not let change under them.

use expect_test::expect;

use crate::support::{Server, check, read, run};

#[test]
fn views() {
    check(
        "CREATE TABLE t (a int, b text); CREATE VIEW w AS SELECT a FROM t",
        "CREATE VIEW v (x, \"Y\") AS SELECT a, lower(b) FROM t;
         COMMENT ON VIEW v IS 'a view';
         CREATE OR REPLACE VIEW u AS SELECT 1 AS one;
         CREATE OR REPLACE VIEW w AS SELECT a FROM t;
         COMMENT ON VIEW v IS NULL;
         DROP VIEW IF EXISTS absent;
         DROP VIEW v",
        expect![[r#"
            CREATE VIEW "v" ("x", "Y") AS SELECT a, lower(b) FROM t;
            COMMENT ON VIEW "v" IS 'a view';
            CREATE OR REPLACE VIEW "u" AS SELECT 1 AS one;
            CREATE OR REPLACE VIEW "w" AS SELECT a FROM t;
            COMMENT ON VIEW "v" IS NULL;
            DROP VIEW IF EXISTS "absent";
            DROP VIEW "v";
            -- undone by
            CREATE VIEW "v" ("x", "Y") AS SELECT a, lower(b) FROM t;
            -- undone by
            COMMENT ON VIEW "v" IS 'a view';
            -- undone by
            CREATE OR REPLACE VIEW "w" AS SELECT a FROM t;
            -- undone by
            DROP VIEW "u";
            -- undone by
            COMMENT ON VIEW "v" IS NULL;
            -- undone by
            DROP VIEW "v";
        "#]],
    );
}

#[test]
fn an_existing_view_gets_another_query() {
    check(
        "CREATE TABLE t (a int, b text); CREATE VIEW w AS SELECT a, b FROM t; COMMENT ON VIEW w IS 'kept'",
        "CREATE OR REPLACE VIEW w AS SELECT b FROM t WHERE a > 0",
        expect![[r#"
            DO $retort$
            DECLARE
                dependent record;
                definitions text := '';
            BEGIN
                BEGIN
                    EXECUTE 'CREATE OR REPLACE VIEW "w" AS SELECT b FROM t WHERE a > 0';
                    RETURN;
                EXCEPTION WHEN invalid_table_definition THEN
                    -- Its columns change, so that it has to be created again.
                END;
                FOR dependent IN
                    WITH RECURSIVE used (view, depth) AS (
                        SELECT '"w"'::regclass::oid, 0
                        … END LOOP;
                EXECUTE definitions;
            END
            $retort$;
            -- undone by
            DO $retort$
            DECLARE
                dependent record;
                definitions text := '';
            BEGIN
                BEGIN
                    EXECUTE 'CREATE OR REPLACE VIEW "w" AS SELECT a, b FROM t';
                    RETURN;
                EXCEPTION WHEN invalid_table_definition THEN
                    -- Its columns change, so that it has to be created again.
                END;
                FOR dependent IN
                    WITH RECURSIVE used (view, depth) AS (
                        SELECT '"w"'::regclass::oid, 0
                        … END LOOP;
                EXECUTE definitions;
            END
            $retort$;
            COMMENT ON VIEW "w" IS 'kept';
        "#]],
    );
}

const SHOP: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok', 'odd');
    CREATE TABLE t (a int, b text, m mood DEFAULT 'ok');
    CREATE TABLE log (what text);
    CREATE VIEW v AS SELECT a, b, m FROM t;
    CREATE VIEW w AS SELECT v.a AS c, 1 AS one FROM v JOIN t ON t.b = v.b;
    CREATE VIEW x AS SELECT b FROM t WHERE m <> 'odd';
    COMMENT ON VIEW v IS 'it''s v'";

/// What only PostgreSQL has, on the views of [`SHOP`].
const EXTRAS: &str = "GRANT SELECT ON v TO PUBLIC; GRANT INSERT (a) ON v TO pg_monitor WITH GRANT OPTION;
    COMMENT ON COLUMN v.b IS 'the b';
    ALTER VIEW w SET (security_barrier = true);
    ALTER VIEW v ALTER COLUMN b SET DEFAULT 'none';
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
    CREATE TRIGGER instead INSTEAD OF INSERT ON w FOR EACH ROW EXECUTE FUNCTION f();
    CREATE RULE r AS ON UPDATE TO w DO INSTEAD DELETE FROM log;
    REVOKE ALL ON x FROM CURRENT_USER";

#[test]
fn types_change_under_views() {
    check(
        SHOP,
        "ALTER TABLE t ALTER COLUMN a TYPE bigint, ADD COLUMN z int;
         ALTER TABLE t ALTER COLUMN z TYPE bigint",
        expect![[r#"
            DO $retort$
            DECLARE
                dependent record;
                definitions text := '';
            BEGIN
                FOR dependent IN
                    WITH RECURSIVE used (view, depth) AS (
                        SELECT rule.ev_class, 1
                        FROM pg_depend AS dependency
                        JOIN pg_rewrite AS rule
                            ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                        WHERE (dependency.refclassid = 'pg_class'::regclass
                            AND (dependency.refobjid, dependency.refobjsubid) IN (
                                SELECT attrelid, attnum FROM pg_attribute WHERE attrelid = '"t"'::regclass AND attname IN ('a')))
                        … END LOOP;
                PERFORM set_config('retort.views', definitions, true);
            END
            $retort$;
            ALTER TABLE "t"
                ALTER COLUMN "a" TYPE BIGINT,
                ADD COLUMN "z" INTEGER;
            DO $retort$
            BEGIN
                -- Put the views back.
                EXECUTE current_setting('retort.views');
            END
            $retort$;
            DO $retort$
            DECLARE
                dependent record;
                definitions text := '';
            BEGIN
                FOR dependent IN
                    WITH RECURSIVE used (view, depth) AS (
                        SELECT rule.ev_class, 1
                        FROM pg_depend AS dependency
                        JOIN pg_rewrite AS rule
                            ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                        WHERE (dependency.refclassid = 'pg_class'::regclass
                            AND (dependency.refobjid, dependency.refobjsubid) IN (
                                SELECT attrelid, attnum FROM pg_attribute WHERE attrelid = '"t"'::regclass AND attname IN ('z')))
                        … END LOOP;
                PERFORM set_config('retort.views', definitions, true);
            END
            $retort$;
            ALTER TABLE "t" ALTER COLUMN "z" TYPE BIGINT;
            DO $retort$
            BEGIN
                -- Put the views back.
                EXECUTE current_setting('retort.views');
            END
            $retort$;
            -- undone by
            DO $retort$
            DECLARE
                dependent record;
                definitions text := '';
            BEGIN
                FOR dependent IN
                    WITH RECURSIVE used (view, depth) AS (
                        SELECT rule.ev_class, 1
                        FROM pg_depend AS dependency
                        JOIN pg_rewrite AS rule
                            ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                        WHERE (dependency.refclassid = 'pg_class'::regclass
                            AND (dependency.refobjid, dependency.refobjsubid) IN (
                                SELECT attrelid, attnum FROM pg_attribute WHERE attrelid = '"t"'::regclass AND attname IN ('z')))
                        … END LOOP;
                PERFORM set_config('retort.views', definitions, true);
            END
            $retort$;
            ALTER TABLE "t" ALTER COLUMN "z" TYPE INTEGER;
            DO $retort$
            BEGIN
                -- Put the views back.
                EXECUTE current_setting('retort.views');
            END
            $retort$;
            -- undone by
            ALTER TABLE "t" DROP COLUMN "z";
            -- undone by
            DO $retort$
            DECLARE
                dependent record;
                definitions text := '';
            BEGIN
                FOR dependent IN
                    WITH RECURSIVE used (view, depth) AS (
                        SELECT rule.ev_class, 1
                        FROM pg_depend AS dependency
                        JOIN pg_rewrite AS rule
                            ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                        WHERE (dependency.refclassid = 'pg_class'::regclass
                            AND (dependency.refobjid, dependency.refobjsubid) IN (
                                SELECT attrelid, attnum FROM pg_attribute WHERE attrelid = '"t"'::regclass AND attname IN ('a')))
                        … END LOOP;
                PERFORM set_config('retort.views', definitions, true);
            END
            $retort$;
            ALTER TABLE "t" ALTER COLUMN "a" TYPE INTEGER;
            DO $retort$
            BEGIN
                -- Put the views back.
                EXECUTE current_setting('retort.views');
            END
            $retort$;
        "#]],
    );
}

#[test]
fn what_hangs_on_a_view_comes_back_with_it() {
    run(async {
        let mut server = Server::new(SHOP).await;
        server.run(EXTRAS).await;
        let before = server.catalog().await;
        for sql in [
            "ALTER TABLE t ALTER COLUMN a TYPE bigint, ALTER COLUMN b TYPE varchar(20)",
            "ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE t ALTER COLUMN z TYPE numeric",
            "ALTER TYPE mood DROP VALUE 'sad'",
            "CREATE OR REPLACE VIEW x AS SELECT 1 AS one",
        ] {
            let (_, undo) = server.apply(&read(sql, &server.schema)).await;
            assert_ne!(server.catalog().await, before, "{sql}");
            for operations in undo {
                server.apply(&operations).await;
            }
            assert_eq!(server.catalog().await, before, "{sql}");
        }
    });
}

#[test]
fn what_hangs_on_a_replaced_view_comes_back_with_it() {
    run(async {
        let mut server = Server::new(SHOP).await;
        server.run(EXTRAS).await;
        server.run("COMMENT ON COLUMN v.b IS NULL; REVOKE ALL (a) ON v FROM pg_monitor").await;
        server.run("ALTER VIEW v ALTER COLUMN b DROP DEFAULT").await;
        let before = server.catalog().await;
        let sql = "CREATE OR REPLACE VIEW v AS SELECT b, a FROM t";
        let (_, undo) = server.apply(&read(sql, &server.schema)).await;
        assert_eq!(
            server
                .rows("SELECT has_table_privilege('public', 'v', 'SELECT'), obj_description('v'::regclass)")
                .await,
            "t|it's v\n"
        );
        server.apply(&undo[0]).await;
        assert_eq!(server.catalog().await, before);
    });
}

#[test]
fn a_view_that_outsiders_use_is_replaced_in_place() {
    run(async {
        let mut server = Server::new(SHOP).await;
        server.run("CREATE MATERIALIZED VIEW outside AS SELECT a FROM v").await;
        server
            .apply(&read("CREATE OR REPLACE VIEW v AS SELECT a, b, m FROM t WHERE a > 0", &server.schema))
            .await;
        let sql = "CREATE OR REPLACE VIEW v AS SELECT b FROM t";
        let statements = server.render(&read(sql, &server.schema)).unwrap();
        let error = server.try_statements(&statements).await.unwrap_err();
        assert!(error.contains("other objects depend on it"), "{error}");
    });
}

#[test]
fn labels_are_dropped() {
    check(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "ALTER TYPE mood DROP VALUE 'sad'",
        expect![[r#"
            ALTER TYPE "mood" RENAME TO "_retort_old_1";
            CREATE TYPE "mood" AS ENUM ('ok');
            DROP TYPE "_retort_old_1";
            -- undone by
            ALTER TYPE "mood" ADD VALUE 'sad' BEFORE 'ok';
        "#]],
    );
    let setup = format!(
        "{SHOP};
         CREATE TABLE states (m mood PRIMARY KEY, ms mood[] DEFAULT '{{ok}}', n text DEFAULT 'ok'::mood::text,
             CONSTRAINT not_odd CHECK (m <> 'odd'));
         ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (m) REFERENCES states;
         CREATE INDEX by_mood ON t (m);
         CREATE INDEX odd ON t (a) WHERE m = 'odd';
         CREATE TABLE moods (mood text CHECK (mood <> ''));
         COMMENT ON TYPE mood IS 'how it is'"
    );
    check(
        &setup,
        "ALTER TYPE mood DROP VALUE 'sad'",
        expect![[r#"
            DO $retort$
            DECLARE
                dependent record;
                definitions text := '';
            BEGIN
                FOR dependent IN
                    WITH RECURSIVE used (view, depth) AS (
                        SELECT rule.ev_class, 1
                        FROM pg_depend AS dependency
                        JOIN pg_rewrite AS rule
                            ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
                        WHERE (dependency.refclassid = 'pg_class'::regclass
                            AND (dependency.refobjid, dependency.refobjsubid) IN (
                                SELECT attrelid, attnum FROM pg_attribute WHERE atttypid IN (SELECT oid FROM pg_type WHERE '"mood"'::regtype IN (oid, typelem))))
                            OR (dependency.refclassid = 'pg_type'::regclass AND dependency.refobjid IN (SELECT oid FROM pg_type WHERE '"mood"'::regtype IN (oid, typelem)))
                        … END LOOP;
                PERFORM set_config('retort.views', definitions, true);
            END
            $retort$;
            ALTER TABLE "t" DROP CONSTRAINT "fk";
            DROP INDEX "odd";
            ALTER TYPE "mood" RENAME TO "_retort_old_1";
            CREATE TYPE "mood" AS ENUM ('ok', 'odd');
            ALTER TABLE "states"
                DROP CONSTRAINT "not_odd",
                ALTER COLUMN "m" TYPE "mood" USING "m"::text::"mood",
                ALTER COLUMN "ms" DROP DEFAULT,
                ALTER COLUMN "ms" TYPE "mood"[] USING "ms"::text[]::"mood"[],
                ALTER COLUMN "ms" SET DEFAULT '{ok}',
                ALTER COLUMN "n" SET DEFAULT 'ok'::mood::text,
                ADD CONSTRAINT "not_odd" CHECK (m <> 'odd');
            ALTER TABLE "t"
                ALTER COLUMN "m" DROP DEFAULT,
                ALTER COLUMN "m" TYPE "mood" USING "m"::text::"mood",
                ALTER COLUMN "m" SET DEFAULT 'ok';
            DROP TYPE "_retort_old_1";
            COMMENT ON TYPE "mood" IS 'how it is';
            CREATE INDEX "odd" ON "t" ("a") WHERE m = 'odd';
            ALTER TABLE "t" ADD CONSTRAINT "fk" FOREIGN KEY ("m") REFERENCES "states";
            DO $retort$
            BEGIN
                -- Put the views back.
                EXECUTE current_setting('retort.views');
            END
            $retort$;
            -- undone by
            ALTER TYPE "mood" ADD VALUE 'sad' BEFORE 'ok';
        "#]],
    );
}

#[test]
fn a_label_that_a_row_holds_stays() {
    run(async {
        let server = Server::new(&format!("{SHOP}; INSERT INTO t (m) VALUES ('sad')")).await;
        let before = server.catalog().await;
        let statements = server.render(&read("ALTER TYPE mood DROP VALUE 'sad'", &server.schema)).unwrap();
        let error = server.try_statements(&statements).await.unwrap_err();
        assert_eq!(error, "ERROR: invalid input value for enum mood: \"sad\"");
        assert_eq!(server.catalog().await, before);
    });
}
