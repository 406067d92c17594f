//! Schemas that every backend must read back as they were created, as far as it
//! has what is in them.

use retort_core::backend::Feature;

/// A schema, in portable SQL.
pub(super) struct Fixture {
    pub(super) name: &'static str,
    /// What a backend must have for it.
    pub(super) needs: &'static [Feature],
    pub(super) sql: &'static str,
}

/// The logical types, each in a case of its own.
pub(super) const TYPES: &[&str] = &[
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "BOOLEAN",
    "REAL",
    "DOUBLE PRECISION",
    "NUMERIC",
    "NUMERIC(12)",
    "NUMERIC(10, 2)",
    "CHAR(3)",
    "VARCHAR",
    "VARCHAR(100)",
    "TEXT",
    "BINARY(16)",
    "VARBINARY(64)",
    "BYTEA",
    "DATE",
    "TIME",
    "TIME(3)",
    "TIMESTAMP",
    "TIMESTAMP(0)",
    "TIMESTAMP(3)",
    "TIMESTAMPTZ",
    "TIMESTAMPTZ(3)",
    "UUID",
    "JSON",
    "JSONB",
];

const fn fixture(name: &'static str, sql: &'static str) -> Fixture {
    Fixture { name, needs: &[], sql }
}

const fn needing(name: &'static str, needs: &'static [Feature], sql: &'static str) -> Fixture {
    Fixture { name, needs, sql }
}

