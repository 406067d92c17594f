//! Changes of a table, and how few statements they take.

use expect_test::expect;

use crate::support::{Server, check, read, run, show};

const T: &str = "CREATE TABLE other (id int PRIMARY KEY);
    CREATE TABLE t (a int NOT NULL, b text, c int DEFAULT 1, d int)";

#[test]
fn columns() {
    check(
        T,
        "ALTER TABLE t ADD COLUMN e text NOT NULL DEFAULT 'x' || 'y';
         ALTER TABLE t ADD COLUMN IF NOT EXISTS e int;
         ALTER TABLE t ADD COLUMN f int GENERATED ALWAYS AS (a + c) STORED;
         ALTER TABLE t ADD COLUMN g int REFERENCES other CHECK (g > 0);
         COMMENT ON COLUMN t.g IS 'the g';
         ALTER TABLE t DROP COLUMN IF EXISTS z;
         ALTER TABLE t RENAME COLUMN e TO \"E\"",
        expect![[r#"
            ALTER TABLE "t"
                ADD COLUMN "e" TEXT NOT NULL DEFAULT ('x' || 'y'),
                ADD COLUMN IF NOT EXISTS "e" INTEGER,
                ADD COLUMN "f" INTEGER GENERATED ALWAYS AS (a + c) STORED,
                ADD COLUMN "g" INTEGER,
                ADD CONSTRAINT "fk_t_g_other" FOREIGN KEY ("g") REFERENCES "other",
                ADD CONSTRAINT "ck_t_g" CHECK (g > 0),
                DROP COLUMN IF EXISTS "z";
            COMMENT ON COLUMN "t"."g" IS 'the g';
            ALTER TABLE "t" RENAME COLUMN "e" TO "E";
            -- undone by
            ALTER TABLE "t" RENAME COLUMN "E" TO "e";
            -- undone by
            COMMENT ON COLUMN "t"."g" IS NULL;
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "ck_t_g";
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "fk_t_g_other";
            -- undone by
            ALTER TABLE "t" DROP COLUMN "g";
            -- undone by
            ALTER TABLE "t" DROP COLUMN "f";
            -- undone by
            ALTER TABLE "t" DROP COLUMN "e";
        "#]],
    );
    check(
        &format!("{T}; CREATE INDEX ix ON t (d); ALTER TABLE t ADD UNIQUE (d), ADD CHECK (d > 0)"),
        "ALTER TABLE t DROP COLUMN d",
        expect![[r#"
            ALTER TABLE "t" DROP COLUMN "d";
            -- undone by
            ALTER TABLE "t"
                ADD COLUMN "d" INTEGER,
                ADD CONSTRAINT "uq_t_d" UNIQUE ("d"),
                ADD CONSTRAINT "ck_t_d" CHECK (d > 0);
            CREATE INDEX "ix" ON "t" ("d");
        "#]],
    );
}

#[test]
fn what_a_column_allows_and_defaults_to() {
    check(
        T,
        "ALTER TABLE t ALTER COLUMN a DROP NOT NULL, ALTER COLUMN b SET NOT NULL, ALTER COLUMN b SET DEFAULT 'x',
             ALTER COLUMN c DROP DEFAULT;
         COMMENT ON COLUMN t.a IS 'the a';
         COMMENT ON TABLE t IS 'it';
         COMMENT ON COLUMN t.a IS NULL;
         COMMENT ON TABLE t IS NULL",
        expect![[r#"
            ALTER TABLE "t"
                ALTER COLUMN "a" DROP NOT NULL,
                ALTER COLUMN "b" SET NOT NULL,
                ALTER COLUMN "b" SET DEFAULT 'x',
                ALTER COLUMN "c" DROP DEFAULT;
            COMMENT ON COLUMN "t"."a" IS 'the a';
            COMMENT ON TABLE "t" IS 'it';
            COMMENT ON COLUMN "t"."a" IS NULL;
            COMMENT ON TABLE "t" IS NULL;
            -- undone by
            COMMENT ON TABLE "t" IS 'it';
            -- undone by
            COMMENT ON COLUMN "t"."a" IS 'the a';
            -- undone by
            COMMENT ON TABLE "t" IS NULL;
            -- undone by
            COMMENT ON COLUMN "t"."a" IS NULL;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "c" SET DEFAULT 1;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "b" DROP DEFAULT;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "a" SET NOT NULL;
        "#]],
    );
}

#[test]
fn constraints() {
    check(
        T,
        "ALTER TABLE t ADD PRIMARY KEY (a), ADD CONSTRAINT uq UNIQUE (b, c) DEFERRABLE INITIALLY DEFERRED,
             ADD CONSTRAINT fk FOREIGN KEY (d) REFERENCES other (id) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE
                 NOT VALID,
             ADD CONSTRAINT ck CHECK (c > 0 OR d > 0) NOT VALID;
         ALTER TABLE t VALIDATE CONSTRAINT fk;
         ALTER TABLE t VALIDATE CONSTRAINT ck;
         ALTER TABLE t RENAME CONSTRAINT ck TO positive;
         ALTER TABLE t DROP CONSTRAINT uq;
         ALTER TABLE t DROP CONSTRAINT IF EXISTS absent",
        expect![[r#"
            ALTER TABLE "t"
                ADD CONSTRAINT "pk_t" PRIMARY KEY ("a"),
                ADD CONSTRAINT "uq" UNIQUE ("b", "c") DEFERRABLE INITIALLY DEFERRED,
                ADD CONSTRAINT "fk" FOREIGN KEY ("d") REFERENCES "other" ("id") MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE NOT VALID,
                ADD CONSTRAINT "ck" CHECK (c > 0 OR d > 0) NOT VALID;
            ALTER TABLE "t" VALIDATE CONSTRAINT "fk";
            ALTER TABLE "t" VALIDATE CONSTRAINT "ck";
            ALTER TABLE "t" RENAME CONSTRAINT "ck" TO "positive";
            ALTER TABLE "t"
                DROP CONSTRAINT "uq",
                DROP CONSTRAINT IF EXISTS "absent";
            -- undone by
            ALTER TABLE "t" ADD CONSTRAINT "uq" UNIQUE ("b", "c") DEFERRABLE INITIALLY DEFERRED;
            -- undone by
            ALTER TABLE "t" RENAME CONSTRAINT "positive" TO "ck";
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "ck";
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "fk";
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "uq";
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "pk_t";
        "#]],
    );
}

#[test]
fn numbering() {
    check(
        T,
        "ALTER TABLE t ALTER COLUMN a ADD GENERATED BY DEFAULT AS IDENTITY;
         ALTER TABLE t ALTER COLUMN a SET GENERATED ALWAYS SET INCREMENT BY -2 SET CACHE 5;
         ALTER TABLE t ALTER COLUMN a SET GENERATED ALWAYS SET START WITH 7 SET MINVALUE 3 SET MAXVALUE 900 SET CYCLE;
         ALTER TABLE t ALTER COLUMN a DROP IDENTITY",
        expect![[r#"
            ALTER TABLE "t" ALTER COLUMN "a" ADD GENERATED BY DEFAULT AS IDENTITY;
            SELECT setval(pg_get_serial_sequence('"t"', 'a'), max("a")) FROM "t" HAVING max("a") >= 1;
            ALTER TABLE "t" ALTER COLUMN "a" SET GENERATED ALWAYS SET INCREMENT BY -2 SET NO MINVALUE SET NO MAXVALUE SET START WITH -1 SET CACHE 5 RESTART;
            SELECT setval(pg_get_serial_sequence('"t"', 'a'), min("a")) FROM "t" HAVING min("a") <= -1;
            ALTER TABLE "t" ALTER COLUMN "a" SET INCREMENT BY 1 SET MINVALUE 3 SET MAXVALUE 900 SET START WITH 7 SET CACHE 1 SET CYCLE RESTART;
            ALTER TABLE "t" ALTER COLUMN "a" DROP IDENTITY;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "a" ADD GENERATED ALWAYS AS IDENTITY (START WITH 7 MINVALUE 3 MAXVALUE 900 CYCLE);
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "a" SET INCREMENT BY -2 SET NO MINVALUE SET NO MAXVALUE SET START WITH -1 SET CACHE 5 SET NO CYCLE RESTART;
            SELECT setval(pg_get_serial_sequence('"t"', 'a'), min("a")) FROM "t" HAVING min("a") <= -1;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "a" SET GENERATED BY DEFAULT SET INCREMENT BY 1 SET NO MINVALUE SET NO MAXVALUE SET START WITH 1 SET CACHE 1 RESTART;
            SELECT setval(pg_get_serial_sequence('"t"', 'a'), max("a")) FROM "t" HAVING max("a") >= 1;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "a" DROP IDENTITY;
        "#]],
    );
}

#[test]
fn new_numbers_go_on_behind_those_that_are_there() {
    run(async {
        let setup = "CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int NOT NULL, d int NOT NULL);
            INSERT INTO t VALUES (41, -5, -5, 41)";
        let mut server = Server::new(setup).await;
        let sql = "ALTER TABLE t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY,
            ALTER COLUMN b ADD GENERATED ALWAYS AS IDENTITY,
            ALTER COLUMN c ADD GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1),
            ALTER COLUMN d ADD GENERATED ALWAYS AS IDENTITY (START WITH 7)";
        let (statements, _) = server.apply(&read(sql, &server.schema)).await;
        expect![[r#"
            ALTER TABLE "t"
                ALTER COLUMN "a" ADD GENERATED ALWAYS AS IDENTITY,
                ALTER COLUMN "b" ADD GENERATED ALWAYS AS IDENTITY,
                ALTER COLUMN "c" ADD GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1),
                ALTER COLUMN "d" ADD GENERATED ALWAYS AS IDENTITY (START WITH 7);
            SELECT setval(pg_get_serial_sequence('"t"', 'a'), max("a")) FROM "t" HAVING max("a") >= 1;
            SELECT setval(pg_get_serial_sequence('"t"', 'b'), max("b")) FROM "t" HAVING max("b") >= 1;
            SELECT setval(pg_get_serial_sequence('"t"', 'c'), min("c")) FROM "t" HAVING min("c") <= -1;
        "#]]
        .assert_eq(&show(&statements));
        server.run("INSERT INTO t DEFAULT VALUES").await;
        expect![[r#"
            41|-5|-5|41
            42|1|-6|7
        "#]]
        .assert_eq(&server.rows("SELECT * FROM t").await);
    });
}

#[test]
fn generated_columns_become_plain_before_they_are_converted() {
    check(
        "CREATE TABLE t (a varchar(10), b varchar(10) GENERATED ALWAYS AS (a) STORED)",
        "ALTER TABLE t ALTER COLUMN b DROP EXPRESSION; ALTER TABLE t ALTER COLUMN b TYPE SMALLINT;
         ALTER TABLE t ALTER COLUMN a SET NOT NULL",
        expect![[r#"
            ALTER TABLE "t" ALTER COLUMN "b" DROP EXPRESSION;
            ALTER TABLE "t"
                ALTER COLUMN "b" TYPE SMALLINT USING "b"::SMALLINT,
                ALTER COLUMN "a" SET NOT NULL;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "a" DROP NOT NULL;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "b" TYPE VARCHAR(10);
            -- undone by
            ALTER TABLE "t"
                DROP COLUMN "b",
                ADD COLUMN "b" VARCHAR(10) GENERATED ALWAYS AS (a) STORED;
        "#]],
    );
}

#[test]
fn generated_columns_become_plain() {
    check(
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED); CREATE INDEX ix ON t (b)",
        "ALTER TABLE t ALTER COLUMN b DROP EXPRESSION",
        expect![[r#"
            ALTER TABLE "t" ALTER COLUMN "b" DROP EXPRESSION;
            -- undone by
            ALTER TABLE "t"
                DROP COLUMN "b",
                ADD COLUMN "b" INTEGER GENERATED ALWAYS AS (a + 1) STORED;
            CREATE INDEX "ix" ON "t" ("b");
        "#]],
    );
}

#[test]
fn one_statement_where_the_order_does_not_matter() {
    check(
        T,
        "ALTER TABLE t ALTER COLUMN a TYPE bigint;
         ALTER TABLE t ALTER COLUMN b SET NOT NULL;
         ALTER TABLE t ALTER COLUMN c TYPE bigint;
         ALTER TABLE t ADD COLUMN e int;
         ALTER TABLE t ALTER COLUMN d TYPE bigint;
         ALTER TABLE t ADD CONSTRAINT ck CHECK (e > 0)",
        expect![[r#"
            ALTER TABLE "t"
                ALTER COLUMN "a" TYPE BIGINT,
                ALTER COLUMN "b" SET NOT NULL,
                ALTER COLUMN "c" DROP DEFAULT,
                ALTER COLUMN "c" TYPE BIGINT,
                ALTER COLUMN "c" SET DEFAULT 1,
                ADD COLUMN "e" INTEGER,
                ALTER COLUMN "d" TYPE BIGINT,
                ADD CONSTRAINT "ck" CHECK (e > 0);
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "ck";
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "d" TYPE INTEGER;
            -- undone by
            ALTER TABLE "t" DROP COLUMN "e";
            -- undone by
            ALTER TABLE "t"
                ALTER COLUMN "c" DROP DEFAULT,
                ALTER COLUMN "c" TYPE INTEGER,
                ALTER COLUMN "c" SET DEFAULT 1;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "b" DROP NOT NULL;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "a" TYPE INTEGER;
        "#]],
    );
}

#[test]
fn several_where_it_does() {
    check(
        T,
        "ALTER TABLE t ADD COLUMN e text;
         ALTER TABLE t ALTER COLUMN e TYPE varchar(9);
         ALTER TABLE t ALTER COLUMN b TYPE int USING length(e);
         ALTER TABLE t ALTER COLUMN c SET NOT NULL;
         ALTER TABLE t ALTER COLUMN c DROP NOT NULL;
         ALTER TABLE t RENAME COLUMN d TO e2;
         ALTER TABLE t ADD COLUMN d int;
         ALTER TABLE t ADD CONSTRAINT ck CHECK (d > 0);
         ALTER TABLE t DROP CONSTRAINT ck;
         ALTER TABLE t DROP COLUMN d",
        expect![[r#"
            ALTER TABLE "t" ADD COLUMN "e" TEXT;
            ALTER TABLE "t" ALTER COLUMN "e" TYPE VARCHAR(9);
            ALTER TABLE "t"
                ALTER COLUMN "b" TYPE INTEGER USING length(e),
                ALTER COLUMN "c" SET NOT NULL;
            ALTER TABLE "t" ALTER COLUMN "c" DROP NOT NULL;
            ALTER TABLE "t" RENAME COLUMN "d" TO "e2";
            ALTER TABLE "t"
                ADD COLUMN "d" INTEGER,
                ADD CONSTRAINT "ck" CHECK (d > 0);
            ALTER TABLE "t"
                DROP CONSTRAINT "ck",
                DROP COLUMN "d";
            -- undone by
            ALTER TABLE "t" ADD COLUMN "d" INTEGER;
            -- undone by
            ALTER TABLE "t" ADD CONSTRAINT "ck" CHECK (d > 0);
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "ck";
            -- undone by
            ALTER TABLE "t" DROP COLUMN "d";
            -- undone by
            ALTER TABLE "t" RENAME COLUMN "e2" TO "d";
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "c" SET NOT NULL;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "c" DROP NOT NULL;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "b" TYPE TEXT;
            -- undone by
            ALTER TABLE "t" ALTER COLUMN "e" TYPE TEXT;
            -- undone by
            ALTER TABLE "t" DROP COLUMN "e";
        "#]],
    );
}

#[test]
fn a_key_is_there_before_what_refers_to_it() {
    check(
        T,
        "ALTER TABLE t ADD COLUMN parent int;
         ALTER TABLE t ADD PRIMARY KEY (a);
         ALTER TABLE t ADD FOREIGN KEY (parent) REFERENCES t",
        expect![[r#"
            ALTER TABLE "t"
                ADD COLUMN "parent" INTEGER,
                ADD CONSTRAINT "pk_t" PRIMARY KEY ("a"),
                ADD CONSTRAINT "fk_t_parent_t" FOREIGN KEY ("parent") REFERENCES "t";
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "fk_t_parent_t";
            -- undone by
            ALTER TABLE "t" DROP CONSTRAINT "pk_t";
            -- undone by
            ALTER TABLE "t" DROP COLUMN "parent";
        "#]],
    );
}
