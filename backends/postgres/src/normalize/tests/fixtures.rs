//! Schemas in portable SQL that the server must give back.

pub(super) const TYPES: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "boolean",
    "real",
    "double precision",
    "float(10)",
    "numeric",
    "numeric(12)",
    "numeric(12, 0)",
    "decimal(10, 2)",
    "numeric(5, -2)",
    "char",
    "char(3)",
    "varchar",
    "varchar(100)",
    "text",
    "binary(16)",
    "varbinary(64)",
    "blob",
    "bytea",
    "date",
    "time",
    "time(0)",
    "time(3)",
    "time(6)",
    "timestamp",
    "timestamp(0)",
    "timestamp(6)",
    "datetime(3)",
    "timestamptz",
    "timestamp(3) with time zone",
    "uuid",
    "json",
    "jsonb",
    "interval",
    "interval(3)",
    "interval day to second",
    "interval year to month",
    "time with time zone",
    "timetz(3)",
    "bit",
    "bit(3)",
    "bit varying",
    "varbit(5)",
    "inet",
    "cidr",
    "macaddr",
    "money",
    "name",
    "oid",
    "xml",
    "point",
    "tsvector",
    "int4range",
    "tstzrange",
    "\"char\"",
    "pg_catalog.int4",
    "regclass",
];

