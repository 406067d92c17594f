//! Expressions that every backend must read back as the normal form of what was
//! written. Each case tries many and names those that it lost.

use retort_core::{backend::Feature, schema::Schema};

use crate::{
    case::{Case, Stop, Verdict},
    context::{Context, require},
    session::Refusal,
    site::{Site, parse, same_schema},
};

pub(super) fn cases() -> Vec<Case> {
    let case = |name: &str, feature: Option<Feature>, definitions: &'static [&'static str], write: Write| {
        Case::with_database(format!("introspect_is_normalize::expression::{name}"), move |context| {
            Box::pin(expressions(context, feature, definitions, write))
        })
    };
    vec![
        case("check", None, CHECKS, |expression| {
            format!("CREATE TABLE t ({COLUMNS}, CONSTRAINT ck CHECK ({expression}))")
        }),
        case("default", None, DEFAULTS, |column| {
            format!("CREATE TABLE t (id INTEGER PRIMARY KEY, x {column})")
        }),
        case("generated", Some(Feature::GeneratedStored), GENERATED, |column| {
            format!("CREATE TABLE t ({COLUMNS}, x {column})")
        }),
        case("predicate", Some(Feature::PartialIndex), PREDICATES, |predicate| {
            format!("CREATE TABLE t ({COLUMNS}); CREATE INDEX ix ON t (a) WHERE {predicate}")
        }),
        case("index", Some(Feature::ExpressionIndex), KEYS, |key| {
            format!("CREATE TABLE t ({COLUMNS}); CREATE INDEX ix ON t (({key}))")
        }),
    ]
}

type Write = fn(&str) -> String;

/// The columns that expressions are about.
const COLUMNS: &str = r#"a INTEGER, b BIGINT, s VARCHAR(50), u VARCHAR(50), n NUMERIC(10, 2), f BOOLEAN, d DATE, "it's ""q""" INTEGER, "end" INTEGER"#;

const CHECKS: &[&str] = &[
    "a > 0",
    "a >= 0 AND a < 10",
    "a > 0 OR b > 0 AND a < b",
    "(a > 0 OR b > 0) AND a < b",
    "NOT (a = 1)",
    "NOT a = 1 OR b = 2",
    "a <> b",
    "a != b",
    "a IS NULL",
    "a IS NOT NULL",
    "(a IS NULL) = (b IS NULL)",
    "a BETWEEN 1 AND 10",
    "a NOT BETWEEN 1 AND 10",
    "a IN (1, 2, 3)",
    "a NOT IN (1, 2)",
    "a IN (1)",
    "s IN ('x', 'it''s')",
    "s = 'x'",
    "s <> ''",
    "s LIKE 'a%'",
    "s NOT LIKE '%\\_%'",
    "length(s) > 3",
    "lower(s) = s",
    "upper(s) <> lower(u)",
    "abs(a) < 10",
    "coalesce(a, 0) > 0",
    "coalesce(s, u, 'none') <> ''",
    "nullif(a, 0) IS NOT NULL",
    "a + b * 2 > 10",
    "(a + b) * 2 > 10",
    "a - (b - 1) > 0",
    "a - b - 1 > 0",
    "a % 2 = 0",
    "-a < 0",
    "a > -1",
    "n >= 0.50",
    "n * 1.1 < 1000",
    "s || u <> 'xy'",
    "a || '' <> s",
    "CASE WHEN a > 0 THEN b > 0 ELSE s IS NOT NULL END",
    "CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE s END <> u",
    "CAST(a AS VARCHAR(20)) <> s",
    "f",
    "NOT f",
    "f = TRUE",
    "f IS TRUE",
    "f IS NOT FALSE",
    "d > '2000-01-01'",
    "\"it's \"\"q\"\"\" > 0",
    "\"end\" > a",
    "s <> 'back\\slash'",
    "s <> 'two\nlines'",
    "a = 1 AND b = 2 AND s = 'x' AND u = 'y'",
    "a > 1000000000 AND b < 9000000000000000000",
];

