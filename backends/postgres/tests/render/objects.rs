//! Namespaces, enum types, tables, indexes, and statements as they are.

use expect_test::expect;

use crate::support::{Server, check, read, run, show};

#[test]
fn namespaces() {
    check(
        "",
        "CREATE SCHEMA \"Odd one\"; CREATE SCHEMA IF NOT EXISTS finance; ALTER SCHEMA finance RENAME TO money;
         CREATE TABLE money.t (a int PRIMARY KEY); DROP SCHEMA IF EXISTS absent; DROP SCHEMA \"Odd one\"",
        expect![[r#"
            CREATE SCHEMA "Odd one";
            CREATE SCHEMA IF NOT EXISTS "finance";
            ALTER SCHEMA "finance" RENAME TO "money";
            CREATE TABLE "money"."t" (
                "a" INTEGER NOT NULL,
                CONSTRAINT "pk_t" PRIMARY KEY ("a")
            );
            DROP SCHEMA IF EXISTS "absent";
            DROP SCHEMA "Odd one";
            -- undone by
            CREATE SCHEMA "Odd one";
            -- undone by
            DROP TABLE "money"."t";
            -- undone by
            ALTER SCHEMA "money" RENAME TO "finance";
            -- undone by
            DROP SCHEMA "finance";
            -- undone by
            DROP SCHEMA "Odd one";
        "#]],
    );
}

#[test]
fn enum_types() {
    check(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE TYPE \"Size\" AS ENUM ('it''s', 'b\\c');
         COMMENT ON TYPE \"Size\" IS 'how big';
         ALTER TYPE \"Size\" RENAME TO size;
         ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
         DROP TYPE IF EXISTS absent;
         DROP TYPE size",
        expect![[r#"
            CREATE TYPE "Size" AS ENUM ('it''s', 'b\c');
            COMMENT ON TYPE "Size" IS 'how big';
            ALTER TYPE "Size" RENAME TO "size";
            ALTER TYPE "mood" RENAME VALUE 'ok' TO 'fine';
            DROP TYPE IF EXISTS "absent";
            DROP TYPE "size";
            -- undone by
            CREATE TYPE "size" AS ENUM ('it''s', 'b\c');
            COMMENT ON TYPE "size" IS 'how big';
            -- undone by
            ALTER TYPE "mood" RENAME VALUE 'fine' TO 'ok';
            -- undone by
            ALTER TYPE "size" RENAME TO "Size";
            -- undone by
            COMMENT ON TYPE "Size" IS NULL;
            -- undone by
            DROP TYPE "Size";
        "#]],
    );
}

#[test]
fn labels_are_added_where_they_belong() {
    check(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "ALTER TYPE mood ADD VALUE 'happy';
         ALTER TYPE mood ADD VALUE 'bad' BEFORE 'ok';
         ALTER TYPE mood ADD VALUE IF NOT EXISTS 'so so' AFTER 'bad';
         ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok'",
        expect![[r#"
            ALTER TYPE "mood" ADD VALUE 'happy';
            ALTER TYPE "mood" ADD VALUE 'bad' BEFORE 'ok';
            ALTER TYPE "mood" ADD VALUE IF NOT EXISTS 'so so' AFTER 'bad';
            ALTER TYPE "mood" ADD VALUE IF NOT EXISTS 'ok';
            -- undone by
            ALTER TYPE "mood" RENAME TO "_retort_old_1";
            CREATE TYPE "mood" AS ENUM ('sad', 'bad', 'ok', 'happy');
            DROP TYPE "_retort_old_1";
            -- undone by
            ALTER TYPE "mood" RENAME TO "_retort_old_1";
            CREATE TYPE "mood" AS ENUM ('sad', 'ok', 'happy');
            DROP TYPE "_retort_old_1";
            -- undone by
            ALTER TYPE "mood" RENAME TO "_retort_old_1";
            CREATE TYPE "mood" AS ENUM ('sad', 'ok');
            DROP TYPE "_retort_old_1";
        "#]],
    );
}

#[test]
fn tables() {
    check(
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE TABLE orders (
            id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5 CACHE 3) PRIMARY KEY,
            code char(3) COLLATE \"C\" NOT NULL DEFAULT 'new',
            user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
            parent_id bigint,
            total numeric(10, 2) NOT NULL DEFAULT 1 + 1,
            state mood DEFAULT 'ok'::mood,
            gross numeric(10, 2) GENERATED ALWAYS AS (total * 1.19) STORED,
            tags text[],
            payload jsonb DEFAULT '{}',
            at timestamptz(3) DEFAULT now(),
            CONSTRAINT positive CHECK (total > 0 OR code = 'new'),
            CONSTRAINT whole FOREIGN KEY (parent_id) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
            UNIQUE (code, user_id) DEFERRABLE
        );
        COMMENT ON TABLE orders IS 'what users bought';
        COMMENT ON COLUMN orders.at IS 'when it''s made';
        CREATE TABLE IF NOT EXISTS orders (other int);
        CREATE TABLE \"Odd \"\"one\" (\"Select\" int)",
        expect![[r#"
            CREATE TABLE "orders" (
                "id" BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5 CACHE 3),
                "code" CHAR(3) COLLATE "C" NOT NULL DEFAULT 'new',
                "user_id" BIGINT NOT NULL,
                "parent_id" BIGINT,
                "total" NUMERIC(10, 2) NOT NULL DEFAULT (1 + 1),
                "state" "mood" DEFAULT 'ok'::mood,
                "gross" NUMERIC(10, 2) GENERATED ALWAYS AS (total * 1.19) STORED,
                "tags" TEXT[],
                "payload" JSONB DEFAULT '{}',
                "at" TIMESTAMPTZ(3) DEFAULT now(),
                CONSTRAINT "pk_orders" PRIMARY KEY ("id"),
                CONSTRAINT "fk_orders_user_id_users" FOREIGN KEY ("user_id") REFERENCES "users" ON DELETE CASCADE,
                CONSTRAINT "positive" CHECK (total > 0 OR code = 'new'),
                CONSTRAINT "whole" FOREIGN KEY ("parent_id") REFERENCES "orders" ("id") DEFERRABLE INITIALLY DEFERRED,
                CONSTRAINT "uq_orders_code_user_id" UNIQUE ("code", "user_id") DEFERRABLE
            );
            COMMENT ON TABLE "orders" IS 'what users bought';
            COMMENT ON COLUMN "orders"."at" IS 'when it''s made';
            CREATE TABLE IF NOT EXISTS "orders" (
                "other" INTEGER
            );
            CREATE TABLE "Odd ""one" (
                "Select" INTEGER
            );
            -- undone by
            DROP TABLE "Odd ""one";
            -- undone by
            COMMENT ON COLUMN "orders"."at" IS NULL;
            -- undone by
            COMMENT ON TABLE "orders" IS NULL;
            -- undone by
            DROP TABLE "orders";
        "#]],
    );
}

#[test]
fn keys_that_create_table_would_leave_out_are_added() {
    check(
        "",
        "CREATE TABLE t (a int CONSTRAINT uq UNIQUE CONSTRAINT pk PRIMARY KEY CONSTRAINT again UNIQUE,
            CONSTRAINT deferred UNIQUE (a) DEFERRABLE)",
        expect![[r#"
            CREATE TABLE "t" (
                "a" INTEGER NOT NULL,
                CONSTRAINT "uq" UNIQUE ("a"),
                CONSTRAINT "deferred" UNIQUE ("a") DEFERRABLE
            );
            ALTER TABLE "t" ADD CONSTRAINT "pk" PRIMARY KEY ("a");
            ALTER TABLE "t" ADD CONSTRAINT "again" UNIQUE ("a");
            -- undone by
            DROP TABLE "t";
        "#]],
    );
}

#[test]
fn every_type() {
    check(
        "CREATE SCHEMA n; CREATE TYPE n.\"Mood\" AS ENUM ('a')",
        "CREATE TABLE t (
            a smallint, b integer, c bigint, d boolean, e real, f double precision, g numeric, h numeric(5),
            i numeric(5, 2), j char(3), k varchar(4), l varchar, m text, n binary(16), o varbinary(16), p bytea,
            q date, r time, s time(0), t timestamp, u timestamp(3), v timestamptz, w timestamptz(6), x uuid,
            y json, z jsonb, aa n.\"Mood\", ab integer[], ac n.\"Mood\"[], ad inet, ae interval, af tsvector[]
        )",
        expect![[r#"
            CREATE TABLE "t" (
                "a" SMALLINT,
                "b" INTEGER,
                "c" BIGINT,
                "d" BOOLEAN,
                "e" REAL,
                "f" DOUBLE PRECISION,
                "g" NUMERIC,
                "h" NUMERIC(5),
                "i" NUMERIC(5, 2),
                "j" CHAR(3),
                "k" VARCHAR(4),
                "l" VARCHAR,
                "m" TEXT,
                "n" BYTEA,
                "o" BYTEA,
                "p" BYTEA,
                "q" DATE,
                "r" TIME,
                "s" TIME(0),
                "t" TIMESTAMP,
                "u" TIMESTAMP(3),
                "v" TIMESTAMPTZ,
                "w" TIMESTAMPTZ(6),
                "x" UUID,
                "y" JSON,
                "z" JSONB,
                "aa" "n"."Mood",
                "ab" INTEGER[],
                "ac" "n"."Mood"[],
                "ad" inet,
                "ae" interval,
                "af" tsvector[]
            );
            -- undone by
            DROP TABLE "t";
        "#]],
    );
}

#[test]
fn a_table_that_comes_back_is_whole() {
    check(
        "CREATE TABLE users (id bigint PRIMARY KEY);
         CREATE TABLE t (a bigint, b text NOT NULL);
         ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;
         ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES users NOT VALID;
         CREATE INDEX ix ON t (lower(b)) WHERE a IS NOT NULL;
         COMMENT ON TABLE t IS 'it';
         COMMENT ON COLUMN t.b IS 'its b'",
        "DROP TABLE t; DROP TABLE IF EXISTS absent",
        expect![[r#"
            DROP TABLE "t";
            DROP TABLE IF EXISTS "absent";
            -- undone by
            CREATE TABLE "t" (
                "a" BIGINT,
                "b" TEXT NOT NULL
            );
            ALTER TABLE "t" ADD CONSTRAINT "positive" CHECK (a > 0) NOT VALID;
            ALTER TABLE "t" ADD CONSTRAINT "fk" FOREIGN KEY ("a") REFERENCES "users" NOT VALID;
            CREATE INDEX "ix" ON "t" ((lower(b))) WHERE a IS NOT NULL;
            COMMENT ON TABLE "t" IS 'it';
            COMMENT ON COLUMN "t"."b" IS 'its b';
        "#]],
    );
}

#[test]
fn renames() {
    check(
        "CREATE SCHEMA n; CREATE TABLE n.t (a int); CREATE INDEX ix ON n.t (a); CREATE VIEW n.v AS SELECT 1 AS one",
        "ALTER TABLE n.t RENAME TO \"T\"; ALTER INDEX n.ix RENAME TO iy; ALTER VIEW n.v RENAME TO w",
        expect![[r#"
            ALTER TABLE "n"."t" RENAME TO "T";
            ALTER INDEX "n"."ix" RENAME TO "iy";
            ALTER VIEW "n"."v" RENAME TO "w";
            -- undone by
            ALTER VIEW "n"."w" RENAME TO "v";
            -- undone by
            ALTER INDEX "n"."iy" RENAME TO "ix";
            -- undone by
            ALTER TABLE "n"."T" RENAME TO "t";
        "#]],
    );
}

#[test]
fn indexes() {
    check(
        "CREATE TABLE t (a int, b text, c text, tags text[])",
        "CREATE INDEX ON t (a);
         CREATE UNIQUE INDEX uq ON t (b COLLATE \"C\" text_pattern_ops DESC NULLS LAST, (a + 1)) INCLUDE (c)
            WHERE a > 0 AND b <> '';
         CREATE INDEX IF NOT EXISTS tags ON t USING gin (tags);
         CREATE INDEX CONCURRENTLY IF NOT EXISTS slow ON t (c);
         DROP INDEX tags",
        expect![[r#"
            CREATE INDEX "ix_t_a" ON "t" ("a");
            CREATE UNIQUE INDEX "uq" ON "t" ("b" COLLATE "C" "text_pattern_ops" DESC NULLS LAST, (a + 1)) INCLUDE ("c") WHERE a > 0 AND b <> '';
            CREATE INDEX IF NOT EXISTS "tags" ON "t" USING "gin" ("tags");
            CREATE INDEX CONCURRENTLY IF NOT EXISTS "slow" ON "t" ("c"); -- in no transaction
            DROP INDEX "tags";
            -- undone by
            CREATE INDEX "tags" ON "t" USING "gin" ("tags");
            -- undone by
            DROP INDEX CONCURRENTLY "slow"; -- in no transaction
            -- undone by
            DROP INDEX "tags";
            -- undone by
            DROP INDEX "uq";
            -- undone by
            DROP INDEX "ix_t_a";
        "#]],
    );
}

#[test]
fn concurrent_index_builds_are_in_no_transaction() {
    check(
        "CREATE TABLE t (a int); CREATE INDEX ix ON t (a)",
        "DROP INDEX CONCURRENTLY IF EXISTS ix; DROP INDEX CONCURRENTLY IF EXISTS ix",
        expect![[r#"
            DROP INDEX CONCURRENTLY IF EXISTS "ix"; -- in no transaction
            DROP INDEX CONCURRENTLY IF EXISTS "ix"; -- in no transaction
            -- undone by
            CREATE INDEX CONCURRENTLY "ix" ON "t" ("a"); -- in no transaction
        "#]],
    );
}

#[test]
fn options_of_storage_come_back() {
    run(async {
        let mut server = Server::new("CREATE TABLE t (a int); CREATE INDEX ix ON t (a)").await;
        let table = server.schema.tables.values_mut().next().unwrap();
        let options = |options: &[(&str, &str)]| {
            options.iter().map(|(option, value)| ((*option).to_owned(), (*value).to_owned())).collect()
        };
        table.options = options(&[
            ("fillfactor", "70"),
            ("tablespace", "pg_default"),
            ("toast.autovacuum_enabled", "false"),
            ("unlogged", ""),
            ("using", "heap"),
        ]);
        table.columns[0].options =
            options(&[("n_distinct", "5"), ("statistics", "50"), ("storage", "plain")]);
        table.indexes[0].options =
            options(&[("fillfactor", "80"), ("invalid", ""), ("tablespace", "pg_default")]);
        let (_, undo) = server.apply(&read("DROP TABLE t", &server.schema)).await;
        // What is the default is not told.
        let (statements, _) = server.apply_unchecked(&undo[0]).await;
        expect![[r#"
            CREATE UNLOGGED TABLE "t" (
                "a" INTEGER
            ) USING "heap" WITH ("fillfactor" = '70', "toast"."autovacuum_enabled" = 'false') TABLESPACE "pg_default";
            ALTER TABLE "t" ALTER COLUMN "a" SET ("n_distinct" = '5'), ALTER COLUMN "a" SET STATISTICS 50, ALTER COLUMN "a" SET STORAGE plain;
            CREATE INDEX "ix" ON "t" ("a") WITH ("fillfactor" = '80') TABLESPACE "pg_default";
        "#]]
        .assert_eq(&show(&statements));
    });
}

#[test]
fn data_statements_stay_as_they_are() {
    run(async {
        let mut server = Server::new("CREATE TABLE t (a int, b text)").await;
        let sql = "INSERT INTO t /* two */ VALUES (1, 'it''s'), (2, '\\x')";
        let (statements, _) = server.apply(&read(sql, &server.schema)).await;
        assert_eq!(show(&statements), format!("{sql};\n"));
        assert_eq!(server.rows("SELECT * FROM t").await, "1|it's\n2|\\x\n");
    });
}
