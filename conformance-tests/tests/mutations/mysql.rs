//! MySQL and MariaDB.

use crate::case::{
    Case,
    Engine::{self, Mariadb, Mysql},
};

/// A database with each clause in it.
pub(crate) fn base(engine: Engine) -> String {
    let own = match engine {
        Engine::Mysql => {
            "CREATE INDEX ix_customer_lower ON customer ((lower(email)));
             CREATE INDEX ix_customer_hidden ON customer (code) INVISIBLE;
             CREATE TABLE place (id INT PRIMARY KEY, at POINT NOT NULL SRID 4326, KEY ix_place_plain (id));
             ALTER TABLE customer ADD COLUMN guid BINARY(16) DEFAULT (UUID_TO_BIN('6ccd780c-baba-1026-9564-5b8c656024db'));"
        }
        Engine::Mariadb => {
            "ALTER TABLE memo ADD COLUMN packed TEXT COMPRESSED;
             ALTER TABLE memo ADD COLUMN checked INT CHECK (checked > 0);
             CREATE INDEX ix_customer_ignored ON customer (code) IGNORED;
             CREATE SEQUENCE ticket;"
        }
        Engine::Sqlite | Engine::Postgresql => "",
    };
    format!("{BASE}\n{own}\n{ROWS}")
}

const BASE: &str = "
CREATE TABLE region (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(40) NOT NULL,
    kind ENUM('land', 'sea') NOT NULL DEFAULT 'land',
    parent_id INT,
    CONSTRAINT uq_region_name UNIQUE (name),
    CONSTRAINT fk_region_parent FOREIGN KEY (parent_id) REFERENCES region (id)
);
CREATE TABLE customer (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(100) NOT NULL,
    name VARCHAR(50) COMMENT 'in full',
    code CHAR(4),
    feeling ENUM('sad', 'ok', 'happy') DEFAULT 'ok',
    tags SET('a', 'b', 'c') DEFAULT 'a',
    balance DECIMAL(10, 2) NOT NULL DEFAULT 0,
    ratio FLOAT,
    score DOUBLE,
    flags SMALLINT DEFAULT 1,
    tiny TINYINT,
    middle MEDIUMINT,
    plus INT UNSIGNED DEFAULT 0,
    bits BIT(3) DEFAULT b'101',
    active BOOLEAN NOT NULL DEFAULT TRUE,
    born DATE,
    since YEAR,
    wakes TIME,
    seen DATETIME(3),
    created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    changed DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    token BINARY(16),
    hash VARBINARY(20),
    photo BLOB,
    doc JSON,
    body TEXT,
    story MEDIUMTEXT,
    region_id INT,
    total DECIMAL(12, 2) GENERATED ALWAYS AS (balance * 2) STORED,
    half DECIMAL(12, 2) GENERATED ALWAYS AS (balance / 2) VIRTUAL,
    note VARCHAR(30) COLLATE utf8mb4_bin,
    latin VARCHAR(20) CHARACTER SET latin1,
    hidden INT INVISIBLE,
    computed INT DEFAULT (1 + 2),
    CONSTRAINT uq_customer_email UNIQUE (email),
    CONSTRAINT uq_customer_name_born UNIQUE (name, born),
    CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE SET NULL,
    CONSTRAINT ck_customer_balance CHECK (balance >= 0),
    KEY ix_customer_name (name),
    KEY ix_customer_born (born DESC, name),
    KEY ix_customer_body (body(10)),
    KEY ix_customer_latin (latin) COMMENT 'said',
    FULLTEXT KEY ix_customer_story (story)
) COMMENT = 'who buys';
CREATE TABLE purchase (
    id BIGINT NOT NULL PRIMARY KEY,
    customer_id BIGINT NOT NULL,
    number INT NOT NULL,
    at DATETIME,
    state VARCHAR(10) NOT NULL DEFAULT 'new',
    CONSTRAINT uq_purchase UNIQUE (customer_id, number),
    CONSTRAINT fk_purchase_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT ck_purchase_state CHECK (state IN ('new', 'paid', 'sent'))
);
CREATE TABLE item (
    customer_id BIGINT NOT NULL,
    number INT NOT NULL,
    position INT NOT NULL,
    title VARCHAR(80) DEFAULT 'thing',
    amount INT DEFAULT 1,
    PRIMARY KEY (customer_id, number, position),
    CONSTRAINT fk_item_purchase FOREIGN KEY (customer_id, number) REFERENCES purchase (customer_id, number),
    CONSTRAINT ck_item_amount CHECK (amount > 0)
);
CREATE TABLE log (at DATETIME, line VARCHAR(200));
CREATE TABLE memo (id INT NOT NULL PRIMARY KEY, body VARCHAR(20));
CREATE TABLE old (id INT NOT NULL PRIMARY KEY, body VARCHAR(50)) DEFAULT CHARSET = latin1 ROW_FORMAT = COMPACT;
CREATE TABLE fast (a INT, b INT, KEY ix_fast_a (a) USING HASH, KEY ix_fast_b (b) USING BTREE) ENGINE = MEMORY;
CREATE VIEW active_customer AS SELECT id, name, email FROM customer WHERE active;
CREATE VIEW named_customer AS SELECT id, name FROM active_customer WHERE name IS NOT NULL;
CREATE VIEW checked_customer AS SELECT id, balance FROM customer WHERE balance > 0 WITH LOCAL CHECK OPTION;
CREATE TRIGGER touch BEFORE UPDATE ON customer FOR EACH ROW SET NEW.tiny = 1;
";

