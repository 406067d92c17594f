use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use retort_core::schema::{Column, EnumType, QualifiedName, Type};

use super::{declared_type, key_prefix, read::column_type};
use crate::server::{Flavor, Server};

const NEW_MARIADB: Server =
    Server { flavor: Flavor::MariaDb, version: (10, 11, 0), ..Server::OLDEST_MARIADB };

fn mood() -> BTreeMap<QualifiedName, EnumType> {
    let name = QualifiedName::unqualified("mood");
    BTreeMap::from([(name.clone(), EnumType::new(name, ["a", "it's", "b\\c"]))])
}

fn every_type() -> Vec<Type> {
    let numeric = |precision, scale| Type::Numeric { precision, scale };
    vec![
        Type::SmallInt,
        Type::Integer,
        Type::BigInt,
        Type::Boolean,
        Type::Real,
        Type::Double,
        numeric(None, None),
        numeric(Some(8), None),
        numeric(Some(8), Some(2)),
        Type::Char(36),
        Type::VarChar(Some(768)),
        Type::VarChar(None),
        Type::Text,
        Type::Binary(16),
        Type::VarBinary(16),
        Type::Blob,
        Type::Date,
        Type::Time(None),
        Type::Time(Some(0)),
        Type::Timestamp(None),
        Type::Timestamp(Some(3)),
        Type::TimestampTz(None),
        Type::TimestampTz(Some(0)),
        Type::Uuid,
        Type::Json,
        Type::Jsonb,
        Type::Enum(QualifiedName::unqualified("mood")),
        Type::Native("int unsigned".to_owned()),
    ]
}

#[test]
fn every_type_has_one_declaration() {
    let enums = mood();
    let servers = [Server::OLDEST_MYSQL, Server::OLDEST_MARIADB, NEW_MARIADB];
    let mut lines = Vec::new();
    for ty in every_type() {
        let mut declared = servers.map(|server| declared_type(&ty, &enums, server).unwrap()).to_vec();
        declared.dedup();
        lines.push(format!("{ty}: {}\n", declared.join(" / ")));
    }
    expect![[r#"
        SMALLINT: SMALLINT
        INTEGER: INT
        BIGINT: BIGINT
        BOOLEAN: TINYINT(1)
        REAL: FLOAT
        DOUBLE PRECISION: DOUBLE
        NUMERIC: DECIMAL(65,30)
        NUMERIC(8): DECIMAL(8,0)
        NUMERIC(8, 2): DECIMAL(8,2)
        CHAR(36): CHAR(36)
        VARCHAR(768): VARCHAR(768)
        VARCHAR: LONGTEXT
        TEXT: LONGTEXT
        BINARY(16): BINARY(16)
        VARBINARY(16): VARBINARY(16)
        BLOB: LONGBLOB
        DATE: DATE
        TIME: TIME(6)
        TIME(0): TIME
        TIMESTAMP: DATETIME(6)
        TIMESTAMP(3): DATETIME(3)
        TIMESTAMPTZ: DATETIME(6)
        TIMESTAMPTZ(0): DATETIME
        UUID: CHAR(36) CHARACTER SET ascii COLLATE ascii_bin / UUID
        JSON: JSON
        JSONB: JSON
        mood: ENUM('a','it''s','b\\c')
        int unsigned: int unsigned
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn a_declared_type_reads_as_what_it_was() {
    let enums = mood();
    for server in [Server::OLDEST_MYSQL, NEW_MARIADB] {
        for ty in every_type() {
            let declared = declared_type(&ty, &enums, server).unwrap();
            let (declared, collation) = match declared.split_once(" CHARACTER SET ascii COLLATE ") {
                Some((declared, collation)) => (declared, Some(collation)),
                None => (declared.as_str(), None),
            };
            let expected = match &ty {
                Type::VarChar(None) => Type::Text,
                Type::TimestampTz(digits) => Type::Timestamp(*digits),
                Type::Jsonb => Type::Json,
                Type::Enum(_) => Type::Native(r"enum('a','it''s','b\\c')".to_owned()),
                ty => ty.clone(),
            };
            assert_eq!(column_type(declared, collation), expected, "{ty}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let check = |ty: Type, expected: Expect| {
        expected.assert_eq(&declared_type(&ty, &mood(), Server::OLDEST_MYSQL).unwrap_err().to_string());
    };
    let numeric = |precision, scale| Type::Numeric { precision: Some(precision), scale: Some(scale) };
    check(Type::Char(256), expect!["CHAR holds at most 255 on MySQL: use VARCHAR"]);
    check(Type::VarChar(Some(70_000)), expect!["VARCHAR holds at most 65535 on MySQL: use TEXT"]);
    check(Type::VarBinary(70_000), expect!["VARBINARY holds at most 65535 on MySQL: use BLOB"]);
    check(
        numeric(66, 0),
        expect!["MySQL has no NUMERIC(66, 0): at most 65 digits, of which at most 30 follow the point"],
    );
    check(
        numeric(0, 0),
        expect!["MySQL has no NUMERIC(0, 0): at most 65 digits, of which at most 30 follow the point"],
    );
    check(
        numeric(40, 31),
        expect!["MySQL has no NUMERIC(40, 31): at most 65 digits, of which at most 30 follow the point"],
    );
    check(
        numeric(5, -2),
        expect!["MySQL has no NUMERIC(5, -2): at most 65 digits, of which at most 30 follow the point"],
    );
    check(Type::Timestamp(Some(9)), expect!["MySQL keeps at most 6 digits of a second, not 9"]);
    check(Type::Array(Box::new(Type::Integer)), expect!["MySQL has no arrays such as INTEGER[]"]);
    check(
        Type::Enum(QualifiedName::unqualified("other")),
        expect!["the labels of enum type `other` are not known"],
    );
    check(Type::Native("inet".to_owned()), expect!["MySQL has no type `inet`"]);
}

#[test]
fn the_words_of_types_are_found() {
    assert!(super::TYPE_WORDS.is_sorted());
    for text in ["INT unsigned", "set('a')", "datetime(6)", "\"char\"(3)", "geometry"] {
        assert!(super::is_known(&super::read::own_word(text)), "{text}");
    }
}

#[test]
fn keys_hold_the_beginning_of_what_is_long() {
    let check = |ty: Type, expected: Option<u32>| {
        assert_eq!(key_prefix(&Column::new("a", ty.clone())), expected, "{ty}");
    };
    check(Type::VarChar(Some(768)), None);
    check(Type::VarChar(Some(769)), Some(255));
    check(Type::VarBinary(3072), None);
    check(Type::VarBinary(3073), Some(255));
    check(Type::Native("mediumtext".to_owned()), Some(255));
    check(Type::Native("char(20)".to_owned()), None);
    check(Type::Json, Some(255));
    let mut narrow = Column::new("a", Type::VarChar(Some(2000)));
    narrow.options.insert("charset".to_owned(), "latin1".to_owned());
    assert_eq!(key_prefix(&narrow), None);
}
