//! Operations on a table with rows, each as a revision writes it.

use retort_core::backend::{Feature, Statement};

use crate::{
    case::{Verdict, same},
    site::Site,
};

/// An operation, what is there before it, and how rows are read.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// What a backend must have for it.
    pub(super) needs: &'static [Feature],
    /// What is there before, in portable SQL.
    pub(super) before: &'static str,
    /// The operation, in portable SQL.
    pub(super) change: &'static str,
    /// The queries whose rows are the same before and after, if the table `t`
    /// of [`T`] is there.
    pub(super) rows: Option<(&'static str, &'static str)>,
    /// Whether the reverse is known not to restore all of the schema.
    pub(super) stays: bool,
}

/// A table that [`fill`] fills, and what comes after it.
macro_rules! t {
    ($($more:literal)?) => {
        concat!(
            "CREATE TABLE t (id INTEGER NOT NULL, a INTEGER, s VARCHAR(50), n NUMERIC(10, 2), note TEXT,
             CONSTRAINT pk_t PRIMARY KEY (id)); ",
            $($more)?
        )
    };
}

/// The same without a key.
macro_rules! bare {
    ($($more:literal)?) => {
        concat!(
            "CREATE TABLE t (id INTEGER NOT NULL, a INTEGER, s VARCHAR(50), n NUMERIC(10, 2), note TEXT); ",
            $($more)?
        )
    };
}

/// The same with a table `p` before it, whose rows it may reference.
macro_rules! with_parent {
    ($($more:literal)?) => {
        concat!(
            "CREATE TABLE p (id INTEGER NOT NULL, CONSTRAINT pk_p PRIMARY KEY (id));
             CREATE TABLE t (id INTEGER NOT NULL, a INTEGER, s VARCHAR(50), n NUMERIC(10, 2), note TEXT,
             CONSTRAINT pk_t PRIMARY KEY (id)); ",
            $($more)?
        )
    };
}

/// All rows of the table.
const ALL: &str = "SELECT id, a, s, n, note FROM t";

/// Puts rows into `t`, and into `p`, which it may reference.
pub(super) async fn fill(site: &mut Site) -> Verdict {
    let session = &mut site.session;
    let mut statements = Vec::new();
    if site.model.tables.contains_key(&retort_core::schema::QualifiedName::unqualified("p")) {
        statements
            .extend(["10", "20", "30"].map(|id| Statement::new(format!("INSERT INTO p (id) VALUES ({id})"))));
    }
    for (id, a, s, n, note) in [
        ("1", "10", Some("it's"), "1.25", Some("back\\slash")),
        ("2", "20", Some("é漢🦀"), "2.50", None),
        ("3", "NULL", Some(""), "0.00", Some("two\nlines\t \"quoted\" -- /* ;")),
        ("2147483647", "30", Some(" spaces "), "-99999999.99", Some("\\n \\\\ % _ ? $1 :a")),
    ] {
        let literal = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| session.literal(text));
        let (s, note) = (literal(s), literal(note));
        statements.push(Statement::new(format!(
            "INSERT INTO t (id, a, s, n, note) VALUES ({id}, {a}, {s}, {n}, {note})"
        )));
    }
    let executed = session.connection.execute(&retort_core::backend::Batch::atomic(statements)).await?;
    same(&executed.rows.iter().all(|rows| *rows == 1), &true, || "each statement inserts a row".to_owned())
}

/// An operation after which all rows read the same.
const fn keeps(name: &'static str, before: &'static str, change: &'static str) -> Scenario {
    Scenario { name, needs: &[], before, change, rows: Some((ALL, ALL)), stays: false }
}

/// An operation after which rows are read by another query.
const fn reads(
    name: &'static str,
    before: &'static str,
    change: &'static str,
    rows: (&'static str, &'static str),
) -> Scenario {
    Scenario { rows: Some(rows), ..keeps(name, before, change) }
}

/// An operation on a schema without the table.
const fn schema_only(name: &'static str, before: &'static str, change: &'static str) -> Scenario {
    Scenario { rows: None, ..keeps(name, before, change) }
}

/// The same operation, for backends that have these features.
const fn needing(needs: &'static [Feature], scenario: Scenario) -> Scenario {
    Scenario { needs, ..scenario }
}

