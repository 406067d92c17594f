//! What is interpreted must be what the server does.

use retort_core::schema::{ConstraintKind, Expression, IndexKey};
use retort_test_servers::{Database, Engine};
use tokio_postgres::{Client, NoTls};

use super::*;
use crate::{introspect::introspect, server::Server};

/// A database, and its schema as far as statements tell.
struct Shop {
    client: Client,
    _database: Database,
}

impl Shop {
    async fn new() -> Self {
        let database = Database::create(Engine::Postgresql);
        let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(SETUP).await.unwrap();
        Self { client, _database: database }
    }

    async fn schema(&self) -> Schema {
        introspect(&self.client, &retort_core::backend::Scope::default(), Server { version: 150_000 })
            .await
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Interprets a statement on the schema that is read, runs it, and reads
    /// again. The statement leaves no trace.
    async fn check(&self, sql: &str, expected: Effect) {
        let start = self.schema().await;
        let mut schema = start.clone();
        assert_eq!(interpret(sql, Some(&Name::from("public")), &mut schema), expected, "{sql}");
        if !sql.starts_with("VACUUM") {
            self.client.batch_execute("BEGIN").await.unwrap();
        }
        self.client.batch_execute(sql).await.unwrap_or_else(|error| {
            panic!("{sql}: {:?}", error.as_db_error().map(tokio_postgres::error::DbError::message))
        });
        match expected {
            Effect::Known => {
                let (found, expected) = (plain(self.schema().await), plain(schema));
                for (name, table) in &found.tables {
                    assert_eq!(expected.tables.get(name), Some(table), "{sql}");
                }
                assert_eq!(found, expected, "{sql}");
            }
            Effect::Unknown => assert_eq!(schema, start, "{sql}"),
        }
        self.client.batch_execute("ROLLBACK; RESET search_path").await.unwrap();
    }
}

const SETUP: &str = "
    CREATE SCHEMA crm;
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE album (id int PRIMARY KEY, title text NOT NULL);
    CREATE TABLE crm.log (what text, n int);
    CREATE INDEX ix ON album (title);
    CREATE VIEW titles AS SELECT title FROM album;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
    CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION g(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TRIGGER t AFTER INSERT ON album EXECUTE FUNCTION f();
    CREATE SEQUENCE s;
    CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;
    INSERT INTO crm.log VALUES ('x', 1)";

/// The schema without what is text: that is the server's after reading, and the
/// user's before.
fn plain(mut schema: Schema) -> Schema {
    let simplify = |expression: &mut Expression| {
        let text = expression.as_str().replace(['(', ')', ' '], "");
        let uncast = |part: &str| {
            let end = part.find(|c: char| !c.is_alphanumeric()).unwrap_or(part.len());
            part[end..].to_owned()
        };
        let mut parts = text.split("::");
        let first = parts.next().unwrap_or_default().to_owned();
        *expression = Expression::new(first + &parts.map(uncast).collect::<String>());
    };
    for table in schema.tables.values_mut() {
        for column in &mut table.columns {
            let generated = column.generated.as_mut().map(|generated| &mut generated.expression);
            column.default.as_mut().into_iter().chain(generated).for_each(simplify);
        }
        for constraint in &mut table.constraints {
            match &mut constraint.kind {
                ConstraintKind::Check(check) => simplify(&mut check.expression),
                // The server says which columns of the key it means.
                ConstraintKind::ForeignKey(key) => key.referenced_columns.clear(),
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {}
            }
        }
        for index in &mut table.indexes {
            index.predicate.as_mut().map(simplify);
            for part in &mut index.key {
                if let IndexKey::Expression(expression) = &mut part.key {
                    simplify(expression);
                }
            }
        }
    }
    for view in schema.views.values_mut() {
        view.query = "".into();
        view.columns.clear();
    }
    for object in &mut schema.unmanaged {
        object.definition = None;
    }
    schema.unmanaged.sort_by(|one, other| (&one.kind, &one.name).cmp(&(&other.kind, &other.name)));
    schema
}

#[tokio::test]
async fn rows_and_settings_leave_the_schema() {
    let shop = Shop::new().await;
    for sql in [
        "SELECT 1",
        "/* c */ INSERT INTO album VALUES (1, 'select into t')",
        "UPDATE crm.log SET what = 'y'",
        "WITH x AS (INSERT INTO album VALUES (1, 'x') RETURNING id) SELECT * FROM x",
        "TRUNCATE album",
        "SET LOCAL lock_timeout = '1s'",
        "ANALYZE album",
        "VACUUM album",
        "GRANT SELECT ON album TO PUBLIC",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "LOCK TABLE album IN SHARE MODE",
        "REFRESH MATERIALIZED VIEW m",
        "COMMENT ON SCHEMA crm IS 'customers'",
        "COMMENT ON FUNCTION f() IS 'nothing'",
        "CREATE TEMP TABLE scratch (a int)",
        "ALTER TABLE album OWNER TO CURRENT_USER",
        "ALTER FUNCTION f() OWNER TO CURRENT_USER",
        "ALTER TABLE album DISABLE TRIGGER t",
        "EXPLAIN SELECT 1",
    ] {
        shop.check(sql, Effect::Known).await;
    }
}

#[tokio::test]
async fn creations_are_seen() {
    let shop = Shop::new().await;
    for sql in [
        "CREATE TABLE a (id int PRIMARY KEY, b text UNIQUE, c int REFERENCES album CHECK (c > 0 AND c < 9), \
         CHECK (id > 1), CHECK (id > 2), CHECK (id > c), UNIQUE (b, c), FOREIGN KEY (id, b) REFERENCES a (id, b), \
         CONSTRAINT mine UNIQUE (id, b))",
        "CREATE TABLE crm.\"Odd\" (\"A b\" mood DEFAULT 'ok', ip inet, at timestamptz DEFAULT now())",
        "CREATE TABLE numbers (id serial PRIMARY KEY, small SMALLSERIAL, \"Big\" bigserial NOT NULL, t text)",
        "CREATE TABLE crm.numbers (id bigserial)",
        "CREATE TABLE identities (id int GENERATED ALWAYS AS IDENTITY, b int GENERATED ALWAYS AS (1) STORED)",
        "CREATE TABLE IF NOT EXISTS album (other int)",
        "CREATE TABLE album_title_idx (a int)",
        "CREATE INDEX ON album (title, id)",
        "CREATE UNIQUE INDEX IF NOT EXISTS iy ON crm.log (n DESC) INCLUDE (what) WHERE n > 3",
        "CREATE INDEX ON crm.log USING hash (what)",
        "CREATE UNLOGGED TABLE fast (a int)",
        "CREATE TABLE packed (a int, b text) USING heap WITH (fillfactor = 70, toast.autovacuum_enabled = off) TABLESPACE pg_default",
        "CREATE INDEX iw ON album (title) WITH (fillfactor = 50, deduplicate_items) WHERE id > 1",
        "CREATE VIEW v (a) AS SELECT id FROM album",
        "CREATE OR REPLACE VIEW titles AS SELECT title FROM album WHERE id > 1",
        "CREATE SCHEMA other",
        "CREATE TYPE size AS ENUM ('s', 'm')",
        "CREATE TRIGGER u BEFORE UPDATE OF title ON album FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE OR REPLACE TRIGGER t BEFORE INSERT ON public.album EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON crm.log FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE FUNCTION h(a int) RETURNS int LANGUAGE sql AS $$SELECT 1$$",
        "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
        "CREATE PROCEDURE crm.p() LANGUAGE sql AS 'SELECT 1'",
        "CREATE SEQUENCE IF NOT EXISTS s",
        "CREATE SEQUENCE s2 OWNED BY album.id",
        "CREATE MATERIALIZED VIEW crm.n AS SELECT 1 AS one WITH NO DATA",
        "CREATE DOMAIN email AS text CHECK (VALUE <> '')",
        "CREATE POLICY p ON album USING (true)",
        "CREATE RULE r AS ON DELETE TO titles DO INSTEAD NOTHING",
        "CREATE ROLE retort_nobody",
        "CREATE TABLE public.there (a public.mood, b int REFERENCES public.album)",
        "CREATE INDEX ON public.album (title)",
        "CREATE FUNCTION public.h() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SEQUENCE public.s3 OWNED BY public.album.id",
    ] {
        shop.check(sql, Effect::Known).await;
    }
}

#[tokio::test]
async fn alterations_are_seen() {
    let shop = Shop::new().await;
    for sql in [
        "ALTER TABLE album ADD COLUMN year int NOT NULL DEFAULT 2000 CHECK (year > 1900), ADD UNIQUE (year, title)",
        "ALTER TABLE album ADD nr bigserial",
        "ALTER TABLE album ADD COLUMN IF NOT EXISTS id serial",
        "ALTER TABLE crm.log ADD FOREIGN KEY (n) REFERENCES album (id) NOT VALID, ADD CHECK (n > 0)",
        "ALTER TABLE crm.log ADD PRIMARY KEY (n)",
        "ALTER TABLE album RENAME COLUMN id TO nr",
        "ALTER TABLE crm.log ALTER COLUMN what SET NOT NULL, ALTER n TYPE bigint",
        "ALTER TABLE album ALTER COLUMN title SET STATISTICS 100, ALTER title SET STORAGE EXTERNAL",
        "ALTER TABLE ONLY crm.log ALTER COLUMN n SET (n_distinct = -0.5, n_distinct_inherited = 3)",
        "ALTER TABLE crm.log RENAME TO logs",
        "ALTER TABLE album DROP COLUMN id",
        "ALTER INDEX ix RENAME TO iz",
        "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
        "COMMENT ON TABLE album IS 'records'",
        "COMMENT ON COLUMN crm.log.n IS 'number'",
        "ALTER TABLE public.album ADD COLUMN feel public.mood",
        "ALTER TABLE ONLY public.album ALTER COLUMN title SET DEFAULT 'x'",
        "alter table /* a */ only public.album add constraint \"only\" unique (title)",
        "ALTER TABLE public.album ADD CONSTRAINT u UNIQUE (title)",
    ] {
        shop.check(sql, Effect::Known).await;
    }
}

#[tokio::test]
async fn drops_are_seen() {
    let shop = Shop::new().await;
    for sql in [
        "DROP TABLE crm.log",
        "DROP TABLE IF EXISTS absent",
        "DROP VIEW titles",
        "DROP INDEX ix",
        "DROP TYPE mood",
        "DROP TRIGGER t ON album",
        "DROP TRIGGER IF EXISTS absent ON album",
        "DROP SEQUENCE s",
        "DROP MATERIALIZED VIEW m",
        "DROP FUNCTION IF EXISTS absent(int, text)",
        "DROP ROLE IF EXISTS retort_nobody",
    ] {
        shop.check(sql, Effect::Known).await;
    }
}

#[tokio::test]
async fn what_is_not_understood_is_unknown() {
    let shop = Shop::new().await;
    for sql in [
        "CREATE TABLE copy AS SELECT * FROM album",
        "SELECT * INTO copy FROM album",
        "CREATE TABLE part (a int) PARTITION BY LIST (a)",
        "DO $$BEGIN CREATE TABLE hidden (a int); END$$",
        "SET search_path TO crm",
        "SELECT set_config('search_path', 'crm', false)",
        "SET SCHEMA 'crm'",
        "DROP TABLE album CASCADE",
        "DROP FUNCTION g(int)",
        "CREATE INDEX ON album (lower(title))",
        "ALTER TABLE album SET (fillfactor = 70)",
        "ALTER TABLE album ENABLE ROW LEVEL SECURITY",
        "UPDATE pg_class SET reltuples = 0 WHERE false",
        "ALTER TABLE album CLUSTER ON ix",
    ] {
        shop.check(sql, Effect::Unknown).await;
    }
}

#[test]
fn what_a_session_keeps_is_taken_back() {
    let check = |sql: &str, expected: Option<&str>| {
        let found = resetting(sql);
        assert_eq!(found.as_ref().map(|reset| reset.sql.as_str()), expected, "{sql}");
        let of_names = ["RESET search_path", "RESET ROLE", "RESET SESSION AUTHORIZATION"];
        if let Some(found) = found {
            assert_eq!(found.of_names, of_names.contains(&found.sql.as_str()), "{sql}");
        }
    };
    let path = Some("RESET search_path");
    check("SELECT pg_catalog.set_config('search_path', '', false)", path);
    check("SET search_path = app, public", path);
    check("set local \"search_path\" to app", path);
    check("/* x */ SET SESSION search_path TO DEFAULT", path);
    check("SET SCHEMA 'app'", path);
    check("DO $$BEGIN EXECUTE 'SET search_path = app'; END$$", path);
    check("DO $$BEGIN PERFORM set_config('search_path', 'app', true); END$$", path);
    check("SET ROLE app", Some("RESET ROLE"));
    check("SET LOCAL ROLE app", Some("RESET ROLE"));
    check("SET SESSION AUTHORIZATION app", Some("RESET SESSION AUTHORIZATION"));
    check("RESET search_path", None);
    check("SET LOCAL lock_timeout = '1s'", None);
    check("SET CONSTRAINTS ALL DEFERRED", None);
    check("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", None);
    check("SET lock_timeout = '1s'", Some("RESET \"lock_timeout\""));
    check("set session \"lock_timeout\" to '1s'", Some("RESET \"lock_timeout\""));
    check("SET app.user = 'x'", Some("RESET \"app\".\"user\""));
    check("SET TIME ZONE 'Asia/Tokyo'", Some("RESET TimeZone"));
    check("SET NAMES 'LATIN1'", Some("SET client_encoding = 'UTF8'"));
    check("SET client_encoding = 'LATIN1'", Some("SET client_encoding = 'UTF8'"));
    check("SET standard_conforming_strings = off", Some("SET standard_conforming_strings = on"));
    check("SET datestyle TO 'German'", Some("SET DateStyle = ISO"));
    check("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", None);
    check("SHOW search_path", None);
    check("SELECT current_setting('search_path')", None);
    check("ALTER ROLE app SET search_path = app", None);
    check("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = app AS 'SELECT 1'", None);
}