const ROWS: &str = "
INSERT INTO region (id, name, kind) VALUES (1, 'Alps', 'land'), (2, 'Baltic', 'sea');
INSERT INTO customer (id, email, name, code, balance, region_id, born, feeling, note, latin, flags, plus, tiny, middle, since, wakes, seen, doc, body, story, created, changed)
    VALUES (1, 'a@x', 'Ann', 'aaaa', 1.5, 1, '2000-01-01', 'happy', 'n', 'l', 2, 3, 4, 5, 2001, '10:00', '2020-01-01 10:00', '{}', 'b', 's', '2020-01-01', '2020-01-01'),
           (2, 'b@x', 'Bob', 'bbbb', 2, 2, '2001-01-01', 'sad', 'm', 'm', 3, 4, 5, 6, NULL, NULL, NULL, NULL, NULL, NULL, '2020-01-01', '2020-01-01');
INSERT INTO purchase (id, customer_id, number) SELECT id, id, 1 FROM customer;
INSERT INTO item (customer_id, number, position) SELECT id, 1, 1 FROM customer;
INSERT INTO log VALUES ('2020-01-01', 'one'), ('2020-01-01', 'two');
INSERT INTO memo (id, body) VALUES (1, 'x');
INSERT INTO old VALUES (1, 'x');
";

/// Why no revision is written.
const OPTION: &str = "portable SQL has no word for what only one database knows";

