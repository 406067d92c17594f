//! SQLite.

use crate::case::Case;

/// A database with each clause in it.
pub(crate) const BASE: &str = "
CREATE TABLE region (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL,
    kind TEXT NOT NULL DEFAULT 'land',
    parent_id INTEGER,
    CONSTRAINT uq_region_name UNIQUE (name),
    CONSTRAINT fk_region_parent FOREIGN KEY (parent_id) REFERENCES region (id)
);
CREATE TABLE customer (
    id INTEGER NOT NULL PRIMARY KEY,
    email VARCHAR(100) NOT NULL,
    name VARCHAR(50),
    code CHAR(4),
    balance NUMERIC(10, 2) NOT NULL DEFAULT 0,
    ratio REAL,
    score DOUBLE PRECISION,
    flags SMALLINT DEFAULT 1,
    active BOOLEAN NOT NULL DEFAULT 1,
    born DATE,
    wakes TIME,
    seen TIMESTAMP,
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    token UUID_TEXT,
    doc JSON_TEXT,
    photo BLOB,
    region_id INTEGER,
    total NUMERIC(12, 2) GENERATED ALWAYS AS (balance * 2) STORED,
    half NUMERIC(12, 2) GENERATED ALWAYS AS (balance / 2) VIRTUAL,
    note TEXT COLLATE NOCASE,
    odd GEOMETRY(20),
    computed INTEGER DEFAULT (1 + 2),
    CONSTRAINT uq_customer_email UNIQUE (email),
    CONSTRAINT uq_customer_name_born UNIQUE (name, born),
    CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE SET NULL,
    CONSTRAINT ck_customer_balance CHECK (balance >= 0)
);
CREATE INDEX ix_customer_name ON customer (name);
CREATE INDEX ix_customer_born ON customer (born DESC, name) WHERE active;
CREATE INDEX ix_customer_lower ON customer (lower(email));
CREATE UNIQUE INDEX ux_customer_token ON customer (token);
CREATE INDEX ix_customer_code ON customer (code COLLATE RTRIM);
CREATE TABLE purchase (
    id INTEGER NOT NULL CONSTRAINT pk_purchase PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at TIMESTAMP,
    state TEXT NOT NULL DEFAULT 'new',
    CONSTRAINT uq_purchase UNIQUE (customer_id, number),
    CONSTRAINT fk_purchase_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT ck_purchase_state CHECK (state IN ('new', 'paid', 'sent'))
);
CREATE TABLE item (
    customer_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    title VARCHAR(80) DEFAULT 'thing',
    amount INTEGER DEFAULT 1,
    CONSTRAINT pk_item PRIMARY KEY (customer_id, number, position),
    CONSTRAINT fk_item_purchase FOREIGN KEY (customer_id, number) REFERENCES purchase (customer_id, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT ck_item_amount CHECK (amount > 0)
);
CREATE TABLE memo (id INTEGER NOT NULL PRIMARY KEY, body VARCHAR(20));
CREATE TABLE log (at TIMESTAMP, line TEXT);
CREATE TABLE tight (a INTEGER NOT NULL CONSTRAINT pk_tight PRIMARY KEY, b TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE soft (a INTEGER PRIMARY KEY, b TEXT CONSTRAINT uq_soft_b UNIQUE ON CONFLICT REPLACE);
CREATE VIEW active_customer AS SELECT id, name, email FROM customer WHERE active;
CREATE VIEW named_customer (id, name) AS SELECT id, name FROM active_customer WHERE name IS NOT NULL;
CREATE TRIGGER touch AFTER UPDATE ON memo BEGIN DELETE FROM log; END;
INSERT INTO region (id, name, kind) VALUES (1, 'Alps', 'land'), (2, 'Baltic', 'sea');
INSERT INTO customer (id, email, name, code, balance, region_id, born, token, note, flags)
    VALUES (1, 'a@x', 'Ann', 'aaaa', 1.5, 1, '2000-01-01', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'n', 2),
           (2, 'b@x', 'Bob', 'bbbb', 2, 2, '2001-01-01', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', NULL, 1);
INSERT INTO purchase (id, customer_id, number) SELECT id, id, 1 FROM customer;
INSERT INTO item (customer_id, number, position) SELECT id, 1, 1 FROM customer;
INSERT INTO log VALUES ('2020-01-01', 'one'), ('2020-01-01', 'two');
INSERT INTO memo VALUES (1, 'x');
INSERT INTO tight VALUES (1, 'x');
INSERT INTO soft VALUES (1, 'x');
";

/// Why no revision is written.
const OPTION: &str = "no portable statement changes what kind of table it is";
const FOREIGN: &str = "SQLite takes any word for a type, and this one means nothing to it";
const BEYOND: &str = "portable SQL has no word for it";

/// What is changed on it.
pub(crate) const CASES: &[Case] = &[
    // Tables.
    Case::change(
        "table added",
        &["'extra'"],
        "CREATE TABLE extra (id INTEGER NOT NULL CONSTRAINT pk_extra PRIMARY KEY, body TEXT DEFAULT 'x')",
    ),
    Case::change(
        "table with everything added",
        &["'extra'"],
        "CREATE TABLE extra (id INTEGER NOT NULL CONSTRAINT pk_extra PRIMARY KEY AUTOINCREMENT, customer_id INTEGER, CONSTRAINT ck_extra_id CHECK (id > 0), CONSTRAINT uq_extra_customer_id UNIQUE (customer_id), CONSTRAINT fk_extra_customer_id_customer FOREIGN KEY (customer_id) REFERENCES customer (id)); CREATE INDEX ix_extra ON extra (customer_id)",
    ),
    Case::change("table removed", &["'tight'"], "DROP TABLE tight"),
    Case::change(
        "tables removed that reference each other",
        &["item", "purchase"],
        "DROP TABLE item; DROP TABLE purchase",
    ),
    Case::change(
        "table renamed",
        &["'log'", "'logs'"],
        "DROP TRIGGER touch; ALTER TABLE log RENAME TO logs; CREATE TRIGGER touch AFTER UPDATE ON memo BEGIN DELETE FROM log; END",
    ),
    Case::redefine(
        "table made strict",
        &["log"],
        "log",
        "(at TIMESTAMP, line TEXT)",
        "(at TEXT, line TEXT) STRICT",
    )
    .by_hand(OPTION),
    Case::redefine("table no longer strict", &["tight"], "tight", "STRICT, WITHOUT ROWID", "WITHOUT ROWID")
        .by_hand(OPTION),
    Case::redefine(
        "table without rowid",
        &["item"],
        "item",
        "CHECK (amount > 0)\n)",
        "CHECK (amount > 0)\n) WITHOUT ROWID",
    )
    .by_hand(OPTION),
    Case::redefine("table with rowid", &["tight"], "tight", "STRICT, WITHOUT ROWID", "STRICT")
        .by_hand(OPTION),
    Case::redefine("table comment added", &["'memo'"], "memo", "memo (", "memo (/*@comment what is said*/"),
    // Columns.
    Case::change("column added", &["'item.extra'"], "ALTER TABLE item ADD COLUMN extra TEXT"),
    Case::change(
        "column with default added",
        &["'item.extra'"],
        "ALTER TABLE item ADD COLUMN extra INTEGER NOT NULL DEFAULT 5",
    ),
    Case::change("column removed", &["'item.title'"], "ALTER TABLE item DROP COLUMN title"),
    Case::change(
        "column in an index removed",
        &["customer"],
        "DROP INDEX ux_customer_token; ALTER TABLE customer DROP COLUMN token",
    ),
    Case::change(
        "column renamed",
        &["'item.title'", "'item.label'"],
        "ALTER TABLE item RENAME COLUMN title TO label",
    ),
    Case::redefine("column moved", &[], "log", "at TIMESTAMP, line TEXT", "line TEXT, at TIMESTAMP")
        .is_nothing(),
    Case::redefine("integer widened", &["'item.amount'"], "item", "amount INTEGER", "amount BIGINT"),
    Case::redefine("integer narrowed", &["'item.amount'"], "item", "amount INTEGER", "amount SMALLINT"),
    Case::redefine("smallint widened", &["'customer.flags'"], "customer", "flags SMALLINT", "flags INTEGER"),
    Case::redefine(
        "integer to text",
        &["'item.amount'"],
        "item",
        "amount INTEGER DEFAULT 1",
        "amount TEXT DEFAULT '1'",
    ),
    Case::redefine("length raised", &["'item.title'"], "item", "VARCHAR(80)", "VARCHAR(90)"),
    Case::redefine("length lowered", &["'item.title'"], "item", "VARCHAR(80)", "VARCHAR(70)"),
    Case::redefine("length removed", &["'item.title'"], "item", "VARCHAR(80)", "VARCHAR"),
    Case::redefine("varchar to text", &["'item.title'"], "item", "VARCHAR(80)", "TEXT"),
    Case::redefine("char length", &["'customer.code'"], "customer", "CHAR(4)", "CHAR(5)"),
    Case::redefine("char to varchar", &["'customer.code'"], "customer", "CHAR(4)", "VARCHAR(4)"),
    Case::redefine("precision", &["'customer.balance'"], "customer", "NUMERIC(10, 2)", "NUMERIC(11, 2)"),
    Case::redefine("scale", &["'customer.balance'"], "customer", "NUMERIC(10, 2)", "NUMERIC(10, 3)"),
    Case::redefine("precision removed", &["'customer.balance'"], "customer", "NUMERIC(10, 2)", "NUMERIC"),
    Case::redefine(
        "real to double",
        &["'customer.ratio'"],
        "customer",
        "ratio REAL",
        "ratio DOUBLE PRECISION",
    ),
    Case::redefine(
        "double to numeric",
        &["'customer.score'"],
        "customer",
        "score DOUBLE PRECISION",
        "score NUMERIC",
    ),
    Case::redefine("date to timestamp", &["'customer.born'"], "customer", "born DATE", "born TIMESTAMP"),
    Case::redefine("time precision", &["'customer.wakes'"], "customer", "wakes TIME", "wakes TIME(3)"),
    Case::redefine(
        "timestamp precision",
        &["'customer.seen'"],
        "customer",
        "seen TIMESTAMP",
        "seen TIMESTAMP(3)",
    ),
    Case::redefine(
        "timestamp gets a zone",
        &["'customer.seen'"],
        "customer",
        "seen TIMESTAMP",
        "seen TIMESTAMPTZ",
    ),
    Case::redefine("json to jsonb", &["'customer.doc'"], "customer", "doc JSON_TEXT", "doc JSONB_TEXT"),
    Case::redefine("json to text", &["'customer.doc'"], "customer", "doc JSON_TEXT", "doc TEXT"),
    Case::redefine("uuid to text", &["'customer.token'"], "customer", "token UUID_TEXT", "token TEXT"),
    Case::redefine("bytes to text", &["'customer.photo'"], "customer", "photo BLOB", "photo TEXT"),
    Case::redefine(
        "boolean to integer",
        &["'customer.active'"],
        "customer",
        "active BOOLEAN NOT NULL DEFAULT 1",
        "active INTEGER NOT NULL DEFAULT 1",
    ),
    Case::redefine("native type", &["'customer.odd'"], "customer", "GEOMETRY(20)", "GEOMETRY(30)")
        .by_hand(FOREIGN),
    Case::redefine("native type to text", &["'customer.odd'"], "customer", "GEOMETRY(20)", "TEXT")
        .by_hand(FOREIGN),
    Case::redefine("type removed", &["'log.line'"], "log", "line TEXT", "line"),
    Case::redefine(
        "column refuses null",
        &["'customer.flags'"],
        "customer",
        "flags SMALLINT",
        "flags SMALLINT NOT NULL",
    ),
    Case::redefine("column allows null", &["'purchase.state'"], "purchase", "TEXT NOT NULL", "TEXT"),
    Case::redefine(
        "column refuses null and replaces",
        &["line"],
        "log",
        "line TEXT",
        "line TEXT NOT NULL ON CONFLICT IGNORE",
    )
    .by_hand(BEYOND),
    Case::redefine(
        "default added",
        &["'customer.name'"],
        "customer",
        "name VARCHAR(50)",
        "name VARCHAR(50) DEFAULT 'nobody'",
    ),
    Case::redefine("default changed", &["'item.title'"], "item", "'thing'", "'stuff'"),
    Case::redefine("default of other case", &["'item.title'"], "item", "'thing'", "'Thing'"),
    Case::redefine("default removed", &["'item.title'"], "item", " DEFAULT 'thing'", ""),
    Case::redefine("default empty", &["'item.title'"], "item", "'thing'", "''"),
    Case::redefine("default number changed", &["'item.amount'"], "item", "DEFAULT 1", "DEFAULT 2"),
    Case::redefine(
        "default boolean changed",
        &["'customer.active'"],
        "customer",
        "NOT NULL DEFAULT 1",
        "NOT NULL DEFAULT 0",
    ),
    Case::redefine("default expression added", &["'item.amount'"], "item", "DEFAULT 1", "DEFAULT (1 + 1)"),
    Case::redefine("default expression changed", &["'customer.computed'"], "customer", "(1 + 2)", "(1 + 3)"),
    Case::redefine(
        "default expression removed",
        &["'customer.computed'"],
        "customer",
        " DEFAULT (1 + 2)",
        "",
    ),
    Case::redefine(
        "default now added",
        &["'purchase.at'"],
        "purchase",
        "at TIMESTAMP",
        "at TIMESTAMP DEFAULT CURRENT_TIMESTAMP",
    ),
    Case::redefine(
        "default now removed",
        &["'customer.created'"],
        "customer",
        " DEFAULT CURRENT_TIMESTAMP",
        "",
    ),
    Case::redefine("default of text to number", &["'item.title'"], "item", "DEFAULT 'thing'", "DEFAULT 5"),
    Case::redefine("autoincrement added", &["'memo.id'"], "memo", "PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT"),
    Case::redefine("autoincrement removed", &["'region.id'"], "region", " AUTOINCREMENT", ""),
    Case::redefine("rowid no longer the key", &["memo"], "memo", "INTEGER NOT", "BIGINT NOT"),
    Case::redefine(
        "generated added",
        &["'item.twice'"],
        "item",
        "    CONSTRAINT pk_item",
        "    twice INTEGER GENERATED ALWAYS AS (amount * 2) STORED,\n    CONSTRAINT pk_item",
    ),
    Case::change(
        "generated virtual added",
        &["'item.twice'"],
        "ALTER TABLE item ADD COLUMN twice INTEGER GENERATED ALWAYS AS (amount * 2) VIRTUAL",
    ),
    Case::redefine(
        "generated removed",
        &["'customer.total'"],
        "customer",
        "    total NUMERIC(12, 2) GENERATED ALWAYS AS (balance * 2) STORED,\n",
        "",
    ),
    Case::redefine("generated expression", &["'customer.total'"], "customer", "balance * 2", "balance * 3"),
    Case::redefine(
        "generated virtual expression",
        &["'customer.half'"],
        "customer",
        "balance / 2",
        "balance / 3",
    ),
    Case::redefine(
        "generated becomes virtual",
        &["'customer.total'"],
        "customer",
        "(balance * 2) STORED",
        "(balance * 2) VIRTUAL",
    ),
    Case::redefine(
        "generated becomes stored",
        &["'customer.half'"],
        "customer",
        "(balance / 2) VIRTUAL",
        "(balance / 2) STORED",
    ),
    Case::redefine(
        "generated becomes plain",
        &["'customer.total'"],
        "customer",
        " GENERATED ALWAYS AS (balance * 2) STORED",
        "",
    ),
    Case::redefine(
        "generated type",
        &["'customer.total'"],
        "customer",
        "total NUMERIC(12, 2)",
        "total NUMERIC(14, 2)",
    ),
    Case::redefine("collation added", &["'item.title'"], "item", "VARCHAR(80)", "VARCHAR(80) COLLATE NOCASE"),
    Case::redefine("collation changed", &["'customer.note'"], "customer", "COLLATE NOCASE", "COLLATE RTRIM"),
    Case::redefine("collation removed", &["'customer.note'"], "customer", " COLLATE NOCASE", ""),
    Case::redefine(
        "column comment added",
        &["'memo.body'"],
        "memo",
        "body VARCHAR(20)",
        "body VARCHAR(20) /*@comment what it says*/",
    ),
    // Keys.
    Case::redefine(
        "primary key added",
        &["log"],
        "log",
        "line TEXT",
        "line TEXT NOT NULL, CONSTRAINT pk_log PRIMARY KEY (line)",
    ),
    Case::redefine(
        "primary key removed",
        &["item"],
        "item",
        "    CONSTRAINT pk_item PRIMARY KEY (customer_id, number, position),\n",
        "",
    ),
    Case::redefine(
        "primary key columns",
        &["item"],
        "item",
        "PRIMARY KEY (customer_id, number, position)",
        "PRIMARY KEY (customer_id, position)",
    ),
    Case::redefine(
        "primary key order",
        &["item"],
        "item",
        "PRIMARY KEY (customer_id, number, position)",
        "PRIMARY KEY (number, customer_id, position)",
    ),
    Case::redefine("primary key renamed", &["pk_item"], "item", "CONSTRAINT pk_item", "CONSTRAINT pk_items"),
    Case::redefine(
        "primary key descending",
        &["item"],
        "item",
        "(customer_id, number, position)",
        "(customer_id, number, position DESC)",
    )
    .by_hand(BEYOND),
    Case::redefine(
        "primary key conflict clause",
        &["item"],
        "item",
        "PRIMARY KEY (customer_id, number, position)",
        "PRIMARY KEY (customer_id, number, position) ON CONFLICT IGNORE",
    )
    .by_hand(BEYOND),
    Case::redefine(
        "unique added",
        &["uq_item"],
        "item",
        "    CONSTRAINT pk_item",
        "    CONSTRAINT uq_item UNIQUE (customer_id, title),\n    CONSTRAINT pk_item",
    ),
    Case::redefine(
        "unique removed",
        &["uq_region_name"],
        "region",
        "    CONSTRAINT uq_region_name UNIQUE (name),\n",
        "",
    ),
    Case::redefine(
        "unique columns",
        &["uq_customer_name_born"],
        "customer",
        "UNIQUE (name, born)",
        "UNIQUE (name, code)",
    ),
    Case::redefine(
        "unique order",
        &["uq_customer_name_born"],
        "customer",
        "UNIQUE (name, born)",
        "UNIQUE (born, name)",
    ),
    Case::redefine(
        "unique renamed",
        &["uq_customer_email", "uq_email"],
        "customer",
        "CONSTRAINT uq_customer_email",
        "CONSTRAINT uq_email",
    ),
    Case::redefine(
        "unique conflict clause added",
        &["uq_region_name"],
        "region",
        "UNIQUE (name)",
        "UNIQUE (name) ON CONFLICT IGNORE",
    )
    .by_hand(BEYOND),
    Case::redefine(
        "unique conflict clause changed",
        &["soft"],
        "soft",
        "ON CONFLICT REPLACE",
        "ON CONFLICT IGNORE",
    )
    .by_hand(BEYOND),
    Case::redefine("unique conflict clause removed", &["soft"], "soft", " ON CONFLICT REPLACE", "")
        .by_hand(BEYOND),
    Case::redefine(
        "unique descending",
        &["uq_customer_name_born"],
        "customer",
        "UNIQUE (name, born)",
        "UNIQUE (name, born DESC)",
    )
    .by_hand(BEYOND),
    Case::redefine(
        "unique collation",
        &["uq_customer_email"],
        "customer",
        "UNIQUE (email)",
        "UNIQUE (email COLLATE NOCASE)",
    )
    .by_hand(BEYOND),
    // Foreign keys.
    Case::redefine(
        "foreign key added",
        &["table item"],
        "item",
        "    CONSTRAINT pk_item",
        "    CONSTRAINT fk_item_customer FOREIGN KEY (customer_id) REFERENCES customer (id),\n    CONSTRAINT pk_item",
    ),
    Case::redefine(
        "foreign key removed",
        &["table customer"],
        "customer",
        "    CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE SET NULL,\n",
        "",
    ),
    Case::redefine(
        "foreign key renamed",
        &["fk_customer_region"],
        "customer",
        "CONSTRAINT fk_customer_region",
        "CONSTRAINT fk_region",
    ),
    Case::redefine(
        "foreign key target",
        &["table purchase"],
        "purchase",
        "REFERENCES customer",
        "REFERENCES purchase",
    ),
    Case::redefine(
        "foreign key columns",
        &["table customer"],
        "customer",
        "FOREIGN KEY (region_id)",
        "FOREIGN KEY (flags)",
    ),
    Case::redefine(
        "foreign key column order",
        &["table item"],
        "item",
        "FOREIGN KEY (customer_id, number) REFERENCES purchase (customer_id, number)",
        "FOREIGN KEY (number, customer_id) REFERENCES purchase (number, customer_id)",
    ),
    Case::redefine("on delete none", &["table customer"], "customer", " ON DELETE SET NULL", ""),
    Case::redefine(
        "on delete cascade",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE CASCADE",
    ),
    Case::redefine(
        "on delete restrict",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE RESTRICT",
    ),
    Case::redefine(
        "on delete set default",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE SET DEFAULT",
    ),
    Case::redefine(
        "on update cascade",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE SET NULL ON UPDATE CASCADE",
    ),
    Case::redefine(
        "on update restrict",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE SET NULL ON UPDATE RESTRICT",
    ),
    Case::redefine(
        "on update set null",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE SET NULL ON UPDATE SET NULL",
    ),
    Case::redefine(
        "on update set default",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE SET NULL ON UPDATE SET DEFAULT",
    ),
    Case::redefine(
        "foreign key deferrable",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE SET NULL DEFERRABLE INITIALLY IMMEDIATE",
    ),
    Case::redefine(
        "foreign key initially deferred",
        &["table customer"],
        "customer",
        "ON DELETE SET NULL",
        "ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED",
    ),
    Case::redefine(
        "foreign key not deferrable",
        &["table item"],
        "item",
        " DEFERRABLE INITIALLY DEFERRED",
        "",
    ),
    Case::redefine(
        "foreign key no longer deferred",
        &["table item"],
        "item",
        "INITIALLY DEFERRED",
        "INITIALLY IMMEDIATE",
    ),
    // Checks.
    Case::redefine(
        "check added",
        &["ck_item_title"],
        "item",
        "    CONSTRAINT pk_item",
        "    CONSTRAINT ck_item_title CHECK (title <> ''),\n    CONSTRAINT pk_item",
    ),
    Case::redefine(
        "check removed",
        &["ck_customer_balance"],
        "customer",
        ",\n    CONSTRAINT ck_customer_balance CHECK (balance >= 0)",
        "",
    ),
    Case::redefine("check constant", &["ck_customer_balance"], "customer", "balance >= 0", "balance >= 1"),
    Case::redefine("check operator", &["ck_customer_balance"], "customer", "balance >= 0", "balance > 0"),
    Case::redefine("check list", &["ck_purchase_state"], "purchase", "'sent')", "'sent', 'back')"),
    Case::redefine(
        "check renamed",
        &["ck_customer_balance", "ck_balance"],
        "customer",
        "CONSTRAINT ck_customer_balance",
        "CONSTRAINT ck_balance",
    ),
    // Indexes.
    Case::change("index added", &["ix_item_title"], "CREATE INDEX ix_item_title ON item (title)"),
    Case::change("index removed", &["ix_customer_name"], "DROP INDEX ix_customer_name"),
    Case::change(
        "index renamed",
        &["ix_customer_name", "ix_name"],
        "DROP INDEX ix_customer_name; CREATE INDEX ix_name ON customer (name)",
    ),
    Case::change(
        "index on another table",
        &["ix_customer_name"],
        "DROP INDEX ix_customer_name; CREATE INDEX ix_customer_name ON region (name)",
    ),
    Case::change(
        "index columns",
        &["ix_customer_name"],
        "DROP INDEX ix_customer_name; CREATE INDEX ix_customer_name ON customer (name, code)",
    ),
    Case::change(
        "index order of columns",
        &["ix_customer_born"],
        "DROP INDEX ix_customer_born; CREATE INDEX ix_customer_born ON customer (name, born DESC) WHERE active",
    ),
    Case::change(
        "index descending",
        &["ix_customer_name"],
        "DROP INDEX ix_customer_name; CREATE INDEX ix_customer_name ON customer (name DESC)",
    ),
    Case::change(
        "index ascending",
        &["ix_customer_born"],
        "DROP INDEX ix_customer_born; CREATE INDEX ix_customer_born ON customer (born, name) WHERE active",
    ),
    Case::change(
        "index becomes unique",
        &["ix_customer_name"],
        "DROP INDEX ix_customer_name; CREATE UNIQUE INDEX ix_customer_name ON customer (name)",
    ),
    Case::change(
        "index no longer unique",
        &["ux_customer_token"],
        "DROP INDEX ux_customer_token; CREATE INDEX ux_customer_token ON customer (token)",
    ),
    Case::change(
        "index predicate added",
        &["ix_customer_name"],
        "DROP INDEX ix_customer_name; CREATE INDEX ix_customer_name ON customer (name) WHERE name IS NOT NULL",
    ),
    Case::change(
        "index predicate changed",
        &["ix_customer_born"],
        "DROP INDEX ix_customer_born; CREATE INDEX ix_customer_born ON customer (born DESC, name) WHERE NOT active",
    ),
    Case::change(
        "index predicate removed",
        &["ix_customer_born"],
        "DROP INDEX ix_customer_born; CREATE INDEX ix_customer_born ON customer (born DESC, name)",
    ),
    Case::change(
        "index expression",
        &["ix_customer_lower"],
        "DROP INDEX ix_customer_lower; CREATE INDEX ix_customer_lower ON customer (upper(email))",
    ),
    Case::change(
        "index expression to column",
        &["ix_customer_lower"],
        "DROP INDEX ix_customer_lower; CREATE INDEX ix_customer_lower ON customer (email)",
    ),
    Case::change(
        "index collation added",
        &["ix_customer_name"],
        "DROP INDEX ix_customer_name; CREATE INDEX ix_customer_name ON customer (name COLLATE NOCASE)",
    ),
    Case::change(
        "index collation changed",
        &["ix_customer_code"],
        "DROP INDEX ix_customer_code; CREATE INDEX ix_customer_code ON customer (code COLLATE NOCASE)",
    ),
    Case::change(
        "index collation removed",
        &["ix_customer_code"],
        "DROP INDEX ix_customer_code; CREATE INDEX ix_customer_code ON customer (code)",
    ),
    // Views.
    Case::change("view added", &["'extra'"], "CREATE VIEW extra AS SELECT id FROM purchase"),
    Case::change("view removed", &["'named_customer'"], "DROP VIEW named_customer"),
    Case::change(
        "view renamed",
        &["'named_customer'", "'named'"],
        "DROP VIEW named_customer; CREATE VIEW named (id, name) AS SELECT id, name FROM active_customer WHERE name IS NOT NULL",
    ),
    Case::change(
        "view condition",
        &["'named_customer'"],
        "DROP VIEW named_customer; CREATE VIEW named_customer (id, name) AS SELECT id, name FROM active_customer WHERE name > 'a'",
    ),
    Case::change(
        "view column added",
        &["'named_customer'"],
        "DROP VIEW named_customer; CREATE VIEW named_customer (id, name, email) AS SELECT id, name, email FROM active_customer WHERE name IS NOT NULL",
    ),
    Case::change(
        "view column renamed",
        &["'named_customer'"],
        "DROP VIEW named_customer; CREATE VIEW named_customer (id, called) AS SELECT id, name FROM active_customer WHERE name IS NOT NULL",
    ),
    Case::change(
        "view column list removed",
        &["'named_customer'"],
        "DROP VIEW named_customer; CREATE VIEW named_customer AS SELECT id, name FROM active_customer WHERE name IS NOT NULL",
    ),
    Case::change(
        "view below another changed",
        &["active_customer"],
        "DROP VIEW active_customer; CREATE VIEW active_customer AS SELECT id, name, email FROM customer WHERE active AND balance > 0",
    ),
    // What models do not hold.
    Case::change(
        "trigger added",
        &[],
        "CREATE TRIGGER again AFTER UPDATE ON item BEGIN DELETE FROM log; END",
    )
    .outside("again"),
    Case::change("trigger removed", &[], "DROP TRIGGER touch").outside("touch"),
    Case::change("virtual table added", &[], "CREATE VIRTUAL TABLE search USING fts5(body)")
        .outside("search"),
    // Nothing.
    Case::nothing("nothing at all", "SELECT 1"),
    Case::nothing("analyze", "ANALYZE"),
    Case::nothing("vacuum", "VACUUM"),
    Case::nothing("reindex", "REINDEX"),
    Case::nothing("optimize", "PRAGMA optimize"),
    Case::nothing("user version", "PRAGMA user_version = 5; PRAGMA application_id = 7"),
    Case::nothing(
        "rows added",
        "INSERT INTO log VALUES (NULL, 'three'); INSERT INTO region (name) VALUES ('c'), ('d')",
    ),
    Case::nothing("rows removed", "DELETE FROM log"),
    Case::nothing(
        "index made again",
        "DROP INDEX ix_customer_born; CREATE INDEX IF NOT EXISTS \"ix_customer_born\" ON [customer] (`born` desc, NAME asc) WHERE (active)",
    ),
    Case::nothing(
        "index with an expression made again",
        "DROP INDEX ix_customer_lower; CREATE INDEX ix_customer_lower ON customer (LOWER( \"email\" ))",
    ),
    Case::nothing(
        "view made again",
        "DROP VIEW named_customer; create view named_customer (\"id\", name) as select id, name from active_customer where name IS not NULL",
    ),
    Case::nothing(
        "column dropped that was added",
        "ALTER TABLE item ADD COLUMN extra TEXT; ALTER TABLE item DROP COLUMN extra",
    ),
    Case::nothing(
        "column made again at the end",
        "ALTER TABLE item DROP COLUMN title; ALTER TABLE item ADD COLUMN title VARCHAR(80) DEFAULT 'thing'",
    ),
    Case::nothing("table renamed and back", "ALTER TABLE log RENAME TO logs; ALTER TABLE logs RENAME TO log"),
    Case::nothing(
        "column renamed and back",
        "ALTER TABLE customer RENAME COLUMN note TO notes; ALTER TABLE customer RENAME COLUMN notes TO note",
    ),
    Case::redefine(
        "check made again",
        &[],
        "customer",
        "CHECK (balance >= 0)",
        "check ( ( \"BALANCE\">=0 ) )",
    )
    .is_nothing(),
    Case::redefine("check in the column", &[], "customer", "code CHAR(4)", "code CHAR(4) NULL").is_nothing(),
    Case::redefine(
        "type in another spelling",
        &[],
        "item",
        "title VARCHAR(80)",
        "title character varying ( 80 )",
    )
    .is_nothing(),
    Case::redefine("integer in another spelling", &[], "item", "amount INTEGER", "amount INT").is_nothing(),
    Case::redefine(
        "decimal in another spelling",
        &[],
        "customer",
        "balance NUMERIC(10, 2)",
        "balance decimal(10,2)",
    )
    .is_nothing(),
    Case::redefine("default in parentheses", &[], "item", "DEFAULT 'thing'", "DEFAULT ('thing')")
        .is_nothing(),
    Case::redefine("default null", &[], "customer", "doc JSON_TEXT", "doc JSON_TEXT DEFAULT NULL")
        .is_nothing(),
    Case::redefine("key without its columns", &[], "customer", "REFERENCES region (id)", "REFERENCES region")
        .is_nothing(),
    Case::redefine(
        "match simple",
        &[],
        "customer",
        "REFERENCES region (id)",
        "REFERENCES region (id) MATCH SIMPLE",
    )
    .is_nothing(),
    Case::redefine(
        "actions in another order",
        &[],
        "purchase",
        "ON DELETE CASCADE ON UPDATE CASCADE",
        "ON UPDATE CASCADE ON DELETE CASCADE NOT DEFERRABLE",
    )
    .is_nothing(),
    Case::redefine(
        "generated in another spelling",
        &[],
        "customer",
        "GENERATED ALWAYS AS (balance / 2) VIRTUAL",
        "AS (balance/2)",
    )
    .is_nothing(),
    Case::redefine("names in quotes", &[], "memo", "body VARCHAR(20)", "[body] varchar(20) /* said */")
        .is_nothing(),
];