const DEFAULTS: &[&str] = &[
    "INTEGER DEFAULT 0",
    "INTEGER DEFAULT -1",
    "INTEGER DEFAULT +1",
    "INTEGER DEFAULT (1 + 2)",
    "INTEGER DEFAULT NULL",
    "SMALLINT DEFAULT 1",
    "BIGINT DEFAULT 9000000000000000000",
    "VARCHAR(50) DEFAULT 'x'",
    "VARCHAR(50) DEFAULT '1'",
    "VARCHAR(50) DEFAULT ''",
    "TEXT DEFAULT 'long'",
    "CHAR(4) DEFAULT 'ab'",
    "BOOLEAN DEFAULT TRUE",
    "BOOLEAN DEFAULT FALSE",
    "NUMERIC(10, 2) DEFAULT 0",
    "NUMERIC(10, 2) DEFAULT 0.10",
    "NUMERIC(10, 2) DEFAULT -12.50",
    "DOUBLE PRECISION DEFAULT 1.5",
    "DOUBLE PRECISION DEFAULT 1",
    "REAL DEFAULT 0.25",
    "DATE DEFAULT '2024-02-29'",
    "DATE DEFAULT CURRENT_DATE",
    "TIMESTAMP DEFAULT CURRENT_TIMESTAMP",
    "TIMESTAMP(0) DEFAULT CURRENT_TIMESTAMP",
    "TIMESTAMP DEFAULT '2024-02-29 12:30:00'",
    "TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP",
    "TIME DEFAULT '12:30:00'",
    "VARCHAR(50) DEFAULT lower('X')",
    "VARCHAR(50) DEFAULT ('a' || 'b')",
    "JSON DEFAULT '{}'",
    "UUID DEFAULT '00000000-0000-0000-0000-000000000001'",
];

const GENERATED: &[&str] = &[
    "INTEGER GENERATED ALWAYS AS (a + 1) STORED",
    "BIGINT GENERATED ALWAYS AS (b * 2 - 1) STORED",
    "VARCHAR(50) GENERATED ALWAYS AS (lower(s)) STORED",
    "TEXT GENERATED ALWAYS AS (s || '-' || u) STORED",
    "TEXT GENERATED ALWAYS AS (coalesce(s, 'it''s')) STORED",
    "INTEGER GENERATED ALWAYS AS (CASE WHEN a > 0 THEN 1 ELSE 0 END) STORED",
    "NUMERIC(10, 2) GENERATED ALWAYS AS (n * 2) STORED",
    "INTEGER GENERATED ALWAYS AS (length(s)) STORED",
    "BOOLEAN GENERATED ALWAYS AS (a > 0) STORED",
    "INTEGER GENERATED ALWAYS AS (\"it's \"\"q\"\"\" + \"end\") STORED",
];

const PREDICATES: &[&str] = &[
    "a > 0",
    "a IS NOT NULL AND b IS NULL",
    "s = 'x'",
    "s IN ('x', 'y')",
    "f",
    "NOT f",
    "lower(s) <> ''",
    "\"end\" > 0",
];

const KEYS: &[&str] = &["a + 1", "lower(s)", "coalesce(a, 0)", "a * b", "abs(a)", "\"end\" + 1", "upper(s)"];

async fn expressions(
    context: &Context,
    feature: Option<Feature>,
    definitions: &[&str],
    write: Write,
) -> Verdict {
    let mut site = Site::new(context).await?;
    if let Some(feature) = feature {
        require(&*site.session.backend, feature)?;
    }
    let (mut lost, mut held, mut refused) = (Vec::new(), 0, Vec::new());
    for definition in definitions {
        match one(&mut site, &write(definition)).await {
            Ok(()) => held += 1,
            Err(Stop::Skipped(reason)) => refused.push(format!("{definition}: {reason}")),
            Err(Stop::Failed(message)) => lost.push(format!("{definition}: {message}")),
        }
        for table in site.session.introspect(&site.model).await?.tables.into_values() {
            let drop = format!("DROP TABLE {}", site.session.quote(table.name.name.as_str()));
            site.session.change(&drop).await?;
        }
    }
    if !lost.is_empty() {
        return Err(Stop::Failed(format!(
            "{} of {} are lost\n{}",
            lost.len(),
            definitions.len(),
            lost.join("\n")
        )));
    }
    match held {
        0 => Err(Stop::Skipped(refused.swap_remove(0))),
        _ => site.session.close().await,
    }
}

/// Creates a table with the expression, and reads it back.
async fn one(site: &mut Site, sql: &str) -> Verdict {
    site.model = Schema::default();
    for operation in parse(sql)? {
        match site.apply(std::slice::from_ref(&operation)).await {
            Ok(_) => {}
            Err(refusal @ Refusal::Unsupported(_)) => return Err(refusal.into()),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let found = site.session.introspect(&site.model).await?;
    let expected = site.session.backend.normalize(site.model.clone())?;
    let columns = |schema: &Schema| {
        format!(
            "{:?}",
            schema
                .tables
                .values()
                .map(|table| (
                    &table.constraints,
                    table.columns.last().map(|column| (&column.ty, &column.default, &column.generated)),
                    &table.indexes
                ))
                .collect::<Vec<_>>()
        )
    };
    same_schema(&found, &expected, || String::new()).map_err(|_| {
        Stop::failed(format!("\n    found    {}\n    expected {}", columns(&found), columns(&expected)))
    })
}