/// What is changed on it.
pub(crate) const CASES: &[Case] = &[
    // Tables.
    Case::change("table added", &["'extra'"], "CREATE TABLE extra (id INT PRIMARY KEY, body VARCHAR(10) DEFAULT 'x')"),
    Case::change("table with everything added", &["'extra'"], "CREATE TABLE extra (id INT AUTO_INCREMENT PRIMARY KEY, mood ENUM('x'), customer_id BIGINT, at TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP, CONSTRAINT fk_extra FOREIGN KEY (customer_id) REFERENCES customer (id), CONSTRAINT ck_extra CHECK (customer_id > 0), UNIQUE uq_extra (mood), KEY ix_extra (mood, customer_id)) COMMENT 'x' ROW_FORMAT=COMPACT"),
    Case::change("table removed", &["'memo'"], "DROP TABLE memo"),
    Case::change("table removed that others reference", &["item", "purchase"], "DELETE FROM item; ALTER TABLE item DROP FOREIGN KEY fk_item_purchase; DROP TABLE purchase"),
    Case::change("table renamed", &["'memo'", "'memos'"], "RENAME TABLE memo TO memos"),
    Case::change("table comment added", &["'purchase'"], "ALTER TABLE purchase COMMENT 'what is bought'"),
    Case::change("table comment changed", &["'customer'"], "ALTER TABLE customer COMMENT 'it''s who bought'"),
    Case::change("table comment removed", &["'customer'"], "ALTER TABLE customer COMMENT ''"),
    Case::change("table engine", &["memo"], "ALTER TABLE memo ENGINE = MyISAM").by_hand(OPTION),
    Case::change("table engine default", &["fast"], "ALTER TABLE fast ENGINE = InnoDB").by_hand(OPTION),
    Case::change("table character set", &["memo"], "ALTER TABLE memo CONVERT TO CHARACTER SET latin1").by_hand(OPTION),
    Case::change("table default character set", &["log"], "ALTER TABLE log DEFAULT CHARACTER SET latin1").by_hand(OPTION),
    Case::change("table default collation", &["log"], "ALTER TABLE log DEFAULT COLLATE utf8mb4_bin").by_hand(OPTION),
    Case::change("table row format", &["memo"], "ALTER TABLE memo ROW_FORMAT = DYNAMIC").by_hand(OPTION),
    Case::change("table row format changed", &["old"], "ALTER TABLE old ROW_FORMAT = REDUNDANT").by_hand(OPTION),
    Case::change("table row format removed", &["old"], "ALTER TABLE old ROW_FORMAT = DEFAULT").by_hand(OPTION),
    Case::change("table statistics option", &["memo"], "ALTER TABLE memo STATS_PERSISTENT = 1").by_hand(OPTION),
    // Columns.
    Case::change("column added", &["'item.extra'"], "ALTER TABLE item ADD COLUMN extra TEXT"),
    Case::change("column with default added", &["'item.extra'"], "ALTER TABLE item ADD COLUMN extra INT NOT NULL DEFAULT 5"),
    Case::change("column added first", &["'memo.extra'"], "ALTER TABLE memo ADD COLUMN extra INT FIRST"),
    Case::change("column removed", &["'item.title'"], "ALTER TABLE item DROP COLUMN title"),
    Case::change("column in an index removed", &["customer"], "ALTER TABLE customer DROP COLUMN latin"),
    Case::change("column renamed", &["'item.title'", "'item.label'"], "ALTER TABLE item RENAME COLUMN title TO label"),
    Case::change("integer widened", &["'item.amount'"], "ALTER TABLE item MODIFY amount BIGINT DEFAULT 1"),
    Case::change("integer narrowed", &["'item.amount'"], "ALTER TABLE item MODIFY amount SMALLINT DEFAULT 1"),
    Case::change("smallint widened", &["'customer.flags'"], "ALTER TABLE customer MODIFY flags INT DEFAULT 1"),
    Case::change("tinyint", &["'customer.tiny'"], "ALTER TABLE customer MODIFY tiny SMALLINT"),
    Case::change("mediumint", &["'customer.middle'"], "ALTER TABLE customer MODIFY middle INT"),
    Case::change("unsigned removed", &["'customer.plus'"], "ALTER TABLE customer MODIFY plus INT DEFAULT 0"),
    Case::change("unsigned added", &["'customer.flags'"], "ALTER TABLE customer MODIFY flags SMALLINT UNSIGNED DEFAULT 1"),
    Case::change("boolean to tinyint", &["'customer.active'"], "ALTER TABLE customer MODIFY active TINYINT NOT NULL DEFAULT 1"),
    Case::change("integer to text", &["'item.amount'", "ck_item_amount"], "ALTER TABLE item DROP CONSTRAINT ck_item_amount; ALTER TABLE item MODIFY amount VARCHAR(20)"),
    Case::change("length raised", &["'item.title'"], "ALTER TABLE item MODIFY title VARCHAR(90) DEFAULT 'thing'"),
    Case::change("length lowered", &["'item.title'"], "ALTER TABLE item MODIFY title VARCHAR(70) DEFAULT 'thing'"),
    Case::change("varchar to text", &["'item.title'"], "ALTER TABLE item MODIFY title TEXT"),
    Case::change("char length", &["'customer.code'"], "ALTER TABLE customer MODIFY code CHAR(5)"),
    Case::change("char to varchar", &["'customer.code'"], "ALTER TABLE customer MODIFY code VARCHAR(4)"),
    Case::change("text to mediumtext", &["'customer.body'"], "ALTER TABLE customer MODIFY body MEDIUMTEXT"),
    Case::change("mediumtext to text", &["'customer.story'"], "ALTER TABLE customer MODIFY story TEXT"),
    Case::change("blob to longblob", &["'customer.photo'"], "ALTER TABLE customer MODIFY photo LONGBLOB"),
    Case::change("binary length", &["'customer.token'"], "ALTER TABLE customer MODIFY token BINARY(20)"),
    Case::change("varbinary length", &["'customer.hash'"], "ALTER TABLE customer MODIFY hash VARBINARY(30)"),
    Case::change("precision", &["'customer.balance'", "'customer.half'", "'checked_customer'"], "ALTER TABLE customer MODIFY balance DECIMAL(11, 2) NOT NULL DEFAULT 0"),
    Case::change("scale", &["'customer.balance'", "'customer.half'", "'checked_customer'"], "ALTER TABLE customer MODIFY balance DECIMAL(10, 3) NOT NULL DEFAULT 0"),
    Case::change("float to double", &["'customer.ratio'"], "ALTER TABLE customer MODIFY ratio DOUBLE"),
    Case::change("double to decimal", &["'customer.score'"], "ALTER TABLE customer MODIFY score DECIMAL(10, 4)"),
    Case::change("bit length", &["'customer.bits'"], "ALTER TABLE customer MODIFY bits BIT(4) DEFAULT b'101'"),
    Case::change("date to datetime", &["'customer.born'"], "ALTER TABLE customer MODIFY born DATETIME"),
    Case::change("year to integer", &["'customer.since'"], "ALTER TABLE customer MODIFY since INT"),
    Case::change("time precision", &["'customer.wakes'"], "ALTER TABLE customer MODIFY wakes TIME(3)"),
    Case::change("datetime precision", &["'customer.seen'"], "ALTER TABLE customer MODIFY seen DATETIME(6)"),
    Case::change("datetime to timestamp", &["'customer.seen'"], "ALTER TABLE customer MODIFY seen TIMESTAMP(3) NULL"),
    Case::change("json to text", &["'customer.doc'"], "ALTER TABLE customer MODIFY doc TEXT"),
    Case::change("enum to varchar", &["'customer.feeling'"], "ALTER TABLE customer MODIFY feeling VARCHAR(10) DEFAULT 'ok'"),
    Case::change("set members", &["'customer.tags'"], "ALTER TABLE customer MODIFY tags SET('a', 'b', 'c', 'd') DEFAULT 'a'"),
    Case::change("value added at the end", &["'customer.feeling'"], "ALTER TABLE customer MODIFY feeling ENUM('sad', 'ok', 'happy', 'wild') DEFAULT 'ok'"),
    Case::change("value added at the beginning", &["'customer.feeling'"], "ALTER TABLE customer MODIFY feeling ENUM('wild', 'sad', 'ok', 'happy') DEFAULT 'ok'"),
    Case::change("value added in the middle", &["'customer.feeling'"], "ALTER TABLE customer MODIFY feeling ENUM('sad', 'wild', 'ok', 'happy') DEFAULT 'ok'"),
    Case::change("value removed", &["'region.kind'"], "DELETE FROM item; DELETE FROM customer WHERE id = 2; DELETE FROM region WHERE kind = 'sea'; ALTER TABLE region MODIFY kind ENUM('land') NOT NULL DEFAULT 'land'"),
    Case::change("values in another order", &["'customer.feeling'"], "ALTER TABLE customer MODIFY feeling ENUM('happy', 'ok', 'sad') DEFAULT 'ok'"),
    Case::change("column refuses null", &["'customer.flags'"], "ALTER TABLE customer MODIFY flags SMALLINT NOT NULL DEFAULT 1"),
    Case::change("column allows null", &["'purchase.state'"], "ALTER TABLE purchase MODIFY state VARCHAR(10) DEFAULT 'new'"),
    Case::change("default added", &["'customer.name'"], "ALTER TABLE customer ALTER COLUMN name SET DEFAULT 'nobody'"),
    Case::change("default changed", &["'item.title'"], "ALTER TABLE item ALTER COLUMN title SET DEFAULT 'stuff'"),
    Case::change("default of other case", &["'item.title'"], "ALTER TABLE item ALTER COLUMN title SET DEFAULT 'Thing'"),
    Case::change("default removed", &["'item.title'"], "ALTER TABLE item MODIFY title VARCHAR(80)"),
    Case::change("default empty", &["'item.title'"], "ALTER TABLE item ALTER COLUMN title SET DEFAULT ''"),
    Case::change("default number changed", &["'item.amount'"], "ALTER TABLE item ALTER COLUMN amount SET DEFAULT 2"),
    Case::change("default boolean changed", &["'customer.active'"], "ALTER TABLE customer ALTER COLUMN active SET DEFAULT 0"),
    Case::change("default enum changed", &["'customer.feeling'"], "ALTER TABLE customer ALTER COLUMN feeling SET DEFAULT 'sad'"),
    Case::change("default bits changed", &["'customer.bits'"], "ALTER TABLE customer MODIFY bits BIT(3) DEFAULT b'111'"),
    Case::change("default expression added", &["'item.amount'"], "ALTER TABLE item MODIFY amount INT DEFAULT (1 + 1)"),
    Case::change("default expression changed", &["'customer.computed'"], "ALTER TABLE customer MODIFY computed INT DEFAULT (1 + 3)"),
    Case::change("default expression removed", &["'customer.computed'"], "ALTER TABLE customer MODIFY computed INT"),
    Case::change("default now added", &["'purchase.at'"], "ALTER TABLE purchase MODIFY at DATETIME DEFAULT CURRENT_TIMESTAMP"),
    Case::change("default now removed", &["'customer.changed'"], "ALTER TABLE customer MODIFY changed DATETIME ON UPDATE CURRENT_TIMESTAMP"),
    Case::change("on update added", &["purchase.at"], "ALTER TABLE purchase MODIFY at DATETIME ON UPDATE CURRENT_TIMESTAMP").by_hand(OPTION),
    Case::change("on update removed", &["customer.changed"], "ALTER TABLE customer MODIFY changed DATETIME DEFAULT CURRENT_TIMESTAMP").by_hand(OPTION),
    Case::change("auto increment added", &["'memo.id'"], "ALTER TABLE memo MODIFY id INT NOT NULL AUTO_INCREMENT"),
    Case::change("auto increment removed", &["'region.id'"], "SET foreign_key_checks = 0; ALTER TABLE region MODIFY id INT NOT NULL; SET foreign_key_checks = 1"),
    Case::change("generated added", &["'item.twice'"], "ALTER TABLE item ADD COLUMN twice INT GENERATED ALWAYS AS (amount * 2) STORED"),
    Case::change("generated virtual added", &["'item.twice'"], "ALTER TABLE item ADD COLUMN twice INT GENERATED ALWAYS AS (amount * 2) VIRTUAL"),
    Case::change("generated removed", &["'customer.total'"], "ALTER TABLE customer DROP COLUMN total"),
    Case::change("generated expression", &["'customer.total'"], "ALTER TABLE customer MODIFY total DECIMAL(12, 2) GENERATED ALWAYS AS (balance * 3) STORED"),
    Case::change("generated virtual expression", &["'customer.half'", "'checked_customer'"], "ALTER TABLE customer MODIFY half DECIMAL(12, 2) GENERATED ALWAYS AS (balance / 3) VIRTUAL"),
    Case::change("generated becomes virtual", &["'customer.total'"], "ALTER TABLE customer DROP COLUMN total; ALTER TABLE customer ADD COLUMN total DECIMAL(12, 2) GENERATED ALWAYS AS (balance * 2) VIRTUAL"),
    Case::change("generated becomes stored", &["'customer.half'", "'checked_customer'"], "ALTER TABLE customer DROP COLUMN half; ALTER TABLE customer ADD COLUMN half DECIMAL(12, 2) GENERATED ALWAYS AS (balance / 2) STORED"),
    Case::change("generated becomes plain", &["'customer.total'"], "ALTER TABLE customer MODIFY total DECIMAL(12, 2)"),
    Case::change("generated type", &["'customer.total'"], "ALTER TABLE customer MODIFY total DECIMAL(14, 2) GENERATED ALWAYS AS (balance * 2) STORED"),
    Case::change("collation added", &["'item.title'"], "ALTER TABLE item MODIFY title VARCHAR(80) COLLATE utf8mb4_bin DEFAULT 'thing'"),
    Case::change("collation changed", &["'customer.note'"], "ALTER TABLE customer MODIFY note VARCHAR(30) COLLATE utf8mb4_unicode_ci"),
    Case::change("collation removed", &["'customer.note'"], "ALTER TABLE customer MODIFY note VARCHAR(30)"),
    Case::change("character set added", &["item.title"], "ALTER TABLE item MODIFY title VARCHAR(80) CHARACTER SET latin1 DEFAULT 'thing'").by_hand(OPTION),
    Case::change("character set removed", &["customer.latin"], "ALTER TABLE customer MODIFY latin VARCHAR(20)").by_hand(OPTION),
    Case::change("character set changed", &["customer.latin"], "ALTER TABLE customer MODIFY latin VARCHAR(20) CHARACTER SET ascii").by_hand(OPTION),
    Case::change("column comment added", &["'item.title'"], "ALTER TABLE item MODIFY title VARCHAR(80) DEFAULT 'thing' COMMENT 'it''s new'"),
    Case::change("column comment changed", &["'customer.name'"], "ALTER TABLE customer MODIFY name VARCHAR(50) COMMENT 'in short'"),
    Case::change("column comment removed", &["'customer.name'"], "ALTER TABLE customer MODIFY name VARCHAR(50)"),
    Case::change("column invisible", &["item.title"], "ALTER TABLE item MODIFY title VARCHAR(80) DEFAULT 'thing' INVISIBLE").by_hand(OPTION),
    Case::change("column visible", &["customer.hidden"], "ALTER TABLE customer MODIFY hidden INT").by_hand(OPTION),
    Case::change("column compressed", &["memo.body"], "ALTER TABLE memo MODIFY body VARCHAR(20) COMPRESSED").on(Mariadb).by_hand(OPTION),
    Case::change("column no longer compressed", &["memo.packed"], "ALTER TABLE memo MODIFY packed TEXT").on(Mariadb).by_hand(OPTION),
    Case::change("check of a column removed", &["memo.checked"], "ALTER TABLE memo MODIFY checked INT").on(Mariadb).by_hand(OPTION),
    Case::change("check of a column changed", &["memo.checked"], "ALTER TABLE memo MODIFY checked INT CHECK (checked > 1)").on(Mariadb).by_hand(OPTION),
    Case::change("spatial reference removed", &["place.at"], "ALTER TABLE place MODIFY at POINT NOT NULL").on(Mysql).by_hand(OPTION),
    Case::change("default of bytes", &["customer.guid"], "ALTER TABLE customer MODIFY guid BINARY(16)").on(Mysql),
    // Keys.
    Case::change("primary key added", &["log"], "ALTER TABLE log ADD PRIMARY KEY (line)"),
    Case::change("primary key removed", &["old"], "ALTER TABLE old DROP PRIMARY KEY"),
    Case::change("primary key columns", &["item"], "ALTER TABLE item ADD KEY spare (customer_id, number), DROP PRIMARY KEY, ADD PRIMARY KEY (customer_id, position)"),
    Case::change("primary key order", &["item"], "ALTER TABLE item ADD KEY spare (customer_id, number), DROP PRIMARY KEY, ADD PRIMARY KEY (position, customer_id, number)"),
    Case::change("unique added", &["uq_item"], "ALTER TABLE item ADD CONSTRAINT uq_item UNIQUE (customer_id, title)"),
    Case::change("unique removed", &["uq_region_name"], "ALTER TABLE region DROP INDEX uq_region_name"),
    Case::change("unique columns", &["uq_customer_name_born"], "ALTER TABLE customer DROP INDEX uq_customer_name_born, ADD CONSTRAINT uq_customer_name_born UNIQUE (name, code)"),
    Case::change("unique order", &["uq_customer_name_born"], "ALTER TABLE customer DROP INDEX uq_customer_name_born, ADD CONSTRAINT uq_customer_name_born UNIQUE (born, name)"),
    Case::change("unique renamed", &["uq_customer_email", "uq_email"], "ALTER TABLE customer RENAME INDEX uq_customer_email TO uq_email"),
    Case::change("unique of a prefix", &["uq_customer_email"], "ALTER TABLE customer DROP INDEX uq_customer_email, ADD UNIQUE uq_customer_email (email(20))"),
    Case::change("unique becomes an index", &["uq_region_name"], "ALTER TABLE region DROP INDEX uq_region_name, ADD INDEX uq_region_name (name)"),
    // Foreign keys.
    Case::change("foreign key added", &["item"], "ALTER TABLE item ADD CONSTRAINT fk_item_customer FOREIGN KEY (customer_id) REFERENCES customer (id)"),
    Case::change("foreign key removed", &["customer"], "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region"),
    Case::change("foreign key renamed", &["customer"], "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region, ADD CONSTRAINT fk_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE SET NULL"),
    Case::change("foreign key target", &["table purchase"], "ALTER TABLE purchase DROP FOREIGN KEY fk_purchase_customer; ALTER TABLE purchase ADD CONSTRAINT fk_purchase_customer FOREIGN KEY (customer_id) REFERENCES purchase (id) ON DELETE CASCADE ON UPDATE CASCADE"),
    Case::change("on delete none", &["table customer"], "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region; ALTER TABLE customer ADD CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id)"),
    Case::change("on delete cascade", &["table customer"], "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region; ALTER TABLE customer ADD CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE CASCADE"),
    Case::change("on delete restrict", &["table customer"], "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region; ALTER TABLE customer ADD CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE RESTRICT"),
    Case::change("on update cascade", &["table customer"], "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region; ALTER TABLE customer ADD CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE SET NULL ON UPDATE CASCADE"),
    Case::change("on update set null", &["table customer"], "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region; ALTER TABLE customer ADD CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON DELETE SET NULL ON UPDATE SET NULL"),
    Case::change("on update removed from a key", &["table purchase"], "ALTER TABLE purchase DROP FOREIGN KEY fk_purchase_customer; ALTER TABLE purchase ADD CONSTRAINT fk_purchase_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE"),
    // Checks.
    Case::change("check added", &["ck_item_title"], "ALTER TABLE item ADD CONSTRAINT ck_item_title CHECK (title <> '')"),
    Case::change("check removed", &["ck_customer_balance"], "ALTER TABLE customer DROP CONSTRAINT ck_customer_balance"),
    Case::change("check constant", &["ck_customer_balance"], "ALTER TABLE customer DROP CONSTRAINT ck_customer_balance; ALTER TABLE customer ADD CONSTRAINT ck_customer_balance CHECK (balance >= 1)"),
    Case::change("check operator", &["ck_customer_balance"], "ALTER TABLE customer DROP CONSTRAINT ck_customer_balance; ALTER TABLE customer ADD CONSTRAINT ck_customer_balance CHECK (balance > 0)"),
    Case::change("check list", &["ck_purchase_state"], "ALTER TABLE purchase DROP CONSTRAINT ck_purchase_state; ALTER TABLE purchase ADD CONSTRAINT ck_purchase_state CHECK (state IN ('new', 'paid', 'sent', 'back'))"),
    Case::change("check renamed", &["ck_customer_balance", "ck_balance"], "ALTER TABLE customer DROP CONSTRAINT ck_customer_balance; ALTER TABLE customer ADD CONSTRAINT ck_balance CHECK (balance >= 0)"),
    Case::change("check not enforced", &["ck_customer_balance"], "ALTER TABLE customer ALTER CHECK ck_customer_balance NOT ENFORCED").on(Mysql).by_hand("the model has no checks that are not enforced: it would come back, but not go again"),
    Case::change("check that is not enforced added", &[], "ALTER TABLE item ADD CONSTRAINT ck_item_loose CHECK (amount < 1000) NOT ENFORCED").on(Mysql).outside("ck_item_loose"),
    // Indexes.
    Case::change("index added", &["ix_item_title"], "CREATE INDEX ix_item_title ON item (title)"),
    Case::change("index removed", &["ix_customer_name"], "DROP INDEX ix_customer_name ON customer"),
    Case::change("index renamed", &["ix_customer_name", "ix_name"], "ALTER TABLE customer RENAME INDEX ix_customer_name TO ix_name"),
    Case::change("index columns", &["ix_customer_name"], "ALTER TABLE customer DROP INDEX ix_customer_name, ADD INDEX ix_customer_name (name, code)"),
    Case::change("index order of columns", &["ix_customer_born"], "ALTER TABLE customer DROP INDEX ix_customer_born, ADD INDEX ix_customer_born (name, born DESC)"),
    Case::change("index descending", &["ix_customer_name"], "ALTER TABLE customer DROP INDEX ix_customer_name, ADD INDEX ix_customer_name (name DESC)"),
    Case::change("index ascending", &["ix_customer_born"], "ALTER TABLE customer DROP INDEX ix_customer_born, ADD INDEX ix_customer_born (born, name)"),
    Case::change("index becomes unique", &["ix_customer_name"], "ALTER TABLE customer DROP INDEX ix_customer_name, ADD UNIQUE INDEX ix_customer_name (name)"),
    Case::change("index of a prefix", &["ix_customer_name"], "ALTER TABLE customer DROP INDEX ix_customer_name, ADD INDEX ix_customer_name (name(10))"),
    Case::change("index of a longer prefix", &["ix_customer_body"], "ALTER TABLE customer DROP INDEX ix_customer_body, ADD INDEX ix_customer_body (body(20))"),
    Case::change("index comment added", &["ix_customer_name"], "ALTER TABLE customer DROP INDEX ix_customer_name, ADD INDEX ix_customer_name (name) COMMENT 'fast'"),
    Case::change("index comment changed", &["ix_customer_latin"], "ALTER TABLE customer DROP INDEX ix_customer_latin, ADD INDEX ix_customer_latin (latin) COMMENT 'unsaid'"),
    Case::change("index comment removed", &["ix_customer_latin"], "ALTER TABLE customer DROP INDEX ix_customer_latin, ADD INDEX ix_customer_latin (latin)"),
    Case::change("index full text", &["ix_customer_body"], "ALTER TABLE customer DROP INDEX ix_customer_body, ADD FULLTEXT INDEX ix_customer_body (body)"),
    Case::change("index no longer full text", &["ix_customer_story"], "ALTER TABLE customer DROP INDEX ix_customer_story, ADD INDEX ix_customer_story (story(10))"),
    Case::change("index method", &["ix_fast_a"], "ALTER TABLE fast DROP INDEX ix_fast_a, ADD INDEX ix_fast_a (a) USING BTREE"),
    Case::change("index method hash", &["ix_fast_b"], "ALTER TABLE fast DROP INDEX ix_fast_b, ADD INDEX ix_fast_b (b) USING HASH"),
    Case::change("index invisible", &["ix_customer_name"], "ALTER TABLE customer ALTER INDEX ix_customer_name INVISIBLE").on(Mysql),
    Case::change("index visible", &["ix_customer_hidden"], "ALTER TABLE customer ALTER INDEX ix_customer_hidden VISIBLE").on(Mysql),
    Case::change("index ignored", &["ix_customer_name"], "ALTER TABLE customer ALTER INDEX ix_customer_name IGNORED").on(Mariadb),
    Case::change("index no longer ignored", &["ix_customer_ignored"], "ALTER TABLE customer ALTER INDEX ix_customer_ignored NOT IGNORED").on(Mariadb),
    Case::change("index expression", &["ix_customer_lower"], "ALTER TABLE customer DROP INDEX ix_customer_lower, ADD INDEX ix_customer_lower ((upper(email)))").on(Mysql),
    Case::change("index expression to column", &["ix_customer_lower"], "ALTER TABLE customer DROP INDEX ix_customer_lower, ADD INDEX ix_customer_lower (email)").on(Mysql),
    Case::change("index expression added", &["ix_extra"], "CREATE INDEX ix_extra ON item ((amount * 2))").on(Mysql),
    Case::change("index spatial", &["ix_place_plain"], "ALTER TABLE place DROP INDEX ix_place_plain, ADD SPATIAL INDEX ix_place_plain (at)").on(Mysql),
    // Views.
    Case::change("view added", &["'extra'"], "CREATE VIEW extra AS SELECT id FROM purchase"),
    Case::change("view removed", &["'named_customer'"], "DROP VIEW named_customer"),
    Case::change("view renamed", &["'named_customer'", "'named'"], "RENAME TABLE named_customer TO named"),
    Case::change("view condition", &["'named_customer'"], "CREATE OR REPLACE VIEW named_customer AS SELECT id, name FROM active_customer WHERE name > 'a'"),
    Case::change("view column added", &["'named_customer'"], "CREATE OR REPLACE VIEW named_customer AS SELECT id, name, email FROM active_customer WHERE name IS NOT NULL"),
    Case::change("view column renamed", &["'named_customer'"], "CREATE OR REPLACE VIEW named_customer AS SELECT id, name AS called FROM active_customer WHERE name IS NOT NULL"),
    Case::change("view column list", &["'named_customer'"], "CREATE OR REPLACE VIEW named_customer (n, called) AS SELECT id, name FROM active_customer WHERE name IS NOT NULL"),
    Case::change("view below another changed", &["active_customer"], "CREATE OR REPLACE VIEW active_customer AS SELECT id, name, email FROM customer WHERE active AND balance > 0"),
    Case::change("view check option added", &["'active_customer'"], "CREATE OR REPLACE VIEW active_customer AS SELECT id, name, email FROM customer WHERE active WITH CASCADED CHECK OPTION"),
    Case::change("view check option removed", &["'checked_customer'"], "CREATE OR REPLACE VIEW checked_customer AS SELECT id, balance FROM customer WHERE balance > 0"),
    Case::change("view check option changed", &["'checked_customer'"], "CREATE OR REPLACE VIEW checked_customer AS SELECT id, balance FROM customer WHERE balance > 0 WITH CASCADED CHECK OPTION"),
    Case::change("view with check option changed", &["'checked_customer'"], "CREATE OR REPLACE VIEW checked_customer AS SELECT id, balance FROM customer WHERE balance > 1 WITH LOCAL CHECK OPTION"),
    // What models do not hold.
    Case::change("view security", &[], "CREATE OR REPLACE SQL SECURITY INVOKER VIEW named_customer AS SELECT id, name FROM active_customer WHERE name IS NOT NULL").outside("named_customer"),
    Case::change("trigger added", &[], "CREATE TRIGGER again BEFORE UPDATE ON item FOR EACH ROW SET NEW.amount = 1").outside("again"),
    Case::change("trigger removed", &[], "DROP TRIGGER touch").outside("touch"),
    Case::change("function added", &[], "CREATE FUNCTION extra() RETURNS INT DETERMINISTIC RETURN 1").outside("extra"),
    Case::change("event added", &[], "CREATE EVENT extra ON SCHEDULE EVERY 1 DAY DO DELETE FROM log").outside("extra"),
    Case::change("partitions added", &[], "ALTER TABLE memo PARTITION BY HASH (id) PARTITIONS 2").outside("memo"),
    Case::change("sequence added", &[], "CREATE SEQUENCE extra").on(Mariadb).outside("extra"),
    // Nothing.
    Case::nothing("nothing at all", "SELECT 1"),
    Case::nothing("analyze", "ANALYZE TABLE customer, item"),
    Case::nothing("optimize", "OPTIMIZE TABLE memo"),
    Case::nothing("table made again", "ALTER TABLE customer FORCE"),
    Case::nothing("check table", "CHECK TABLE customer"),
    Case::nothing("rows added", "INSERT INTO log VALUES (NULL, 'three'); INSERT INTO region (name) VALUES ('c'), ('d')"),
    Case::nothing("rows removed", "DELETE FROM log"),
    Case::nothing("next number", "ALTER TABLE customer AUTO_INCREMENT = 5000"),
    Case::nothing("index made again", "ALTER TABLE customer DROP INDEX ix_customer_born, ADD INDEX ix_customer_born USING BTREE (born DESC, name ASC)"),
    Case::nothing("index in another place", "ALTER TABLE customer DROP INDEX ix_customer_name; CREATE INDEX ix_customer_name ON customer (name)"),
    Case::nothing("check made again", "ALTER TABLE customer DROP CONSTRAINT ck_customer_balance; ALTER TABLE customer ADD CONSTRAINT ck_customer_balance CHECK ((`balance`) >= (0))"),
    Case::nothing("foreign key made again", "ALTER TABLE customer DROP FOREIGN KEY fk_customer_region; ALTER TABLE customer ADD CONSTRAINT fk_customer_region FOREIGN KEY (region_id) REFERENCES region (id) ON UPDATE NO ACTION ON DELETE SET NULL"),
    Case::nothing("view made again", "CREATE OR REPLACE VIEW named_customer AS SELECT active_customer.id AS id, (`name`) FROM active_customer WHERE (name IS NOT NULL)"),
    Case::nothing("view with another algorithm", "CREATE OR REPLACE ALGORITHM = UNDEFINED SQL SECURITY DEFINER VIEW named_customer AS SELECT id, name FROM active_customer WHERE name IS NOT NULL"),
    Case::nothing("default made again", "ALTER TABLE item MODIFY title VARCHAR(80) NULL DEFAULT \"thing\"; ALTER TABLE item MODIFY amount INTEGER NULL DEFAULT '1'"),
    Case::nothing("default null", "ALTER TABLE customer MODIFY doc JSON DEFAULT NULL"),
    Case::nothing("type in another spelling", "ALTER TABLE item MODIFY title NATIONAL VARCHAR(80) DEFAULT 'thing'; ALTER TABLE item MODIFY title CHARACTER VARYING(80) DEFAULT 'thing'; ALTER TABLE customer MODIFY score DOUBLE PRECISION, MODIFY active TINYINT(1) NOT NULL DEFAULT 1, MODIFY balance NUMERIC(10, 2) NOT NULL DEFAULT '0.00', MODIFY middle MEDIUMINT(9)"),
    Case::nothing("column dropped that was added", "ALTER TABLE item ADD COLUMN extra TEXT; ALTER TABLE item DROP COLUMN extra"),
    Case::nothing("column made again at the end", "ALTER TABLE item DROP COLUMN title; ALTER TABLE item ADD COLUMN title VARCHAR(80) DEFAULT 'thing'"),
    Case::nothing("column moved", "ALTER TABLE item MODIFY title VARCHAR(80) DEFAULT 'thing' FIRST"),
    Case::nothing("on update made again", "ALTER TABLE customer MODIFY changed DATETIME(0) DEFAULT NOW() ON UPDATE LOCALTIMESTAMP()"),
    Case::nothing("engine said", "ALTER TABLE memo ENGINE = INNODB"),
    Case::nothing("character set said", "ALTER TABLE memo MODIFY body VARCHAR(20) CHARACTER SET utf8mb4; ALTER TABLE old MODIFY body VARCHAR(50) CHARACTER SET latin1"),
    Case::nothing("generated made again", "ALTER TABLE customer MODIFY total NUMERIC(12, 2) AS ((`balance` * 2)) STORED"),
];