use Feature::{
    ExpressionIndex, GeneratedStored, GeneratedVirtual, IdentityAlways, Namespaces, NotValid, PartialIndex,
};

pub(super) const SCENARIOS: &[Scenario] = &[
    // Columns.
    keeps("add_column", t!(), "ALTER TABLE t ADD COLUMN b INTEGER"),
    keeps("add_column_with_default", t!(), "ALTER TABLE t ADD COLUMN b VARCHAR(20) NOT NULL DEFAULT 'it''s'"),
    keeps("add_column_with_unique", t!(), "ALTER TABLE t ADD COLUMN b INTEGER UNIQUE"),
    keeps("add_column_with_check", t!(), "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 1 CHECK (b > 0)"),
    keeps(
        "add_column_with_reference",
        with_parent!(),
        "ALTER TABLE t ADD COLUMN b INTEGER REFERENCES p (id) ON DELETE SET NULL",
    ),
    needing(
        &[GeneratedStored],
        reads(
            "add_generated_column",
            t!(),
            "ALTER TABLE t ADD COLUMN g INTEGER GENERATED ALWAYS AS (a + 1) STORED",
            ("SELECT id, a, a + 1 FROM t", "SELECT id, a, g FROM t"),
        ),
    ),
    needing(
        &[GeneratedVirtual],
        reads(
            "add_virtual_column",
            t!(),
            "ALTER TABLE t ADD COLUMN g INTEGER GENERATED ALWAYS AS (a + 1) VIRTUAL",
            ("SELECT id, a, a + 1 FROM t", "SELECT id, a, g FROM t"),
        ),
    ),
    reads(
        "drop_column",
        t!(),
        "ALTER TABLE t DROP COLUMN note",
        ("SELECT id, a, s, n FROM t", "SELECT id, a, s, n FROM t"),
    ),
    reads(
        "drop_column_with_what_is_on_it",
        t!(
            "ALTER TABLE t ADD CONSTRAINT uq_s_a UNIQUE (s, a);
             ALTER TABLE t ADD CONSTRAINT ck_s CHECK (s <> 'never');
             CREATE INDEX ix_s ON t (s);
             CREATE INDEX ix_a_s ON t (a, s)"
        ),
        "ALTER TABLE t DROP COLUMN s",
        ("SELECT id, a, n, note FROM t", "SELECT id, a, n, note FROM t"),
    ),
    reads(
        "drop_column_with_reference",
        with_parent!("ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id)"),
        "ALTER TABLE t DROP COLUMN a",
        ("SELECT id, s, n, note FROM t", "SELECT id, s, n, note FROM t"),
    ),
    reads(
        "rename_column",
        t!(),
        "ALTER TABLE t RENAME COLUMN s TO title",
        (ALL, "SELECT id, a, title, n, note FROM t"),
    ),
    reads(
        "rename_column_to_a_reserved_word",
        t!(),
        r#"ALTER TABLE t RENAME COLUMN a TO "select""#,
        ("SELECT id, s, n FROM t", "SELECT id, s, n FROM t"),
    ),
    reads(
        "rename_column_with_what_is_on_it",
        t!(
            "ALTER TABLE t ADD CONSTRAINT uq_s_a UNIQUE (s, a);
             ALTER TABLE t ADD CONSTRAINT ck_s CHECK (s <> 'never' AND a > 0);
             CREATE INDEX ix_s ON t (s)"
        ),
        "ALTER TABLE t RENAME COLUMN s TO title",
        (ALL, "SELECT id, a, title, n, note FROM t"),
    ),
    needing(
        &[GeneratedStored],
        reads(
            "rename_column_that_another_is_computed_from",
            t!("ALTER TABLE t ADD COLUMN g TEXT GENERATED ALWAYS AS (lower(s)) STORED"),
            "ALTER TABLE t RENAME COLUMN s TO title",
            ("SELECT id, s, g FROM t", "SELECT id, title, g FROM t"),
        ),
    ),
    reads(
        "rename_referenced_column",
        with_parent!("ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id)"),
        "ALTER TABLE p RENAME COLUMN id TO number",
        ("SELECT t.id, p.id, s FROM t JOIN p ON p.id = t.a", "SELECT t.id, p.number, s FROM t JOIN p ON p.number = t.a"),
    ),
    // Changes of a column.
    keeps("set_not_null", t!(), "ALTER TABLE t ALTER COLUMN s SET NOT NULL"),
    keeps(
        "drop_not_null",
        t!("ALTER TABLE t ALTER COLUMN n SET NOT NULL"),
        "ALTER TABLE t ALTER COLUMN n DROP NOT NULL",
    ),
    keeps("set_default", t!(), "ALTER TABLE t ALTER COLUMN s SET DEFAULT 'it''s'"),
    keeps(
        "change_default",
        t!("ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"),
        "ALTER TABLE t ALTER COLUMN a SET DEFAULT -2",
    ),
    keeps(
        "drop_default",
        t!("ALTER TABLE t ALTER COLUMN s SET DEFAULT 'x'"),
        "ALTER TABLE t ALTER COLUMN s DROP DEFAULT",
    ),
    keeps("widen_integer", t!(), "ALTER TABLE t ALTER COLUMN a TYPE BIGINT"),
    keeps("widen_text", t!(), "ALTER TABLE t ALTER COLUMN s TYPE VARCHAR(200)"),
    keeps("text_without_limit", t!(), "ALTER TABLE t ALTER COLUMN s TYPE TEXT"),
    keeps("narrow_text", t!(), "ALTER TABLE t ALTER COLUMN s TYPE VARCHAR(20)"),
    reads(
        "widen_number",
        t!(),
        "ALTER TABLE t ALTER COLUMN n TYPE NUMERIC(14, 2)",
        (ALL, ALL),
    ),
    reads(
        "integer_as_text",
        t!(),
        "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(20)",
        ("SELECT id, s, n, note FROM t", "SELECT id, s, n, note FROM t"),
    ),
    Scenario {
        stays: true,
        ..reads(
            "type_by_expression",
            t!(),
            "ALTER TABLE t ALTER COLUMN n TYPE INTEGER USING a * 2",
            ("SELECT id, a * 2, s FROM t", "SELECT id, n, s FROM t"),
        )
    },
    keeps(
        "type_keeps_the_rest_of_the_column",
        t!(
            "ALTER TABLE t ALTER COLUMN s SET DEFAULT 'it''s';
             ALTER TABLE t ALTER COLUMN s SET NOT NULL;
             ALTER TABLE t ADD CONSTRAINT ck_s CHECK (s <> 'never');
             CREATE INDEX ix_s ON t (s)"
        ),
        "ALTER TABLE t ALTER COLUMN s TYPE VARCHAR(80)",
    ),
    keeps(
        "change_keeps_the_comment",
        t!("COMMENT ON COLUMN t.s IS 'it''s said'"),
        "ALTER TABLE t ALTER COLUMN s SET NOT NULL, ALTER COLUMN s TYPE VARCHAR(80)",
    ),
    keeps("add_identity", t!(), "ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"),
    keeps(
        "drop_identity",
        t!("ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"),
        "ALTER TABLE t ALTER COLUMN id DROP IDENTITY",
    ),
    needing(
        &[IdentityAlways],
        keeps(
            "change_identity",
            t!("ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY"),
            "ALTER TABLE t ALTER COLUMN id SET GENERATED ALWAYS",
        ),
    ),
    needing(
        &[GeneratedStored],
        reads(
            "drop_expression",
            t!("ALTER TABLE t ADD COLUMN g INTEGER GENERATED ALWAYS AS (a + 1) STORED"),
            "ALTER TABLE t ALTER COLUMN g DROP EXPRESSION",
            ("SELECT id, a, g FROM t", "SELECT id, a, g FROM t"),
        ),
    ),
    needing(
        &[GeneratedStored],
        reads(
            "set_expression",
            t!("ALTER TABLE t ADD COLUMN g INTEGER GENERATED ALWAYS AS (a + 1) STORED"),
            "ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (a + 2)",
            ("SELECT id, a, g FROM t", "SELECT id, a, g - 1 FROM t"),
        ),
    ),
    keeps("set_column_comment", t!(), r"COMMENT ON COLUMN t.s IS 'it''s \ said'"),
    keeps("drop_column_comment", t!("COMMENT ON COLUMN t.s IS 'said'"), "COMMENT ON COLUMN t.s IS NULL"),
    // Constraints.
    keeps("add_primary_key", bare!(), "ALTER TABLE t ADD CONSTRAINT pk_new PRIMARY KEY (id)"),
    keeps(
        "add_primary_key_on_nullable_column",
        bare!("ALTER TABLE t ALTER COLUMN id DROP NOT NULL"),
        "ALTER TABLE t ADD CONSTRAINT pk_new PRIMARY KEY (id)",
    ),
    keeps("drop_primary_key", t!(), "ALTER TABLE t DROP CONSTRAINT pk_t"),
    keeps("add_unique", t!(), "ALTER TABLE t ADD CONSTRAINT uq_new UNIQUE (s, a)"),
    keeps(
        "drop_unique",
        t!("ALTER TABLE t ADD CONSTRAINT uq_s UNIQUE (s)"),
        "ALTER TABLE t DROP CONSTRAINT uq_s",
    ),
    keeps("add_check", t!(), "ALTER TABLE t ADD CONSTRAINT ck_new CHECK (a > 0 OR s <> 'it''s')"),
    keeps(
        "drop_check",
        t!("ALTER TABLE t ADD CONSTRAINT ck_a CHECK (a > 0)"),
        "ALTER TABLE t DROP CONSTRAINT ck_a",
    ),
    keeps(
        "add_foreign_key",
        with_parent!(),
        "ALTER TABLE t ADD CONSTRAINT fk_new FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE",
    ),
    keeps(
        "drop_foreign_key",
        with_parent!("ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id)"),
        "ALTER TABLE t DROP CONSTRAINT fk_t_a",
    ),
    keeps(
        "rename_unique",
        t!("ALTER TABLE t ADD CONSTRAINT uq_s UNIQUE (s)"),
        "ALTER TABLE t RENAME CONSTRAINT uq_s TO uq_other",
    ),
    keeps(
        "rename_check",
        t!("ALTER TABLE t ADD CONSTRAINT ck_a CHECK (a > 0)"),
        "ALTER TABLE t RENAME CONSTRAINT ck_a TO ck_other",
    ),
    keeps(
        "rename_foreign_key",
        with_parent!("ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id)"),
        "ALTER TABLE t RENAME CONSTRAINT fk_t_a TO fk_other",
    ),
    keeps("rename_primary_key", t!(), "ALTER TABLE t RENAME CONSTRAINT pk_t TO pk_other"),
    needing(
        &[NotValid],
        Scenario {
            stays: true,
            ..keeps(
                "validate_check",
                t!("ALTER TABLE t ADD CONSTRAINT ck_a CHECK (a > 0) NOT VALID"),
                "ALTER TABLE t VALIDATE CONSTRAINT ck_a",
            )
        },
    ),
    needing(
        &[NotValid],
        Scenario {
            stays: true,
            ..keeps(
                "validate_foreign_key",
                with_parent!("ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id) NOT VALID"),
                "ALTER TABLE t VALIDATE CONSTRAINT fk_t_a",
            )
        },
    ),
    // Indexes.
    keeps("create_index", t!(), "CREATE INDEX ix_new ON t (s DESC, a)"),
    keeps("create_unique_index", t!(), "CREATE UNIQUE INDEX ux_new ON t (s)"),
    needing(&[PartialIndex], keeps("create_partial_index", t!(), "CREATE INDEX ix_new ON t (a) WHERE s <> ''")),
    needing(
        &[ExpressionIndex],
        keeps("create_expression_index", t!(), "CREATE INDEX ix_new ON t (lower(s), a)"),
    ),
    keeps("create_index_concurrently", t!(), "CREATE INDEX CONCURRENTLY ix_new ON t (s)"),
    keeps("drop_index", t!("CREATE INDEX ix_s ON t (s)"), "DROP INDEX ix_s"),
    keeps("drop_unique_index", t!("CREATE UNIQUE INDEX ux_s ON t (s)"), "DROP INDEX ux_s"),
    keeps("drop_index_concurrently", t!("CREATE INDEX ix_s ON t (s)"), "DROP INDEX CONCURRENTLY ix_s"),
    keeps(
        "drop_index_that_a_foreign_key_uses",
        with_parent!(
            "ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id); CREATE INDEX ix_a ON t (a)"
        ),
        "DROP INDEX ix_a",
    ),
    keeps("rename_index", t!("CREATE INDEX ix_s ON t (s)"), "ALTER INDEX ix_s RENAME TO ix_other"),
    // Tables.
    keeps(
        "create_table",
        t!(),
        "CREATE TABLE u (id INTEGER PRIMARY KEY, t_id INTEGER NOT NULL REFERENCES t (id), b VARCHAR(10) UNIQUE)",
    ),
    keeps(
        "drop_table",
        t!(
            "CREATE TABLE u (id INTEGER PRIMARY KEY, t_id INTEGER NOT NULL REFERENCES t (id), b VARCHAR(10) DEFAULT 'x');
             CREATE INDEX ix_u ON u (b)"
        ),
        "DROP TABLE u",
    ),
    reads(
        "rename_table",
        t!("CREATE INDEX ix_s ON t (s)"),
        "ALTER TABLE t RENAME TO u",
        (ALL, "SELECT id, a, s, n, note FROM u"),
    ),
    reads(
        "rename_table_with_references",
        with_parent!(
            "ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id);
             ALTER TABLE t ADD COLUMN up INTEGER REFERENCES t (id);
             CREATE TABLE c (t_id INTEGER REFERENCES t (id))"
        ),
        "ALTER TABLE t RENAME TO u",
        (ALL, "SELECT id, a, s, n, note FROM u"),
    ),
    keeps(
        "rename_referenced_table",
        with_parent!("ALTER TABLE t ADD CONSTRAINT fk_t_a FOREIGN KEY (a) REFERENCES p (id)"),
        "ALTER TABLE p RENAME TO parent",
    ),
    keeps("set_table_comment", t!(), r"COMMENT ON TABLE t IS 'it''s \ said'"),
    keeps("drop_table_comment", t!("COMMENT ON TABLE t IS 'said'"), "COMMENT ON TABLE t IS NULL"),
    keeps(
        "several_changes_of_one_table",
        t!("ALTER TABLE t ADD CONSTRAINT ck_a CHECK (a > 0)"),
        "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 7;
         ALTER TABLE t ADD CONSTRAINT ck_b CHECK (b < 100);
         ALTER TABLE t ALTER COLUMN s SET NOT NULL;
         ALTER TABLE t DROP CONSTRAINT ck_a;
         ALTER TABLE t ALTER COLUMN b DROP DEFAULT;
         ALTER TABLE t ADD CONSTRAINT uq_b UNIQUE (b, id)",
    ),
    reads(
        "change_and_rename_of_one_table",
        t!(),
        "ALTER TABLE t RENAME COLUMN s TO title;
         ALTER TABLE t ALTER COLUMN title SET NOT NULL;
         ALTER TABLE t ADD COLUMN s INTEGER;
         ALTER TABLE t DROP COLUMN n",
        ("SELECT id, a, s, note FROM t", "SELECT id, a, title, note FROM t"),
    ),
    keeps(
        "what_is_there_already",
        t!("CREATE INDEX ix_s ON t (s)"),
        "CREATE TABLE IF NOT EXISTS t (other INTEGER);
         ALTER TABLE t ADD COLUMN IF NOT EXISTS a TEXT;
         CREATE INDEX IF NOT EXISTS ix_s ON t (a)",
    ),
    keeps(
        "what_is_not_there",
        t!(),
        "DROP TABLE IF EXISTS missing;
         ALTER TABLE t DROP COLUMN IF EXISTS missing;
         ALTER TABLE t DROP CONSTRAINT IF EXISTS missing;
         DROP INDEX IF EXISTS missing;
         DROP VIEW IF EXISTS missing",
    ),
    // Views.
    reads(
        "create_view",
        t!(),
        "CREATE VIEW v AS SELECT id, s FROM t WHERE a > 0",
        ("SELECT id, s FROM t", "SELECT id, s FROM t"),
    ),
    keeps("drop_view", t!("CREATE VIEW v AS SELECT id, s FROM t"), "DROP VIEW v"),
    reads(
        "rename_view",
        t!("CREATE VIEW v AS SELECT id, s FROM t"),
        "ALTER VIEW v RENAME TO w",
        ("SELECT id, s FROM v", "SELECT id, s FROM w"),
    ),
    reads(
        "replace_view",
        t!("CREATE VIEW v AS SELECT id FROM t"),
        "CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 0",
        ("SELECT id FROM v", "SELECT id FROM v"),
    ),
    keeps("set_view_comment", t!("CREATE VIEW v AS SELECT id FROM t"), "COMMENT ON VIEW v IS 'it''s said'"),
    // Enum types.
    schema_only("create_enum", "CREATE TABLE u (a INTEGER)", "CREATE TYPE mood AS ENUM ('sad', 'it''s')"),
    schema_only("drop_enum", "CREATE TYPE mood AS ENUM ('sad', 'ok')", "DROP TYPE mood"),
    schema_only(
        "rename_enum",
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE u (id INTEGER PRIMARY KEY, m mood DEFAULT 'ok')",
        "ALTER TYPE mood RENAME TO feeling",
    ),
    keeps(
        "add_column_of_enum",
        t!("CREATE TYPE mood AS ENUM ('sad', 'it''s')"),
        "ALTER TABLE t ADD COLUMN m mood NOT NULL DEFAULT 'it''s'",
    ),
    reads(
        "add_enum_value",
        t!("CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE t ADD COLUMN m mood NOT NULL DEFAULT 'ok'"),
        "ALTER TYPE mood ADD VALUE 'it''s'",
        ("SELECT id, s, m FROM t", "SELECT id, s, m FROM t"),
    ),
    reads(
        "add_enum_value_before",
        t!("CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE t ADD COLUMN m mood NOT NULL DEFAULT 'ok'"),
        "ALTER TYPE mood ADD VALUE 'first' BEFORE 'sad'",
        ("SELECT id, s, m FROM t", "SELECT id, s, m FROM t"),
    ),
    reads(
        "add_enum_value_after",
        t!("CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE t ADD COLUMN m mood NOT NULL DEFAULT 'ok'"),
        "ALTER TYPE mood ADD VALUE 'second' AFTER 'sad'",
        ("SELECT id, s, m FROM t", "SELECT id, s, m FROM t"),
    ),
    reads(
        "rename_enum_value",
        t!("CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE t ADD COLUMN m mood NOT NULL DEFAULT 'ok'"),
        "ALTER TYPE mood RENAME VALUE 'ok' TO 'it''s fine'",
        ("SELECT id, s FROM t WHERE m = 'ok'", "SELECT id, s FROM t WHERE m = 'it''s fine'"),
    ),
    reads(
        "drop_enum_value",
        t!("CREATE TYPE mood AS ENUM ('sad', 'odd', 'ok'); ALTER TABLE t ADD COLUMN m mood NOT NULL DEFAULT 'ok'"),
        "ALTER TYPE mood DROP VALUE 'odd'",
        ("SELECT id, s, m FROM t", "SELECT id, s, m FROM t"),
    ),
    reads(
        "text_as_enum",
        t!(
            "CREATE TYPE mood AS ENUM ('sad', 'ok');
             ALTER TABLE t ADD COLUMN m VARCHAR(20) NOT NULL DEFAULT 'ok'"
        ),
        "ALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE mood USING m::mood",
        ("SELECT id, s, m FROM t", "SELECT id, s, m FROM t"),
    ),
    schema_only("set_enum_comment", "CREATE TYPE mood AS ENUM ('sad', 'ok')", "COMMENT ON TYPE mood IS 'it''s said'"),
    // Namespaces.
    needing(&[Namespaces], keeps("create_namespace", t!(), "CREATE SCHEMA other")),
    needing(&[Namespaces], keeps("drop_namespace", t!("CREATE SCHEMA other"), "DROP SCHEMA other")),
    needing(
        &[Namespaces],
        keeps(
            "rename_namespace",
            t!("CREATE SCHEMA other; CREATE TABLE other.u (id INTEGER PRIMARY KEY REFERENCES t (id))"),
            "ALTER SCHEMA other RENAME TO another",
        ),
    ),
];
