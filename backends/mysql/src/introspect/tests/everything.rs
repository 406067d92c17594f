//! Every clause of every object once.

use expect_test::{Expect, expect};
use retort_test_servers::Engine;

use super::support::{TestDatabase, describe};

/// What both servers have.
pub(crate) const COMMON: &str = "
    CREATE TABLE parent (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, code VARCHAR(20) NOT NULL,
        part INT, UNIQUE KEY uq_code (code), UNIQUE KEY uq_both (code, part)) COMMENT 'the ''parent''';
    CREATE TABLE numbers (a TINYINT, b BOOLEAN NOT NULL DEFAULT TRUE, c TINYINT(1) DEFAULT 0,
        d SMALLINT DEFAULT -1, e MEDIUMINT, f INT DEFAULT '5', g BIGINT, h INT UNSIGNED, i BIGINT UNSIGNED ZEROFILL,
        j FLOAT DEFAULT 0.1, k DOUBLE DEFAULT 1e10, l FLOAT(5,2), m DECIMAL(8,2) DEFAULT 1.5, n DECIMAL(10),
        o DECIMAL(65,30), p BIT, q BIT(5) DEFAULT 5, r YEAR DEFAULT 2020, s INT NOT NULL DEFAULT (1 + 2));
    CREATE TABLE texts (a CHAR(5) DEFAULT 'a''b\\\\c', b VARCHAR(20) NOT NULL DEFAULT '', c VARCHAR(20) CHARACTER SET latin1,
        d VARCHAR(20) COLLATE utf8mb4_bin, e TINYTEXT, f TEXT, g MEDIUMTEXT, h LONGTEXT, i LONGTEXT DEFAULT ('x'),
        j ENUM('a', 'it''s', 'x,y', 'back\\\\slash', 'ü') DEFAULT 'a', k SET('a', 'b') DEFAULT 'a,b',
        l CHAR(36) CHARACTER SET ascii COLLATE ascii_bin, m CHAR(36), n JSON, o JSON DEFAULT ('{}'),
        p VARCHAR(40) DEFAULT (concat('ü', '日')), q VARCHAR(9) DEFAULT 'ü日' COMMENT 'ü日''s \\\\');
    CREATE TABLE bytes (a BINARY(16), b VARBINARY(9) DEFAULT x'4142', c TINYBLOB, d BLOB, e MEDIUMBLOB, f LONGBLOB,
        g BINARY(4) DEFAULT 'a', h VARBINARY(3) DEFAULT '');
    CREATE TABLE times (a DATE DEFAULT '2020-01-02', b TIME, c TIME(3) DEFAULT '1:2', d TIME(6), e DATETIME,
        f DATETIME(3) DEFAULT '2020-01-02 03:04:05.600', g DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
        h TIMESTAMP NULL, i TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
        j DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, k TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP);
    CREATE TABLE made (a INT, b VARCHAR(9), c INT AS (a * 2) VIRTUAL, d VARCHAR(50) AS (concat(b, 'it''s \\\\ ü')) STORED,
        e INT INVISIBLE, f INT AS (a + 1) STORED COMMENT 'made', CONSTRAINT ck_a CHECK (a > 0 AND b <> 'it''s'),
        CONSTRAINT `ck ü` CHECK (b NOT IN ('ü', 'x')));
    CREATE TABLE keyed (a INT NOT NULL, b INT, c VARCHAR(99), d TEXT, e POINT NOT NULL, f GEOMETRY, g INT,
        PRIMARY KEY (g, a), UNIQUE KEY uq_b (b), UNIQUE KEY `uq c` (c(10)), UNIQUE KEY uq_desc (a DESC),
        UNIQUE KEY uq_comment (g) COMMENT 'it''s', KEY ix_b (b DESC, c(5)), KEY ix_d (d(100), a), FULLTEXT KEY ft (c, d),
        SPATIAL KEY sp (e), KEY ix_comment (a) COMMENT 'about a');
    CREATE TABLE other_engine (a INT) ENGINE=MyISAM;
    CREATE TABLE hashed (a INT, KEY h USING HASH (a), KEY t USING BTREE (a)) ENGINE=MEMORY DEFAULT CHARSET latin1 COLLATE latin1_bin;
    CREATE TABLE ordered (a INT, b VARCHAR(9), PRIMARY KEY (b(3), a) COMMENT 'first');
    CREATE TABLE optional (a INT) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 STATS_PERSISTENT=0 MAX_ROWS=100;
    CREATE TABLE child (a BIGINT, b BIGINT, c VARCHAR(20), d INT, e BIGINT, f BIGINT,
        CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL,
        CONSTRAINT fk_b FOREIGN KEY (b) REFERENCES parent (id) ON DELETE RESTRICT ON UPDATE NO ACTION, KEY ix_b (b, a),
        CONSTRAINT fk_c FOREIGN KEY (c, d) REFERENCES parent (code, part),
        CONSTRAINT fk_e FOREIGN KEY (e) REFERENCES parent (id), UNIQUE KEY uq_e (e),
        FOREIGN KEY (f) REFERENCES parent (id));
    CREATE TABLE parted (a INT NOT NULL, b DATE NOT NULL) PARTITION BY RANGE (year(b)) SUBPARTITION BY HASH (to_days(b))
        SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (2000), PARTITION `p 1` VALUES LESS THAN MAXVALUE);
    CREATE TABLE listed (a INT NOT NULL) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3));
    CREATE VIEW v AS SELECT id, code, part + 1 AS more, 'it''s' AS lit FROM parent WHERE part > 1;
    CREATE VIEW v_named (x, `y z`) AS SELECT p.id, count(*) FROM parent p JOIN child c ON c.a = p.id GROUP BY p.id;
    CREATE SQL SECURITY INVOKER VIEW v_checked AS SELECT * FROM v WHERE id > 1 WITH LOCAL CHECK OPTION;
    CREATE TRIGGER tr BEFORE INSERT ON parent FOR EACH ROW SET NEW.code = upper(NEW.code);
    CREATE PROCEDURE pr(IN a INT, OUT b VARCHAR(9)) READS SQL DATA COMMENT 'it''s' SELECT 1 INTO b;
    CREATE FUNCTION fn(a INT, b ENUM('x')) RETURNS DECIMAL(8,2) DETERMINISTIC RETURN a + 1;
    CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' COMMENT 'daily' DO SELECT 1;
    CREATE EVENT once ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE DO SELECT 2;
