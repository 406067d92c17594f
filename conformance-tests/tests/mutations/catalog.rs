//! What a server's own catalog says, as lines in which an order that means
//! nothing does not show.

use std::collections::BTreeSet;

use crate::{case::Engine, session::Session};

/// The lines of a catalog.
pub(crate) type Catalog = BTreeSet<String>;

/// Reads the catalog, without Retort's own tables.
pub(crate) fn read(engine: Engine, session: &mut Session) -> Catalog {
    match engine {
        Engine::Sqlite => sqlite(session),
        Engine::Postgresql => POSTGRESQL.iter().flat_map(|query| session.lines(query)).collect(),
        Engine::Mysql | Engine::Mariadb => mysql(session),
    }
}

/// Reads all rows, with the names of the columns in their order.
pub(crate) fn content(engine: Engine, session: &mut Session) -> Catalog {
    let tables = match engine {
        Engine::Sqlite => {
            "SELECT '\"' || name || '\"' FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
             AND name NOT IN ('alembic_version', 'retort_journal')"
        }
        Engine::Postgresql => {
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema') \
             AND tablename NOT IN ('alembic_version', 'retort_journal')"
        }
        Engine::Mysql | Engine::Mariadb => {
            "SELECT CONCAT('`', TABLE_NAME, '`') FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
             AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT IN ('alembic_version', 'retort_journal')"
        }
    };
    let mut content = Catalog::new();
    if engine == Engine::Sqlite {
        content
            .extend(session.lines("SELECT name, sql FROM sqlite_schema WHERE tbl_name <> 'retort_journal'"));
    }
    for table in session.lines(tables) {
        let name = table.trim_matches(['"', '`']).replace('"', "");
        let columns = match engine {
            Engine::Sqlite => format!("SELECT group_concat(name) FROM pragma_table_xinfo('{name}')"),
            Engine::Postgresql => format!(
                "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute \
                 WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped"
            ),
            Engine::Mysql | Engine::Mariadb => format!(
                "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION) FROM information_schema.COLUMNS \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '{name}'"
            ),
        };
        content.extend(session.lines(&columns).iter().map(|line| format!("{name} ({line})")));
        let rows = session.lines(&format!("SELECT * FROM {table}"));
        content.extend(rows.iter().map(|line| format!("{name}: {line}")));
    }
    content
}

/// Each statement in pieces: the text of SQLite's catalog is what somebody
/// wrote, and says a thing in many ways.
fn sqlite(session: &mut Session) -> Catalog {
    let mut catalog = Catalog::new();
    let objects = session.rows(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' \
         AND tbl_name NOT IN ('alembic_version', 'retort_journal')",
    );
    for object in objects {
        let [kind, name, table, sql] = object.as_slice() else { continue };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (kind, name, sql) = (text(kind), text(name), text(sql));
        catalog.insert(format!("{kind} {name} on {}: {}", text(table), pieces(&sql)));
        for (pragma, columns) in [
            (
                "table_xinfo",
                "name, lower(type), \"notnull\", replace(replace(dflt_value, 'TRUE', '1'), 'FALSE', '0'), pk, hidden",
            ),
            ("index_xinfo", "seqno, name, desc, coll, key"),
            ("foreign_key_list", "seq, \"from\", \"table\", \"to\", on_update, on_delete, \"match\""),
        ] {
            let rows = session.lines(&format!("SELECT {columns} FROM pragma_{pragma}('{name}')"));
            catalog.extend(rows.iter().map(|row| format!("{kind} {name} {pragma}: {row}")));
        }
        for index in session.rows(&format!(
            "SELECT name, \"unique\", origin, partial FROM pragma_index_list('{name}') WHERE origin <> 'c'"
        )) {
            let [Some(index), unique, origin, _] = index.as_slice() else { continue };
            let rows = session.lines(&format!(
                "SELECT group_concat(coalesce(name, '') || ' ' || desc || ' ' || coll) FROM pragma_index_xinfo('{index}') \
                 WHERE key"
            ));
            catalog.insert(format!("table {name} key: {unique:?} {origin:?} {rows:?}"));
        }
    }
    catalog
}

/// The words of a definition in order of the alphabet, without quotes, commas
/// and parentheses.
fn pieces(sql: &str) -> String {
    let mut pieces: Vec<String> = sql
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
        .map(|piece| piece.trim_matches(['"', '`', '[', ']']).to_lowercase())
        .filter(|piece| !piece.is_empty())
        .map(|piece| match piece.as_str() {
            // SQLite has no truth values of its own.
            "true" => "1".to_owned(),
            "false" => "0".to_owned(),
            _ => piece,
        })
        .collect();
    pieces.sort();
    pieces.join(" ")
}