pub(super) const FIXTURES: &[&str] = &[
    "CREATE TABLE t (a INTEGER, b VARCHAR(10) NOT NULL)",
    "CREATE TABLE t (id BIGINT CONSTRAINT the_key PRIMARY KEY, a INTEGER)",
    "CREATE TABLE t (a INTEGER, b VARCHAR(20), c DATE, CONSTRAINT the_key PRIMARY KEY (c, a, b))",
    "CREATE TABLE t (a INTEGER, b INTEGER UNIQUE, c VARCHAR(20), CONSTRAINT uq_other UNIQUE (c, a))",
    "CREATE TABLE t (a INTEGER, b INTEGER); CREATE UNIQUE INDEX ux_t ON t (b, a)",
    "CREATE TABLE t (a INTEGER, b INTEGER,
        CONSTRAINT uq_deferred UNIQUE (a) DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT uq_immediate UNIQUE (b) DEFERRABLE)",
    "CREATE TABLE p (id INTEGER PRIMARY KEY);
     CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER NOT NULL REFERENCES p (id), again INTEGER REFERENCES p)",
    "CREATE TABLE p (id INTEGER PRIMARY KEY);
     CREATE TABLE c (
        id INTEGER PRIMARY KEY,
        a INTEGER CONSTRAINT fk_cascade REFERENCES p (id) ON DELETE CASCADE,
        b INTEGER CONSTRAINT fk_null REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE,
        c INTEGER CONSTRAINT fk_restrict REFERENCES p (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
        d INTEGER CONSTRAINT fk_none REFERENCES p (id) ON DELETE NO ACTION ON UPDATE SET NULL,
        e INTEGER CONSTRAINT fk_deferred REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE p (a INTEGER, b VARCHAR(20), PRIMARY KEY (b, a));
     CREATE TABLE c (x VARCHAR(20), y INTEGER, CONSTRAINT fk_pair FOREIGN KEY (y, x) REFERENCES p (a, b) MATCH FULL,
        CONSTRAINT fk_again FOREIGN KEY (x, y) REFERENCES p)",
    "CREATE TABLE t (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t ON DELETE CASCADE)",
    "CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER);
     CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id));
     ALTER TABLE a ADD CONSTRAINT fk_a_b FOREIGN KEY (b_id) REFERENCES b NOT VALID",
    "CREATE TABLE t (a INTEGER CHECK (a > 0), b INTEGER, c VARCHAR(20),
        CONSTRAINT ck_pair CHECK (t.a < b OR b IS NULL), CONSTRAINT ck_text CHECK (c IN ('it''s', 'x')));
     ALTER TABLE t ADD CONSTRAINT ck_later CHECK (b <> 0) NOT VALID",
    "CREATE TABLE t (a INTEGER, b INTEGER, c VARCHAR(20) COLLATE \"C\");
     CREATE INDEX ix_a ON t USING btree (a int4_ops);
     CREATE INDEX ix_c_a ON t (c COLLATE \"C\", a);
     CREATE INDEX ix_c ON t (c COLLATE \"default\" text_ops, lower(c) COLLATE \"POSIX\");
     CREATE INDEX ix_pattern ON t (c varchar_pattern_ops);
     CREATE INDEX ix_hash ON t USING hash (c);
     CREATE INDEX ix_a_b ON t (a DESC, b, c DESC NULLS FIRST, (a + 1) NULLS FIRST);
     CREATE INDEX ix_last ON t (a DESC NULLS LAST, b NULLS LAST) INCLUDE (c, a);
     CREATE INDEX ix_some ON t (a) WHERE b > 0 AND c LIKE 'x%';
     CREATE UNIQUE INDEX ux_some ON t (lower(c), (a)) WHERE b IS NOT NULL",
    "CREATE TABLE t (
        a INTEGER DEFAULT 0, b BIGINT NOT NULL DEFAULT -1, c VARCHAR(40) DEFAULT 'new', d TEXT DEFAULT '',
        e BOOLEAN DEFAULT TRUE, g NUMERIC(10, 2) DEFAULT 1.50, h TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        i VARCHAR(10) DEFAULT NULL, j DATE DEFAULT '2024-02-29', k DOUBLE PRECISION DEFAULT 0.5, l CHAR(3) DEFAULT 'EUR',
        m UUID DEFAULT '00000000-0000-0000-0000-00000000000A', n JSON DEFAULT '{}', o INTEGER[] DEFAULT '{}')",
    r#"CREATE TABLE t (
        a VARCHAR(40) DEFAULT 'it''s', b VARCHAR(40) DEFAULT 'back\slash', c VARCHAR(40) DEFAULT 'ends in \',
        e VARCHAR(40) DEFAULT 'two
lines', g VARCHAR(40) DEFAULT '-- /* ; */', h VARCHAR(40) DEFAULT 'é漢🦀', i VARCHAR(40) DEFAULT 'CURRENT_TIMESTAMP',
        j VARCHAR(40) DEFAULT 'NULL', k VARCHAR(40) DEFAULT '0', l VARCHAR(40) DEFAULT '%s {} ? $1 :a', m VARCHAR(40) DEFAULT '''')"#,
    "CREATE TABLE t (a INTEGER, b VARCHAR(20), c INTEGER GENERATED ALWAYS AS (a * 2) STORED,
        d TEXT GENERATED ALWAYS AS (lower(b)) STORED)",
    "CREATE TABLE t (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a SERIAL);
     CREATE TABLE u (a SMALLINT GENERATED BY DEFAULT AS IDENTITY (START WITH 100 INCREMENT BY 5 MAXVALUE 1000 CACHE 2 CYCLE));
     CREATE TABLE v (a INTEGER GENERATED BY DEFAULT AS IDENTITY (START 1 INCREMENT 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1));
     CREATE TABLE w (a BIGINT GENERATED BY DEFAULT AS IDENTITY (INCREMENT -1 MINVALUE -50))",
    r#"CREATE TABLE t (a INTEGER, "B" TEXT);
     COMMENT ON TABLE t IS 'it''s "one" \ of */ -- many
lines; é漢🦀'; COMMENT ON COLUMN t."B" IS ' '; COMMENT ON COLUMN t.a IS ''"#,
    r#"CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy', '"', 'ends in \');
     CREATE TYPE unused AS ENUM ('a'); COMMENT ON TYPE unused IS 'not used';
     CREATE TABLE t (a mood NOT NULL DEFAULT 'it''s ok', b mood[] DEFAULT '{sad}', CONSTRAINT ck CHECK (a IN ('sad', 'happy')));
     ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad'"#,
    r#"CREATE SCHEMA finance; CREATE SCHEMA "Odd ""Name""";
     CREATE TYPE finance.kind AS ENUM ('a', 'b');
     CREATE TABLE finance.stock (id INTEGER PRIMARY KEY, kind finance.kind DEFAULT 'a', CONSTRAINT uq_stock UNIQUE (kind),
        CONSTRAINT ck_stock CHECK (finance.stock.id > 0 AND kind <> 'b'));
     CREATE TABLE stock (id INTEGER PRIMARY KEY REFERENCES finance.stock (id), kind finance.kind, CHECK (kind = 'a'));
     CREATE TABLE "Odd ""Name""".stock (id INTEGER REFERENCES stock (id));
     CREATE INDEX ix_kind ON finance.stock (kind)"#,
];
