//! What reading does to the session, and what the session does to reading.

use std::collections::BTreeSet;

use retort_core::schema::{Name, Type};

use super::*;
use crate::syntax::SYNTAX;

const HOSTILE: [&str; 6] = [
    "Mixed Case",
    "quote\"d",
    "dots.and'quotes",
    "größe 表 🦀",
    "select",
    "a23456789012345678901234567890123456789012345678901234567890123",
];

fn quoted(name: &str) -> String {
    SYNTAX.quote_identifier(name)
}

#[tokio::test]
async fn hostile_names_are_names() {
    let mut statements = Vec::new();
    for namespace in HOSTILE {
        let namespace = quoted(namespace);
        statements.push(format!("CREATE SCHEMA {namespace};"));
        for name in HOSTILE {
            let (table, column) = (format!("{namespace}.{}", quoted(name)), quoted(name));
            let ix = quoted(&name.chars().rev().collect::<String>());
            let ty = quoted(&format!("{}!", &name.chars().skip(1).collect::<String>()));
            statements.push(format!(
                "CREATE TYPE {namespace}.{ty} AS ENUM ('a', 'b''c');
                 CREATE DOMAIN {namespace}.{} AS integer;
                 CREATE TABLE {table} ({column} integer PRIMARY KEY, b {namespace}.{ty}, c {namespace}.{ty}[],
                     d {namespace}.{}, \"E\" text COLLATE \"C\");
                 CREATE INDEX {ix} ON {table} (lower(\"E\") COLLATE \"POSIX\", {column});
                 ALTER TABLE {table} ADD FOREIGN KEY ({column}) REFERENCES {table};
                 COMMENT ON COLUMN {table}.{column} IS {};",
                quoted(&format!("{ix}?")),
                quoted(&format!("{ix}?")),
                SYNTAX.quote_literal(name),
            ));
        }
    }
    let fixture = Fixture::new(&statements.concat()).await;
    for default in [None, Some("Mixed Case"), Some("quote\"d"), Some("größe 表 🦀")] {
        if let Some(default) = default {
            fixture.run(&format!("SET search_path = missing, {}, public", quoted(default))).await;
        }
        let schema = fixture.read().await;
        let mut namespaces: BTreeSet<Name> = HOSTILE.iter().map(|name| Name::from(*name)).collect();
        if let Some(default) = default {
            namespaces.remove(&Name::from(default));
            namespaces.insert("public".into());
        }
        assert_eq!(schema.namespaces, namespaces);
        assert_eq!(schema.tables.len(), 36);
        for namespace in HOSTILE {
            for name in HOSTILE {
                let namespace =
                    Some(namespace).filter(|namespace| Some(*namespace) != default).map(Name::from);
                let table =
                    &schema.tables[&QualifiedName { namespace: namespace.clone(), name: name.into() }];
                let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
                assert_eq!(columns, [name, "b", "c", "d", "E"]);
                assert_eq!(table.columns[0].comment.as_deref(), Some(name));
                let Type::Enum(ty) = &table.columns[1].ty else { panic!("{:?}", table.columns[1].ty) };
                assert_eq!(schema.enums[ty].values, ["a", "b'c"]);
                assert_eq!(table.columns[2].ty, Type::Array(Box::new(Type::Enum(ty.clone()))));
                let Type::Native(text) = &table.columns[3].ty else { panic!("{:?}", table.columns[3].ty) };
                let ix: String = name.chars().rev().collect();
                let read = retort_core::script::portable::native_type_name(text);
                let domain = quoted(&format!("{}?", quoted(&ix)));
                let domain = domain[1..domain.len() - 1].replace("\"\"", "\"");
                let domain = domain
                    .chars()
                    .scan(0, |bytes, c| {
                        *bytes += c.len_utf8();
                        (*bytes <= 63).then_some(c)
                    })
                    .collect::<String>();
                assert_eq!(read, Some(QualifiedName { namespace, name: domain.into() }), "{text}");
                assert_eq!(table.indexes[0].name.as_str(), ix);
                assert_eq!(table.indexes[0].key[0].collation, Some("POSIX".into()), "{ix}");
                let ConstraintKind::ForeignKey(key) = &table.constraints[1].kind else { panic!() };
                assert_eq!(
                    (&key.references, key.referenced_columns.as_slice()),
                    (&table.name, &[Name::from(name)][..])
                );
            }
        }
        for object in &schema.unmanaged {
            assert_eq!(object.kind, "domain");
        }
        assert_eq!(schema.unmanaged.len(), 36);
    }
}

#[tokio::test]
async fn names_are_relative_to_the_default_namespace() {
    let fixture = Fixture::new(
        "CREATE SCHEMA other; CREATE TYPE other.kind AS ENUM ('a'); CREATE TYPE kind AS ENUM ('b');
         CREATE FUNCTION other.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
         CREATE SEQUENCE other.s;
         CREATE TABLE other.t (id integer PRIMARY KEY DEFAULT nextval('other.s'), k other.kind DEFAULT 'a');
         CREATE TABLE t (id integer REFERENCES other.t, k kind DEFAULT 'b', o other.kind DEFAULT 'a' CHECK (other.f(id) > 0));
         CREATE VIEW v AS SELECT a.id FROM t a JOIN other.t b USING (id);
         CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();",
    )
    .await;
    let expected = expect![[r#"
        namespace other
        enum kind ["b"]
        enum other.kind ["a"]
        table t
          id INTEGER
          k kind default 'b'
          o other.kind default 'a'
          foreign key t_id_fkey (id) to other.t (id) delete NoAction update NoAction match Simple
          check constraint t_id_check other.f(id) > 0
        table other.t
          id INTEGER not null default nextval('other.s')
          k other.kind default 'a'
          primary key t_pkey (id)
        view v "SELECT id FROM t AS a JOIN other.t AS b USING (id)"
        unmanaged function other.f: CREATE OR REPLACE FUNCTION other.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $function$SELECT $1$function$
        unmanaged sequence other.s: CREATE SEQUENCE "other"."s" AS bigint
        unmanaged trigger tr of t: CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
    "#]];
    expected.assert_eq(&describe(&fixture.read().await));
    let in_other = expect![[r#"
        namespace public
        enum kind ["a"]
        enum public.kind ["b"]
        table t
          id INTEGER not null default nextval('s')
          k kind default 'a'
          primary key t_pkey (id)
        table public.t
          id INTEGER
          k public.kind default 'b'
          o kind default 'a'
          foreign key t_id_fkey (id) to t (id) delete NoAction update NoAction match Simple
          check constraint t_id_check f(id) > 0
        view public.v "SELECT id FROM public.t AS a JOIN t AS b USING (id)"
        unmanaged function f: CREATE OR REPLACE FUNCTION other.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $function$SELECT $1$function$
        unmanaged sequence s: CREATE SEQUENCE "s" AS bigint
        unmanaged trigger public.tr of public.t: CREATE TRIGGER tr BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
    "#]];
    fixture.run("SET search_path = other, public").await;
    in_other.assert_eq(&describe(&fixture.read().await));
    let in_none = expect![[r#"
        namespace other
        namespace public
        enum other.kind ["a"]
        enum public.kind ["b"]
        table other.t
          id INTEGER not null default nextval('other.s')
          k other.kind default 'a'
          primary key t_pkey (id)
        table public.t
          id INTEGER
          k public.kind default 'b'
          o other.kind default 'a'
          foreign key t_id_fkey (id) to other.t (id) delete NoAction update NoAction match Simple
          check constraint t_id_check other.f(id) > 0
        view public.v "SELECT id FROM public.t AS a JOIN other.t AS b USING (id)"
        unmanaged function other.f: CREATE OR REPLACE FUNCTION other.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $function$SELECT $1$function$
        unmanaged sequence other.s: CREATE SEQUENCE "other"."s" AS bigint
        unmanaged trigger public.tr of public.t: CREATE TRIGGER tr BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
    "#]];
    fixture.run("SET search_path = nothing").await;
    in_none.assert_eq(&describe(&fixture.read().await));
}

/// Settings of a session that change how the server writes things.
const SETTINGS: &str = "\
    SET quote_all_identifiers = on; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'; \
    SET TimeZone = 'Asia/Tokyo'; SET extra_float_digits = 0; SET bytea_output = 'escape'; \
    SET standard_conforming_strings = off; SET lc_monetary = 'C.UTF-8'; SET search_path = \"$user\", public, pg_catalog";

const SENSITIVE: &str = "\
    CREATE TABLE t (a date DEFAULT '2020-02-03', b interval DEFAULT '1 day 2 hours', c timestamptz DEFAULT '2020-02-03 04:05+00', \
                    d double precision DEFAULT '0.1', e bytea DEFAULT '\\x00ff', f text DEFAULT 'back\\slash', m money DEFAULT '1000')";

#[tokio::test]
async fn settings_of_the_session_change_nothing() {
    let fixture = Fixture::new(SENSITIVE).await;
    let usual = fixture.read().await;
    fixture.run(SETTINGS).await;
    let settings = "SELECT string_agg(name || setting, ' ' ORDER BY name) FROM pg_settings";
    let before: String = fixture.client.query_one(settings, &[]).await.unwrap().get(0);
    assert_eq!(describe(&fixture.read().await), describe(&usual));
    let after: String = fixture.client.query_one(settings, &[]).await.unwrap().get(0);
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_transaction_of_the_session_goes_on() {
    let fixture = Fixture::new(SENSITIVE).await;
    fixture.run(&format!("BEGIN; {SETTINGS}; CREATE TABLE u (a integer); SAVEPOINT mine")).await;
    let settings = "SELECT string_agg(name || setting, ' ' ORDER BY name) FROM pg_settings";
    let before: String = fixture.client.query_one(settings, &[]).await.unwrap().get(0);
    let schema = fixture.read().await;
    assert!(schema.tables.contains_key(&QualifiedName::unqualified("u")));
    let after: String = fixture.client.query_one(settings, &[]).await.unwrap().get(0);
    assert_eq!(after, before);
    fixture.run("ROLLBACK TO SAVEPOINT mine; ROLLBACK").await;
    let schema = fixture.read().await;
    assert!(!schema.tables.contains_key(&QualifiedName::unqualified("u")));
    // No transaction is left open.
    fixture.run("VACUUM").await;
}

#[tokio::test]
async fn a_read_that_nobody_waits_for_leaves_no_transaction() {
    let fixture = Fixture::new("CREATE TABLE t (a integer)").await;
    let scope = Scope::default();
    for polls in 1..40 {
        let mut reading = Box::pin(introspect(&fixture.client, &scope, fixture.server));
        for _ in 0..polls {
            let state =
                std::future::poll_fn(|context| std::task::Poll::Ready(reading.as_mut().poll(context))).await;
            if state.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(reading);
        fixture.run("VACUUM t").await;
    }
}

#[tokio::test]
async fn a_failure_says_why() {
    let fixture = Fixture::new("").await;
    let error = fixture.client.batch_execute("BEGIN; SELECT 1/0").await.unwrap_err();
    assert!(error.as_db_error().is_some());
    let failed = introspect(&fixture.client, &Scope::default(), fixture.server).await.unwrap_err();
    assert_eq!(failed.kind(), BackendErrorKind::Introspect);
    assert_eq!(failed.to_string(), "cannot read the catalog");
    let why = std::error::Error::source(&failed).expect("has a cause").to_string();
    assert!(why.contains("current transaction is aborted"), "{why}");
    let other = Fixture::new("").await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1";
    fixture.run("ROLLBACK").await;
    let pid: i32 = fixture.client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    other.client.query(end, &[&pid]).await.unwrap();
    let cut = introspect(&fixture.client, &Scope::default(), fixture.server).await.unwrap_err();
    assert_eq!(cut.kind(), BackendErrorKind::Connect);
}

#[tokio::test]
async fn the_scope_leaves_tables_out_with_what_is_theirs() {
    let fixture = Fixture::new(
        "CREATE SCHEMA crm; CREATE TABLE kept (id serial PRIMARY KEY, a integer);
         CREATE TABLE gone (id serial PRIMARY KEY, a integer UNIQUE, EXCLUDE USING btree (a WITH =), FOREIGN KEY (a) REFERENCES kept);
         ALTER TABLE gone ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON gone; COMMENT ON CONSTRAINT gone_pkey ON gone IS 'x';
         CREATE TABLE crm.gone (a integer); CREATE INDEX gi ON gone (a);
         CREATE TRIGGER tr BEFORE UPDATE ON gone FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
         CREATE RULE r AS ON INSERT TO gone DO NOTHING; CREATE STATISTICS st ON id, a FROM gone;",
    )
    .await;
    let scope = Scope { exclude: vec![QualifiedName::unqualified("gone")], ..Scope::default() };
    let expected = expect![[r#"
        namespace crm
        table kept
          id INTEGER not null default nextval('kept_id_seq')
          a INTEGER
          primary key kept_pkey (id)
        table crm.gone
          a INTEGER
        unmanaged sequence kept_id_seq of kept: CREATE SEQUENCE "kept_id_seq" AS integer OWNED BY "kept"."id"
    "#]];
    expected.assert_eq(&describe(&fixture.read_scope(&scope).await));
}

#[tokio::test]
async fn some_tables_are_read_with_what_is_on_them() {
    let fixture = Fixture::new(
        "CREATE SCHEMA crm; CREATE TABLE crm.a (id integer PRIMARY KEY, b text); CREATE INDEX ia ON crm.a (b);
         CREATE TYPE kind AS ENUM ('x'); CREATE TABLE b (id serial, a integer REFERENCES crm.a, k kind);
         CREATE TRIGGER tr BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
         CREATE TABLE c (id integer REFERENCES crm.a); CREATE VIEW v AS SELECT 1 AS one;
         CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE s;",
    )
    .await;
    let names = [QualifiedName::unqualified("b"), QualifiedName::unqualified("missing")];
    let scope = Scope { only: Some(names.to_vec()), ..Scope::default() };
    expect![[r#"
        enum kind ["x"]
        table b
          id INTEGER not null default nextval('b_id_seq')
          a INTEGER
          k kind
          foreign key b_a_fkey (a) to crm.a (id) delete NoAction update NoAction match Simple
        unmanaged sequence b_id_seq of b: CREATE SEQUENCE "b_id_seq" AS integer OWNED BY "b"."id"
        unmanaged trigger tr of b: CREATE TRIGGER tr BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
    "#]].assert_eq(&describe(&fixture.read_scope(&scope).await));
    let everything = fixture.read().await;
    for (name, table) in &everything.tables {
        let scope = Scope { only: Some(vec![name.clone()]), ..Scope::default() };
        let some = fixture.read_scope(&scope).await;
        assert_eq!(some.tables.values().collect::<Vec<_>>(), [table]);
        let is_on = |object: &&retort_core::schema::Unmanaged| object.table.as_ref() == Some(name);
        assert_eq!(some.unmanaged, everything.unmanaged.iter().filter(is_on).cloned().collect::<Vec<_>>());
    }
}

/// A newer server has all that the queries for an older one ask for, so that
/// they can be tried on it.
#[tokio::test]
async fn what_older_servers_are_asked_for_is_there() {
    let fixture = Fixture::new(
        "CREATE TABLE t (id integer PRIMARY KEY, a integer REFERENCES t, b text UNIQUE CHECK (b <> ''));
         CREATE INDEX ix ON t (lower(b)) WHERE a > 0; CREATE VIEW v AS SELECT a FROM t; CREATE SEQUENCE s",
    )
    .await;
    let schema = fixture.read().await;
    for major in 13..=fixture.server.version / 10_000 {
        let older = Server { version: major * 10_000 };
        let read = introspect(&fixture.client, &Scope::default(), older).await.expect("introspects");
        assert_eq!(read, schema, "{major}");
    }
}
