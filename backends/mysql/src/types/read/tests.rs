use expect_test::{Expect, expect};

use retort_core::script::portable::parse_type;

use super::*;

fn check(declared: &[&str], expected: Expect) {
    let lines: Vec<String> = declared
        .iter()
        .map(|declared| {
            let ty = logical_type(declared);
            let again = match &ty {
                Type::Native(text) => logical_type(text),
                _ => ty.clone(),
            };
            assert_eq!(again, ty, "{declared}");
            let native = if matches!(ty, Type::Native(_)) { "native " } else { "" };
            format!("{declared}: {native}{ty}\n")
        })
        .collect();
    expected.assert_eq(&lines.concat());
}

/// What columns are of, as the catalogs say.
const CATALOG: &[&str] = &[
    "tinyint",
    "tinyint(4)",
    "tinyint(1)",
    "tinyint(1) unsigned",
    "smallint(6)",
    "smallint unsigned",
    "mediumint(9)",
    "int",
    "int(11)",
    "int(10) unsigned",
    "int(5) unsigned zerofill",
    "bigint(20)",
    "bigint unsigned",
    "float",
    "float(5,2)",
    "float unsigned",
    "double",
    "double(8,3)",
    "decimal(8,2)",
    "decimal(10,0)",
    "decimal(65,30)",
    "decimal(8,2) unsigned",
    "bit(1)",
    "year(4)",
    "char(3)",
    "varchar(20)",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
    "binary(16)",
    "varbinary(9)",
    "blob",
    "longblob",
    "date",
    "time",
    "time(3)",
    "time(6)",
    "datetime",
    "datetime(6)",
    "timestamp",
    "timestamp(6)",
    "uuid",
    "json",
    "inet6",
    "enum('a','it''s','x,y)')",
    r"set('a\\b','c\nd')",
    "geometry",
    "point",
    "vector(5)",
    "varchar(100) /*M!100301 COMPRESSED*/",
    "blob /*M!100301 COMPRESSED*/",
];

#[test]
fn what_the_catalogs_write() {
    check(
        CATALOG,
        expect![[r#"
            tinyint: native tinyint
            tinyint(4): native tinyint
            tinyint(1): BOOLEAN
            tinyint(1) unsigned: native tinyint unsigned
            smallint(6): SMALLINT
            smallint unsigned: native smallint unsigned
            mediumint(9): native mediumint
            int: INTEGER
            int(11): INTEGER
            int(10) unsigned: native int unsigned
            int(5) unsigned zerofill: native int(5) unsigned zerofill
            bigint(20): BIGINT
            bigint unsigned: native bigint unsigned
            float: REAL
            float(5,2): native float(5,2)
            float unsigned: native float unsigned
            double: DOUBLE PRECISION
            double(8,3): native double(8,3)
            decimal(8,2): NUMERIC(8, 2)
            decimal(10,0): NUMERIC(10)
            decimal(65,30): NUMERIC
            decimal(8,2) unsigned: native decimal(8,2) unsigned
            bit(1): native bit(1)
            year(4): native year
            char(3): CHAR(3)
            varchar(20): VARCHAR(20)
            tinytext: native tinytext
            text: native "text"
            mediumtext: native mediumtext
            longtext: TEXT
            binary(16): BINARY(16)
            varbinary(9): VARBINARY(9)
            blob: native "blob"
            longblob: BLOB
            date: DATE
            time: TIME(0)
            time(3): TIME(3)
            time(6): TIME
            datetime: TIMESTAMP(0)
            datetime(6): TIMESTAMP
            timestamp: native "timestamp"
            timestamp(6): native "timestamp"(6)
            uuid: UUID
            json: JSON
            inet6: native inet6
            enum('a','it''s','x,y)'): native enum('a','it''s','x,y)')
            set('a\\b','c\nd'): native set('a\\b','c\nd')
            geometry: native geometry
            point: native point
            vector(5): native vector(5)
            varchar(100) /*M!100301 COMPRESSED*/: VARCHAR(100)
            blob /*M!100301 COMPRESSED*/: native "blob"
        "#]],
    );
}

#[test]
fn what_users_write() {
    check(
        &[
            "INTEGER",
            "Int Unsigned",
            "BIGINT SIGNED",
            "BOOL",
            "boolean",
            "NUMERIC",
            "dec(5)",
            "FIXED(5,1)",
            "DOUBLE PRECISION",
            "REAL",
            "FLOAT(24)",
            "FLOAT(25)",
            "CHAR",
            "CHARACTER(3)",
            "CHARACTER VARYING(9)",
            "BINARY",
            "BIT",
            "YEAR",
            "DATETIME(0)",
            "TIMESTAMP(0)",
            "ENUM ( 'A' , \"b'c\" )",
            "int zerofill",
            "MEDIUMTEXT",
            "national varchar(3)",
            "int[]",
            "",
            "f(a(b))",
            "enum('open",
        ],
        expect![[r#"
            INTEGER: INTEGER
            Int Unsigned: native int unsigned
            BIGINT SIGNED: BIGINT
            BOOL: BOOLEAN
            boolean: BOOLEAN
            NUMERIC: NUMERIC(10)
            dec(5): NUMERIC(5)
            FIXED(5,1): NUMERIC(5, 1)
            DOUBLE PRECISION: DOUBLE PRECISION
            REAL: DOUBLE PRECISION
            FLOAT(24): REAL
            FLOAT(25): DOUBLE PRECISION
            CHAR: CHAR(1)
            CHARACTER(3): CHAR(3)
            CHARACTER VARYING(9): VARCHAR(9)
            BINARY: BINARY(1)
            BIT: native bit(1)
            YEAR: native year
            DATETIME(0): TIMESTAMP(0)
            TIMESTAMP(0): native "timestamp"
            ENUM ( 'A' , "b'c" ): native enum('A','b''c')
            int zerofill: native int unsigned zerofill
            MEDIUMTEXT: native mediumtext
            national varchar(3): native national varchar(3)
            int[]: native int[]
            : native 
            f(a(b)): native f(a(b))
            enum('open: native enum('open
        "#]],
    );
}

/// A type that portable SQL writes with the same words is the same type.
#[test]
fn no_type_of_the_catalogs_passes_for_another() {
    for declared in CATALOG {
        let ty = logical_type(declared);
        let Ok(read) = parse_type(&ty.to_string()) else { continue };
        let read = match &read {
            Type::Native(text) => logical_type(text),
            _ => read,
        };
        assert_eq!(read, ty, "{declared}");
    }
}

#[test]
fn a_uuid_is_known_by_its_collation() {
    assert_eq!(column_type("char(36)", Some("ascii_bin")), Type::Uuid);
    assert_eq!(column_type("char(36)", Some("ascii_general_ci")), Type::Char(36));
    assert_eq!(column_type("char(32)", Some("ascii_bin")), Type::Char(32));
    assert_eq!(column_type("varchar(36)", Some("ascii_bin")), Type::VarChar(Some(36)));
}

#[test]
fn labels_have_one_text() {
    let labels = ["a", "it's", "back\\slash", "two\nlines", "", "ü"];
    let text = enum_type(labels);
    assert_eq!(text, r"enum('a','it''s','back\\slash','two\nlines','','ü')");
    assert_eq!(logical_type(&text), Type::Native(text));
}