fn mysql(session: &mut Session) -> Catalog {
    let mut catalog = Catalog::new();
    let tables = session.rows(
        "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
         AND TABLE_NAME NOT IN ('alembic_version', 'retort_journal')",
    );
    for table in tables {
        let [Some(name), Some(kind)] = table.as_slice() else { continue };
        let kind = if kind == "VIEW" { "VIEW" } else { "TABLE" };
        let shown = session.rows(&format!("SHOW CREATE {kind} `{name}`"));
        let text = shown.first().and_then(|row| row.get(1)).cloned().flatten().unwrap_or_default();
        for line in text.lines() {
            // The next number is that of a row, not of the definition.
            let line: Vec<&str> = line
                .trim()
                .trim_end_matches(',')
                .split(' ')
                .filter(|word| !word.starts_with("AUTO_INCREMENT="))
                .collect();
            // Words for what is so anyway.
            let line = line.join(" ").replace(" ON DELETE RESTRICT", "");
            let line = if name == "fast" { line.replace(" USING HASH", "") } else { line };
            catalog.insert(format!("{name}: {line}"));
        }
    }
    for (kind, list) in [
        ("TRIGGER", "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"),
        (
            "FUNCTION",
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
        ),
    ] {
        for name in session.lines(list) {
            let shown = session.rows(&format!("SHOW CREATE {kind} `{name}`"));
            let text = shown.first().and_then(|row| row.get(2)).cloned().flatten().unwrap_or_default();
            catalog.insert(format!("{kind} {name}: {text}"));
        }
    }
    catalog
}

/// Everything in it that DDL can change, but for numbers of objects and the
/// order of columns.
const POSTGRESQL: &[&str] = &[
    "SELECT 'schema', nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace \
     WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
    "SELECT 'type', t.oid::regtype::text, t.typtype, obj_description(t.oid, 'pg_type'), \
            format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, \
            ARRAY(SELECT enumlabel FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder)::text \
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
     WHERE t.typtype IN ('e', 'd') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    "SELECT 'relation', c.oid::regclass::text, c.relkind, c.relpersistence, c.reloptions::text, c.relreplident, \
            c.relrowsecurity, c.relforcerowsecurity, obj_description(c.oid, 'pg_class'), am.amname, t.spcname, \
            tc.reloptions::text \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam \
     LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid \
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
     AND c.relname NOT LIKE 'alembic_version%' AND c.relname NOT LIKE 'retort_journal%'",
    "SELECT 'column', c.oid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
            a.attidentity, a.attgenerated, \
            regexp_replace(pg_get_expr(d.adbin, d.adrelid), '^(''.*'')::(text|character varying)$', '\\1'), a.attcollation::regcollation::text, \
            a.attstorage, a.attcompression, a.attstattarget, \
            ARRAY(SELECT o FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg_attver=%')::text, \
            col_description(c.oid, a.attnum) \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'v', 'm') \
     AND c.relname NOT IN ('alembic_version', 'retort_journal')",
    "SELECT 'constraint', con.conrelid::regclass::text, con.contypid::regtype::text, con.conname, \
            pg_get_constraintdef(con.oid), con.convalidated, obj_description(con.oid, 'pg_constraint') \
     FROM pg_constraint con JOIN pg_namespace n ON n.oid = con.connamespace LEFT JOIN pg_class c ON c.oid = con.conrelid \
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
     AND coalesce(c.relname NOT IN ('alembic_version', 'retort_journal'), true)",
    "SELECT 'index', i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
     AND c.relname NOT IN ('alembic_version', 'retort_journal')",
    "SELECT 'sequence', s.seqrelid::regclass::text, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, \
            s.seqmin, s.seqmax, s.seqcache, s.seqcycle FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid \
     WHERE c.relname NOT LIKE 'retort_journal%'",
    "SELECT 'view', c.oid::regclass::text, pg_get_viewdef(c.oid) FROM pg_class c \
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') \
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    "SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'rule', pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class \
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE rulename <> '_RETURN' AND n.nspname !~ '^pg_'",
    "SELECT 'function', p.oid::regprocedure::text, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
     WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    "SELECT 'extension', extname FROM pg_extension",
    "SELECT 'policy', polname, polrelid::regclass::text FROM pg_policy",
];

/// What one catalog has and the other does not.
pub(crate) fn difference(found: &Catalog, expected: &Catalog) -> String {
    let lines = |sign: &str, one: &Catalog, other: &Catalog| -> String {
        one.difference(other).map(|line| format!("  {sign} {line}\n")).collect()
    };
    lines("-", expected, found) + &lines("+", found, expected)
}