";

pub(crate) const MYSQL: &str = "
    CREATE TABLE mysql_only (a INT, b VARCHAR(9), c JSON, d GEOMETRY NOT NULL SRID 4326, e DATETIME DEFAULT (now() + INTERVAL 1 DAY),
        f INT AS (a) STORED NOT NULL, g INT AS (a + 1) VIRTUAL INVISIBLE, h DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) INVISIBLE,
        CONSTRAINT ck_off CHECK (a > 0) NOT ENFORCED, KEY ix_lower ((lower(b))), UNIQUE KEY uq_plus ((a + 1), b), KEY ix_hidden (a) INVISIBLE,
        KEY ix_many ((CAST(c->'$.x' AS UNSIGNED ARRAY))), KEY ix_ü ((concat(b, 'ü'))), PRIMARY KEY (f DESC));
";

pub(crate) const MARIADB: &str = "
    CREATE TABLE mariadb_only (a INT, b VARCHAR(10) DEFAULT concat('a', 'b'), c INT CHECK (c > 0), d UUID DEFAULT uuid(), e INET6,
        f VARCHAR(100) COMPRESSED, g BLOB COMPRESSED, h JSON CHECK (json_valid(h) AND length(h) < 100),
        i LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin CHECK (json_valid(i)), j LONGTEXT CHECK (json_valid(j)), k TEXT,
        l DATETIME(6) DEFAULT CURRENT_TIMESTAMP, CHECK (a < b), KEY ix_ignored (a) IGNORED, UNIQUE KEY uq_k (k), UNIQUE KEY uq_b USING HASH (b),
        CONSTRAINT ck_json CHECK (json_valid(d)));
    CREATE TABLE compressed (a INT) PAGE_COMPRESSED=1;
    CREATE TABLE versioned (a INT, b INT WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING;
    CREATE SEQUENCE sq START WITH 5;
";

fn check(engine: Engine, own: &str, expected: Expect) {
    let mut database = TestDatabase::create(engine);
    database.run(COMMON);
    database.run(own);
    expected.assert_eq(&describe(&database.read()));
}

#[test]
fn on_mysql() {
    check(
        Engine::Mysql,
        MYSQL,
        expect![[r#"
            table bytes
              a BINARY(16)
              b VARBINARY(9) default x'4142'
              c tinyblob
              d "blob"
              e mediumblob
              f BLOB
              g BINARY(4) default x'61'
              h VARBINARY(3) default x''
            table child
              a BIGINT
              b BIGINT
              c VARCHAR(20)
              d INTEGER
              e BIGINT
              f BIGINT
              foreign key child_ibfk_1 (f) to parent (id) update NO ACTION delete NO ACTION
              foreign key fk_a (a) to parent (id) update SET NULL delete CASCADE
              foreign key fk_b (b) to parent (id) update NO ACTION delete NO ACTION
              foreign key fk_c (c, d) to parent (code, part) update NO ACTION delete NO ACTION
              foreign key fk_e (e) to parent (id) update NO ACTION delete NO ACTION
              index f (f)
              index ix_b (b, a)
              unique constraint uq_e (e)
            table hashed charset=latin1 collation=latin1_bin engine=memory
              a INTEGER
              index h (a)
              index t (a) using btree
            table keyed
              a INTEGER not null
              b INTEGER
              c VARCHAR(99)
              d "text"
              e point not null
              f geometry
              g INTEGER not null
              index ft (c, d) using fulltext
              index ix_b (b desc, c(5))
              index ix_comment (a) comment=about a
              index ix_d (d(100), a)
              index sp (e) using spatial
              primary key (g, a)
              unique constraint uq_b (b)
              unique index uq c (c(10))
              unique index uq_comment (g) comment=it's
              unique index uq_desc (a desc)
            table listed
              a INTEGER not null
            table made
              a INTEGER
              b VARCHAR(9)
              c INTEGER as (a * 2) virtual
              d VARCHAR(50) as (b || 'it''s \ ü') stored
              e INTEGER invisible=true
              f INTEGER as (a + 1) stored -- made
              check ck ü: b NOT IN ('ü', 'x')
              check ck_a: a > 0 AND b <> 'it''s'
            table mysql_only
              a INTEGER
              b VARCHAR(9)
              c JSON
              d geometry not null srid=4326
              e TIMESTAMP(0) default CURRENT_TIMESTAMP(0) + INTERVAL '1 day'
              f INTEGER not null as (a) stored
              g INTEGER as (a + 1) virtual invisible=true
              h TIMESTAMP default CURRENT_TIMESTAMP invisible=true on update=CURRENT_TIMESTAMP(6)
              index ix_hidden (a) invisible=true
              index ix_lower ([lower(b)])
              index ix_many ([CAST(mysql.json_extract(c, '$.x') AS mysql."unsigned array")])
              index ix_ü ([b || 'ü'])
              primary key (f)
              unique index uq_plus ([a + 1], b)
            table numbers
              a tinyint
              b BOOLEAN not null default TRUE
              c BOOLEAN default FALSE
              d SMALLINT default -1
              e mediumint
              f INTEGER default 5
              g BIGINT
              h int unsigned
              i bigint(20) unsigned zerofill
              j REAL default 0.1
              k DOUBLE PRECISION default 10000000000
              l float(5,2)
              m NUMERIC(8, 2) default 1.5
              n NUMERIC(10)
              o NUMERIC
              p bit(1)
              q bit(5) default mysql.bits('101')
              r year default 2020
              s INTEGER not null default 1 + 2
            table optional key_block_size=8 max_rows=100 row_format=compressed stats_persistent=0
              a INTEGER
            table ordered
              a INTEGER not null
              b VARCHAR(9) not null
              primary key (b, a)
            table other_engine engine=myisam
              a INTEGER
            table parent -- the 'parent'
              id BIGINT not null identity
              code VARCHAR(20) not null
              part INTEGER
              primary key (id)
              unique constraint uq_both (code, part)
              unique constraint uq_code (code)
            table parted
              a INTEGER not null
              b DATE not null
            table texts
              a CHAR(5) default 'a''b\c'
              b VARCHAR(20) not null default ''
              c VARCHAR(20) collate latin1_swedish_ci charset=latin1
              d VARCHAR(20) collate utf8mb4_bin
              e tinytext
              f "text"
              g mediumtext
              h TEXT
              i TEXT default 'x'
              j enum('a','it''s','x,y','back\\slash','ü') default 'a'
              k set('a','b') default 'a,b'
              l UUID
              m CHAR(36)
              n JSON
              o JSON default '{}'
              p VARCHAR(40) default 'ü' || '日'
              q VARCHAR(9) default 'ü日' -- ü日's \
            table times
              a DATE default '2020-01-02'
              b TIME(0)
              c TIME(3) default '01:02:00'
              d TIME
              e TIMESTAMP(0)
              f TIMESTAMP(3) default '2020-01-02 03:04:05.6'
              g TIMESTAMP default CURRENT_TIMESTAMP on update=CURRENT_TIMESTAMP(6)
              h "timestamp"
              i "timestamp"(6) not null default CURRENT_TIMESTAMP
              j TIMESTAMP(0) default CURRENT_TIMESTAMP on update=CURRENT_TIMESTAMP
              k "timestamp" on update=CURRENT_TIMESTAMP
            view v () select parent.id AS id,parent.code AS code,(parent.part + 1) AS more,'it''s' AS lit from parent where (parent.part > 1)
            view v_checked () select v.id AS id,v.code AS code,v.more AS more,v.lit AS lit from v where (v.id > 1) WITH LOCAL CHECK OPTION
            view v_named (x, y z) select p.id AS id,count(0) AS "count(*)" from (parent p join child c on((c.a = p.id))) group by p.id
            unmanaged order or comment of primary key mysql_only of mysql_only: ALTER TABLE `mysql_only` ADD PRIMARY KEY (`f` DESC)
            unmanaged order or comment of primary key ordered of ordered: ALTER TABLE `ordered` ADD PRIMARY KEY (`b`(3), `a`) COMMENT 'first'
            unmanaged check constraint that is not enforced ck_off of mysql_only: ALTER TABLE `mysql_only` ADD CONSTRAINT `ck_off` CHECK (a > 0) NOT ENFORCED
            unmanaged security of view v_checked: SQL SECURITY INVOKER
            unmanaged trigger tr of parent: CREATE TRIGGER `tr` BEFORE INSERT ON `parent` FOR EACH ROW SET NEW.code = upper(NEW.code)
            unmanaged function fn: CREATE FUNCTION `fn`(`a` int, `b` enum('x')) RETURNS decimal(8,2) DETERMINISTIC CONTAINS SQL SQL SECURITY DEFINER RETURN a + 1
            unmanaged procedure pr: CREATE PROCEDURE `pr`(IN `a` int, OUT `b` varchar(9)) NOT DETERMINISTIC READS SQL DATA SQL SECURITY DEFINER COMMENT 'it''s' SELECT 1 INTO b
            unmanaged event ev: CREATE EVENT `ev` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE COMMENT 'daily' DO SELECT 1
            unmanaged event once: CREATE EVENT `once` ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE DO SELECT 2
            unmanaged partitioning listed of listed: ALTER TABLE `listed` PARTITION BY LIST (`a`) (PARTITION `p0` VALUES IN (1,2), PARTITION `p1` VALUES IN (3))
            unmanaged partitioning parted of parted: ALTER TABLE `parted` PARTITION BY RANGE (year(`b`)) SUBPARTITION BY HASH (to_days(`b`)) (PARTITION `p0` VALUES LESS THAN (2000) (SUBPARTITION `p0sp0`, SUBPARTITION `p0sp1`), PARTITION `p 1` VALUES LESS THAN MAXVALUE (SUBPARTITION `p 1sp0`, SUBPARTITION `p 1sp1`))
        "#]],
    );
}

#[test]
fn on_mariadb() {
    check(
        Engine::Mariadb,
        MARIADB,
        expect![[r#"
            table bytes
              a BINARY(16)
              b VARBINARY(9) default x'4142'
              c tinyblob
              d "blob"
              e mediumblob
              f BLOB
              g BINARY(4) default x'61'
              h VARBINARY(3) default x''
            table child
              a BIGINT
              b BIGINT
              c VARCHAR(20)
              d INTEGER
              e BIGINT
              f BIGINT
              foreign key child_ibfk_1 (f) to parent (id) update NO ACTION delete NO ACTION
              foreign key fk_a (a) to parent (id) update SET NULL delete CASCADE
              foreign key fk_b (b) to parent (id) update NO ACTION delete NO ACTION
              foreign key fk_c (c, d) to parent (code, part) update NO ACTION delete NO ACTION
              foreign key fk_e (e) to parent (id) update NO ACTION delete NO ACTION
              index f (f)
              index ix_b (b, a)
              unique constraint uq_e (e)
            table compressed page_compressed='1'
              a INTEGER
            table hashed charset=latin1 collation=latin1_bin engine=memory
              a INTEGER
              index h (a)
              index t (a) using btree
            table keyed
              a INTEGER not null
              b INTEGER
              c VARCHAR(99)
              d "text"
              e point not null
              f geometry
              g INTEGER not null
              index ft (c, d) using fulltext
              index ix_b (b desc, c(5))
              index ix_comment (a) comment=about a
              index ix_d (d(100), a)
              index sp (e) using spatial
              primary key (g, a)
              unique constraint uq_b (b)
              unique index uq c (c(10))
              unique index uq_comment (g) comment=it's
              unique index uq_desc (a desc)
            table listed
              a INTEGER not null
            table made
              a INTEGER
              b VARCHAR(9)
              c INTEGER as (a * 2) virtual
              d VARCHAR(50) as (b || 'it''s \ ü') stored
              e INTEGER invisible=true
              f INTEGER as (a + 1) stored -- made
              check ck ü: b NOT IN ('ü', 'x')
              check ck_a: a > 0 AND b <> 'it''s'
            table mariadb_only
              a INTEGER
              b VARCHAR(10) default 'a' || 'b'
              c INTEGER check=`c` > 0
              d UUID default gen_random_uuid()
              e inet6
              f VARCHAR(100) compressed=true
              g "blob" compressed=true
              h TEXT collate utf8mb4_bin check=json_valid(`h`) and octet_length(`h`) < 100
              i JSON
              j TEXT check=json_valid(`j`)
              k "text"
              l TIMESTAMP default CURRENT_TIMESTAMP
              check CONSTRAINT_1: a < b
              check ck_json: json_valid(d)
              index ix_ignored (a) invisible=true
              unique constraint uq_k (k)
              unique index uq_b (b) using hash
            table numbers
              a tinyint
              b BOOLEAN not null default TRUE
              c BOOLEAN default FALSE
              d SMALLINT default -1
              e mediumint
              f INTEGER default 5
              g BIGINT
              h int unsigned
              i bigint(20) unsigned zerofill
              j REAL default 0.1
              k DOUBLE PRECISION default 10000000000
              l float(5,2)
              m NUMERIC(8, 2) default 1.5
              n NUMERIC(10)
              o NUMERIC
              p bit(1)
              q bit(5) default mysql.bits('101')
              r year default 2020
              s INTEGER not null default 1 + 2
            table optional key_block_size=8 max_rows=100 row_format=compressed stats_persistent=0
              a INTEGER
            table ordered
              a INTEGER not null
              b VARCHAR(9) not null
              primary key (b, a)
            table other_engine engine=myisam
              a INTEGER
            table parent -- the 'parent'
              id BIGINT not null identity
              code VARCHAR(20) not null
              part INTEGER
              primary key (id)
              unique constraint uq_both (code, part)
              unique constraint uq_code (code)
            table parted
              a INTEGER not null
              b DATE not null
            table texts
              a CHAR(5) default 'a''b\c'
              b VARCHAR(20) not null default ''
              c VARCHAR(20) collate latin1_swedish_ci charset=latin1
              d VARCHAR(20) collate utf8mb4_bin
              e tinytext
              f "text"
              g mediumtext
              h TEXT
              i TEXT default 'x'
              j enum('a','it''s','x,y','back\\slash','ü') default 'a'
              k set('a','b') default 'a,b'
              l UUID
              m CHAR(36)
              n JSON
              o JSON default '{}'
              p VARCHAR(40) default 'ü' || '日'
              q VARCHAR(9) default 'ü日' -- ü日's \
            table times
              a DATE default '2020-01-02'
              b TIME(0)
              c TIME(3) default '01:02:00'
              d TIME
              e TIMESTAMP(0)
              f TIMESTAMP(3) default '2020-01-02 03:04:05.6'
              g TIMESTAMP default CURRENT_TIMESTAMP on update=CURRENT_TIMESTAMP(6)
              h "timestamp"
              i "timestamp"(6) not null default CURRENT_TIMESTAMP
              j TIMESTAMP(0) default CURRENT_TIMESTAMP on update=CURRENT_TIMESTAMP
              k "timestamp" on update=CURRENT_TIMESTAMP
            view v () select parent.id AS id,parent.code AS code,parent.part + 1 AS more,'it''s' AS lit from parent where parent.part > 1
            view v_checked () select v.id AS id,v.code AS code,v.more AS more,v.lit AS lit from v where v.id > 1 WITH LOCAL CHECK OPTION
            view v_named () select p.id AS x,count(0) AS "y z" from (parent p join child c on(c.a = p.id)) group by p.id
            unmanaged sequence sq: (unknown)
            unmanaged system-versioned table versioned: (unknown)
            unmanaged order or comment of primary key ordered of ordered: ALTER TABLE `ordered` ADD PRIMARY KEY (`b`(3), `a`) COMMENT 'first'
            unmanaged security of view v_checked: SQL SECURITY INVOKER
            unmanaged trigger tr of parent: CREATE TRIGGER `tr` BEFORE INSERT ON `parent` FOR EACH ROW SET NEW.code = upper(NEW.code)
            unmanaged function fn: CREATE FUNCTION `fn`(`a` int(11), `b` enum('x')) RETURNS decimal(8,2) DETERMINISTIC CONTAINS SQL SQL SECURITY DEFINER RETURN a + 1
            unmanaged procedure pr: CREATE PROCEDURE `pr`(IN `a` int(11), OUT `b` varchar(9)) NOT DETERMINISTIC READS SQL DATA SQL SECURITY DEFINER COMMENT 'it''s' SELECT 1 INTO b
            unmanaged event ev: CREATE EVENT `ev` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE COMMENT 'daily' DO SELECT 1
            unmanaged event once: CREATE EVENT `once` ON SCHEDULE AT '2037-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE DO SELECT 2
            unmanaged partitioning listed of listed: ALTER TABLE `listed` PARTITION BY LIST (`a`) (PARTITION `p0` VALUES IN (1,2), PARTITION `p1` VALUES IN (3))
            unmanaged partitioning parted of parted: ALTER TABLE `parted` PARTITION BY RANGE (year(`b`)) SUBPARTITION BY HASH (to_days(`b`)) (PARTITION `p0` VALUES LESS THAN (2000) (SUBPARTITION `p0sp0`, SUBPARTITION `p0sp1`), PARTITION `p 1` VALUES LESS THAN MAXVALUE (SUBPARTITION `p 1sp0`, SUBPARTITION `p 1sp1`))
        "#]],
    );
}