pub(super) const FIXTURES: &[Fixture] = &[
    fixture("table::without_keys", "CREATE TABLE t (a INTEGER, b VARCHAR(10) NOT NULL)"),
    fixture("table::many_columns", "CREATE TABLE t (z INTEGER, y INTEGER, x INTEGER, a INTEGER, m TEXT, b INTEGER)"),
    fixture("primary_key::one_column", "CREATE TABLE t (id BIGINT CONSTRAINT the_key PRIMARY KEY, a INTEGER)"),
    fixture(
        "primary_key::several_columns",
        "CREATE TABLE t (a INTEGER, b VARCHAR(20), c DATE, CONSTRAINT the_key PRIMARY KEY (c, a, b))",
    ),
    fixture("primary_key::of_text", "CREATE TABLE t (code VARCHAR(30) PRIMARY KEY)"),
    fixture(
        "unique::constraints",
        "CREATE TABLE t (a INTEGER, b INTEGER UNIQUE, c VARCHAR(20), CONSTRAINT uq_other UNIQUE (c, a))",
    ),
    fixture("unique::index", "CREATE TABLE t (a INTEGER, b INTEGER); CREATE UNIQUE INDEX ux_t ON t (b, a)"),
    needing(
        "unique::deferrable",
        &[Feature::DeferrableUnique],
        "CREATE TABLE t (a INTEGER, b INTEGER,
            CONSTRAINT uq_deferred UNIQUE (a) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT uq_immediate UNIQUE (b) DEFERRABLE)",
    ),
    needing(
        "unique::nulls_not_distinct",
        &[Feature::NullsNotDistinct],
        "CREATE TABLE t (a INTEGER, b INTEGER, CONSTRAINT uq_t UNIQUE NULLS NOT DISTINCT (a));
         CREATE UNIQUE INDEX ux_t ON t (b) NULLS NOT DISTINCT",
    ),
    fixture(
        "foreign_key::plain",
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER NOT NULL REFERENCES p (id), again INTEGER REFERENCES p)",
    ),
    fixture(
        "foreign_key::actions",
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (
            id INTEGER PRIMARY KEY,
            a INTEGER CONSTRAINT fk_cascade REFERENCES p (id) ON DELETE CASCADE,
            b INTEGER CONSTRAINT fk_null REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE,
            c INTEGER CONSTRAINT fk_restrict REFERENCES p (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
            d INTEGER CONSTRAINT fk_none REFERENCES p (id) ON DELETE NO ACTION ON UPDATE SET NULL
         )",
    ),
    fixture(
        "foreign_key::to_itself",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t (id) ON DELETE CASCADE)",
    ),
    fixture(
        "foreign_key::several_columns",
        "CREATE TABLE p (a INTEGER, b VARCHAR(20), PRIMARY KEY (a, b));
         CREATE TABLE c (x VARCHAR(20), y INTEGER, CONSTRAINT fk_pair FOREIGN KEY (y, x) REFERENCES p (a, b))",
    ),
    fixture(
        "foreign_key::to_unique_columns",
        "CREATE TABLE p (id INTEGER PRIMARY KEY, code VARCHAR(20) NOT NULL UNIQUE);
         CREATE TABLE c (code VARCHAR(20) REFERENCES p (code) ON UPDATE CASCADE)",
    ),
    fixture(
        "foreign_key::with_an_index_of_its_own",
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (id INTEGER PRIMARY KEY, a INTEGER REFERENCES p (id), b INTEGER REFERENCES p (id));
         CREATE INDEX ix_c_a ON c (a);
         CREATE INDEX ix_c_b_id ON c (b, id)",
    ),
    fixture(
        "foreign_key::in_a_circle",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER);
         CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id));
         ALTER TABLE a ADD CONSTRAINT fk_a_b FOREIGN KEY (b_id) REFERENCES b (id)",
    ),
    needing(
        "foreign_key::deferrable",
        &[Feature::DeferrableForeignKey],
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (
            a INTEGER CONSTRAINT fk_deferred REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED,
            b INTEGER CONSTRAINT fk_immediate REFERENCES p (id) DEFERRABLE INITIALLY IMMEDIATE
         )",
    ),
    needing(
        "foreign_key::match_full",
        &[Feature::MatchFull],
        "CREATE TABLE p (a INTEGER, b INTEGER, PRIMARY KEY (a, b));
         CREATE TABLE c (a INTEGER, b INTEGER, FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH FULL)",
    ),
    needing(
        "foreign_key::not_valid",
        &[Feature::NotValid],
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (a INTEGER);
         ALTER TABLE c ADD CONSTRAINT fk_c FOREIGN KEY (a) REFERENCES p (id) NOT VALID",
    ),
    fixture(
        "check::constraints",
        "CREATE TABLE t (a INTEGER CHECK (a > 0), b INTEGER, c VARCHAR(20),
            CONSTRAINT ck_pair CHECK (a < b OR b IS NULL),
            CONSTRAINT ck_text CHECK (c <> 'it''s'))",
    ),
    needing(
        "check::not_valid",
        &[Feature::NotValid],
        "CREATE TABLE t (a INTEGER);
         ALTER TABLE t ADD CONSTRAINT ck_t CHECK (a > 0) NOT VALID",
    ),
    fixture(
        "index::columns",
        "CREATE TABLE t (a INTEGER, b INTEGER, c VARCHAR(20));
         CREATE INDEX ix_a ON t (a);
         CREATE INDEX ix_c_a ON t (c, a);
         CREATE INDEX ix_a_b ON t (a DESC, b, c DESC)",
    ),
    needing(
        "index::partial",
        &[Feature::PartialIndex],
        "CREATE TABLE t (a INTEGER, b INTEGER);
         CREATE INDEX ix_some ON t (a) WHERE b > 0;
         CREATE UNIQUE INDEX ux_some ON t (a) WHERE b IS NOT NULL",
    ),
    needing(
        "index::expression",
        &[Feature::ExpressionIndex],
        "CREATE TABLE t (a INTEGER, b VARCHAR(50));
         CREATE INDEX ix_lower ON t (lower(b));
         CREATE INDEX ix_both ON t (a, (a + 1) DESC)",
    ),
    needing(
        "index::include",
        &[Feature::IndexInclude],
        "CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER); CREATE INDEX ix_t ON t (a) INCLUDE (c, b)",
    ),
    needing(
        "index::nulls_order",
        &[Feature::IndexNullsOrder],
        "CREATE TABLE t (a INTEGER, b INTEGER);
         CREATE INDEX ix_t ON t (a NULLS FIRST, b DESC NULLS LAST);
         CREATE INDEX ix_usual ON t (a NULLS LAST, b DESC NULLS FIRST)",
    ),
    fixture(
        "default::of_each_kind",
        "CREATE TABLE t (
            a INTEGER DEFAULT 0,
            b BIGINT NOT NULL DEFAULT -1,
            c VARCHAR(40) DEFAULT 'new',
            d TEXT DEFAULT '',
            e BOOLEAN DEFAULT TRUE,
            f BOOLEAN NOT NULL DEFAULT FALSE,
            g NUMERIC(10, 2) DEFAULT 1.50,
            h TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
            i VARCHAR(10) DEFAULT NULL,
            j DATE DEFAULT '2024-02-29',
            k DOUBLE PRECISION DEFAULT 0.5,
            l CHAR(3) DEFAULT 'EUR'
         )",
    ),
    fixture(
        "default::text_that_is_easily_lost",
        r#"CREATE TABLE t (
            a VARCHAR(40) DEFAULT 'it''s',
            b VARCHAR(40) DEFAULT 'back\slash',
            c VARCHAR(40) DEFAULT 'ends in \',
            d VARCHAR(40) DEFAULT '\n',
            e VARCHAR(40) DEFAULT 'two
lines',
            f VARCHAR(40) DEFAULT ' spaces ',
            g VARCHAR(40) DEFAULT '-- /* ; */',
            h VARCHAR(40) DEFAULT 'é漢',
            i VARCHAR(40) DEFAULT 'CURRENT_TIMESTAMP',
            j VARCHAR(40) DEFAULT 'NULL',
            k VARCHAR(40) DEFAULT '0',
            l VARCHAR(40) DEFAULT '%s {} ? $1 :a',
            m VARCHAR(40) DEFAULT '''',
            n VARCHAR(40) DEFAULT '"double quotes" and `ticks`'
         )"#,
    ),
    needing(
        "generated::stored",
        &[Feature::GeneratedStored],
        "CREATE TABLE t (a INTEGER, b VARCHAR(20),
            c INTEGER GENERATED ALWAYS AS (a * 2) STORED,
            d TEXT GENERATED ALWAYS AS (lower(b)) STORED)",
    ),
    needing(
        "generated::virtual",
        &[Feature::GeneratedVirtual],
        "CREATE TABLE t (a INTEGER, b VARCHAR(20),
            c INTEGER GENERATED ALWAYS AS (a * 2) VIRTUAL,
            d TEXT GENERATED ALWAYS AS (lower(b)) VIRTUAL)",
    ),
    fixture(
        "identity::by_default",
        "CREATE TABLE t (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a INTEGER);
         CREATE TABLE u (a INTEGER, id INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)",
    ),
    needing(
        "identity::always",
        &[Feature::IdentityAlways],
        "CREATE TABLE t (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
    ),
    needing(
        "identity::sequence_options",
        &[Feature::SequenceOptions],
        "CREATE TABLE t (id BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 100 INCREMENT BY 5 MAXVALUE 1000 CACHE 2) PRIMARY KEY);
         CREATE TABLE u (id INTEGER GENERATED BY DEFAULT AS IDENTITY (MINVALUE 10 CYCLE) PRIMARY KEY)",
    ),
    fixture(
        "comment::on_tables",
        r#"CREATE TABLE t (a INTEGER);
         COMMENT ON TABLE t IS 'it''s "one" \ of */ -- many
lines; é漢'"#,
    ),
    fixture(
        "comment::on_columns",
        r#"CREATE TABLE t (a INTEGER NOT NULL DEFAULT 0, b VARCHAR(20));
         COMMENT ON COLUMN t.a IS 'it''s "one" \ of */ -- many
lines; é漢';
         COMMENT ON COLUMN t.b IS ' '"#,
    ),
    fixture(
        "enum::types",
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
         CREATE TYPE unused AS ENUM ('a');
         CREATE TABLE t (id INTEGER PRIMARY KEY, a mood NOT NULL, b mood DEFAULT 'ok');
         CREATE TABLE u (a mood)",
    ),
    fixture(
        "enum::labels_that_are_easily_lost",
        r#"CREATE TYPE odd AS ENUM ('', 'it''s', 'a,b', 'back\slash', '\n', 'two
lines', '*/', '-- x', 'é漢', '"', 'ends in \', 'NULL');
         CREATE TABLE t (a odd NOT NULL DEFAULT 'it''s', b odd DEFAULT 'back\slash')"#,
    ),
    // Some databases keep names and texts of a schema in three bytes a
    // character. Such a backend refuses what would be lost.
    fixture("supplementary_characters::in_a_default", "CREATE TABLE t (a VARCHAR(40) DEFAULT 'crab 🦀')"),
    fixture("supplementary_characters::in_a_check", "CREATE TABLE t (a VARCHAR(40) CHECK (a <> 'crab 🦀'))"),
    fixture(
        "supplementary_characters::in_a_comment",
        "CREATE TABLE t (a INTEGER); COMMENT ON COLUMN t.a IS 'crab 🦀'; COMMENT ON TABLE t IS '🦀'",
    ),
    fixture(
        "supplementary_characters::in_a_label",
        "CREATE TYPE odd AS ENUM ('a', 'crab 🦀'); CREATE TABLE t (a odd NOT NULL DEFAULT 'a')",
    ),
    fixture("supplementary_characters::in_a_name", r#"CREATE TABLE t ("crab 🦀" INTEGER)"#),
    // What a database might take for one and the same.
    fixture("unique::of_the_primary_key", "CREATE TABLE t (a INTEGER CONSTRAINT pk PRIMARY KEY CONSTRAINT uq UNIQUE)"),
    fixture(
        "unique::twice",
        "CREATE TABLE t (a INTEGER, CONSTRAINT uq_1 UNIQUE (a), CONSTRAINT uq_2 UNIQUE (a)); CREATE UNIQUE INDEX ux ON t (a)",
    ),
    fixture("index::twice", "CREATE TABLE t (a INTEGER); CREATE INDEX ix_1 ON t (a); CREATE INDEX ix_2 ON t (a)"),
    fixture(
        "foreign_key::twice",
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (a INTEGER CONSTRAINT fk_1 REFERENCES p (id) CONSTRAINT fk_2 REFERENCES p (id))",
    ),
    fixture("check::twice", "CREATE TABLE t (a INTEGER CONSTRAINT ck_1 CHECK (a > 0) CONSTRAINT ck_2 CHECK (a > 0))"),
    needing(
        "array::types",
        &[Feature::Array],
        "CREATE TYPE mood AS ENUM ('sad', 'ok');
         CREATE TABLE t (a INTEGER[], b TEXT[] NOT NULL, c mood[])",
    ),
    fixture(
        "view::plain",
        "CREATE TABLE t (a INTEGER, b VARCHAR(20));
         CREATE VIEW v AS SELECT b, a FROM t WHERE a > 0;
         CREATE VIEW w AS SELECT v.a FROM v",
    ),
    needing(
        "namespace::objects",
        &[Feature::Namespaces],
        r#"CREATE SCHEMA finance;
         CREATE SCHEMA "Odd ""Name""";
         CREATE TYPE finance.kind AS ENUM ('a', 'b');
         CREATE TABLE finance.stock (id INTEGER PRIMARY KEY, kind finance.kind, CONSTRAINT uq_stock UNIQUE (kind));
         CREATE TABLE stock (id INTEGER PRIMARY KEY REFERENCES finance.stock (id), kind finance.kind);
         CREATE TABLE "Odd ""Name""".stock (id INTEGER REFERENCES stock (id));
         CREATE INDEX ix_kind ON finance.stock (kind);
         CREATE VIEW finance.kinds AS SELECT kind FROM finance.stock"#,
    ),
];
