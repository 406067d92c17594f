use expect_test::{Expect, expect};
use retort_core::schema::QualifiedName;
use rusqlite::Connection;

use super::*;

/// Every logical type that SQLite has a declared type for.
fn all() -> Vec<Type> {
    let mut all = vec![
        Type::SmallInt,
        Type::Integer,
        Type::BigInt,
        Type::Boolean,
        Type::Real,
        Type::Double,
        Type::Numeric { precision: None, scale: None },
        Type::Numeric { precision: Some(10), scale: None },
        Type::Numeric { precision: Some(10), scale: Some(2) },
        Type::Char(3),
        Type::VarChar(None),
        Type::VarChar(Some(20)),
        Type::Text,
        Type::Binary(16),
        Type::VarBinary(16),
        Type::Blob,
        Type::Date,
        Type::Uuid,
        Type::Json,
        Type::Jsonb,
        Type::Native("ANY".to_owned()),
    ];
    for precision in [None, Some(0), Some(6)] {
        all.extend([Type::Time(precision), Type::Timestamp(precision), Type::TimestampTz(precision)]);
    }
    all
}

#[test]
fn a_declared_type_is_read_as_what_it_was_declared_for() {
    for ty in all() {
        let declared = declared_type(&ty).expect("is declared");
        assert_eq!(logical_type(&declared), ty, "{declared}");
        assert_eq!(logical_type(&declared.to_ascii_lowercase()).to_string().to_uppercase(), ty.to_string());
    }
}

/// What becomes of each value in a column of the type.
fn stored(ty: &Type) -> String {
    let declared = declared_type(ty).expect("is declared");
    let connection = Connection::open_in_memory().expect("opens");
    connection.execute_batch(&format!("CREATE TABLE t (a {declared})")).expect("is valid");
    let mut kinds = Vec::new();
    for value in ["'1e5'", "'007'", "'1.10'", "'abc'", "1.5", "7", "x'31'", "'9007199254740993'"] {
        connection.execute_batch(&format!("DELETE FROM t; INSERT INTO t VALUES ({value})")).expect("inserts");
        let (kind, same): (String, bool) = connection
            .query_row(
                &format!("SELECT typeof(a), typeof(a) = typeof({value}) AND a = {value} FROM t"),
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .expect("is there");
        kinds.push(if same { "same".to_owned() } else { kind });
    }
    format!("{declared}: {}\n", kinds.join(" "))
}

fn check(types: Vec<Type>, expected: Expect) {
    expected.assert_eq(&types.iter().map(stored).collect::<String>());
}

#[test]
fn text_stays_text() {
    check(
        vec![
            Type::Text,
            Type::Char(9),
            Type::VarChar(Some(9)),
            Type::VarChar(None),
            Type::Uuid,
            Type::Json,
            Type::Jsonb,
        ],
        expect![[r#"
            TEXT: same same same same text text same same
            CHAR(9): same same same same text text same same
            VARCHAR(9): same same same same text text same same
            VARCHAR: same same same same text text same same
            UUID_TEXT: same same same same text text same same
            JSON_TEXT: same same same same text text same same
            JSONB_TEXT: same same same same text text same same
        "#]],
    );
}

#[test]
fn bytes_and_what_is_none_stay() {
    check(
        vec![Type::Blob, Type::Binary(9), Type::VarBinary(9)],
        expect![[r#"
        BLOB: same same same same same same same same
        BINARY_BLOB(9): same same same same same same same same
        VARBINARY_BLOB(9): same same same same same same same same
    "#]],
    );
}

#[test]
fn numbers_become_numbers() {
    check(
        vec![
            Type::SmallInt,
            Type::Integer,
            Type::BigInt,
            Type::Boolean,
            Type::Real,
            Type::Double,
            Type::Numeric { precision: Some(9), scale: Some(2) },
        ],
        expect![[r#"
            SMALLINT: integer integer real same same same same integer
            INTEGER: integer integer real same same same same integer
            BIGINT: integer integer real same same same same integer
            BOOLEAN: integer integer real same same same same integer
            REAL: real real real same same real same real
            DOUBLE PRECISION: real real real same same real same real
            NUMERIC(9, 2): integer integer real same same same same integer
        "#]],
    );
}

#[test]
fn moments_stay_text() {
    let connection = Connection::open_in_memory().expect("opens");
    for (ty, value) in [
        (Type::Date, "2026-11-22"),
        (Type::Time(None), "18:00:00"),
        (Type::Time(Some(3)), "18:00:00.125"),
        (Type::Timestamp(None), "2026-11-22 18:00:00"),
        (Type::TimestampTz(Some(6)), "2026-11-22 18:00:00.125+00"),
    ] {
        let declared = declared_type(&ty).expect("is declared");
        let sql = format!("CREATE TABLE t (a {declared}); INSERT INTO t VALUES ('{value}')");
        connection.execute_batch(&sql).expect("inserts");
        let read: String = connection.query_row("SELECT a FROM t", [], |row| row.get(0)).expect("is text");
        assert_eq!(read, value);
        connection.execute_batch("DROP TABLE t").expect("drops");
    }
}

#[test]
fn spellings_of_others_are_known() {
    let read: String = [
        "int",
        "Int2",
        "INT8",
        "TINYINT(1)",
        "MEDIUMINT",
        "INT(11)",
        "UNSIGNED BIG INT",
        "bool",
        "FLOAT",
        "double",
        "DECIMAL(10,5)",
        "decimal ( 8 )",
        "NUMERIC(10,0)",
        "NUMERIC(5,-2)",
        "NUM",
        "CHARACTER(20)",
        "CHAR",
        "VARYING CHARACTER(255)",
        "NVARCHAR(70)",
        "NCHAR(55)",
        "NATIVE CHARACTER(70)",
        "CLOB",
        "DATETIME",
        "DATETIME(6)",
        "TIMESTAMP WITH TIME ZONE",
        "BYTEA",
        "VARBINARY(8)",
        "BINARY",
        "UUID",
        "jsonb",
        "MONEY",
        "my  Type (1)",
        "",
        "STRING",
        "INT /* note */",
        "VARCHAR(-1)",
        "VARCHAR(99999999999)",
        "NUMERIC(-1)",
    ]
    .iter()
    .map(|declared| format!("{declared} -> {:?}\n", logical_type(declared)))
    .collect();
    expect![[r#"
        int -> Integer
        Int2 -> SmallInt
        INT8 -> BigInt
        TINYINT(1) -> SmallInt
        MEDIUMINT -> Integer
        INT(11) -> Integer
        UNSIGNED BIG INT -> Native("UNSIGNED BIG INT")
        bool -> Boolean
        FLOAT -> Double
        double -> Double
        DECIMAL(10,5) -> Numeric { precision: Some(10), scale: Some(5) }
        decimal ( 8 ) -> Numeric { precision: Some(8), scale: None }
        NUMERIC(10,0) -> Numeric { precision: Some(10), scale: None }
        NUMERIC(5,-2) -> Numeric { precision: Some(5), scale: Some(-2) }
        NUM -> Numeric { precision: None, scale: None }
        CHARACTER(20) -> Char(20)
        CHAR -> Text
        VARYING CHARACTER(255) -> VarChar(Some(255))
        NVARCHAR(70) -> VarChar(Some(70))
        NCHAR(55) -> Char(55)
        NATIVE CHARACTER(70) -> Char(70)
        CLOB -> Text
        DATETIME -> Timestamp(None)
        DATETIME(6) -> Timestamp(Some(6))
        TIMESTAMP WITH TIME ZONE -> TimestampTz(None)
        BYTEA -> Blob
        VARBINARY(8) -> VarBinary(8)
        BINARY -> Native("BINARY")
        UUID -> Uuid
        jsonb -> Jsonb
        MONEY -> Native("MONEY")
        my  Type (1) -> Native("my  Type (1)")
         -> Native("")
        STRING -> Native("STRING")
        INT /* note */ -> Integer
        VARCHAR(-1) -> VarChar(None)
        VARCHAR(99999999999) -> VarChar(None)
        NUMERIC(-1) -> Native("NUMERIC(-1)")
    "#]]
    .assert_eq(&read);
}

#[test]
fn types_that_sqlite_cannot_have_are_refused() {
    let check = |ty: Type, expected: Expect| {
        expected.assert_eq(&declared_type(&ty).expect_err("is refused").to_string());
    };
    check(Type::Array(Box::new(Type::Text)), expect!["SQLite has no arrays such as `TEXT[]`"]);
    check(Type::Native("inet".to_owned()), expect!["SQLite has no type `inet`"]);
    assert_eq!(declared_type(&Type::Enum(QualifiedName::unqualified("mood"))).expect("is text"), "TEXT");
}

#[test]
fn collations_have_one_form() {
    let form = |name: &str| collation(name).map(|name| name.to_string());
    assert_eq!(form("Binary"), None);
    assert_eq!(form("C"), None);
    assert_eq!(form("NoCase").as_deref(), Some("nocase"));
    assert_eq!(form("Custom").as_deref(), Some("Custom"));
    let nocase = Name::new("nocase");
    assert_eq!(index_collation("NOCASE", Some(&nocase)), None);
    assert_eq!(index_collation("BINARY", Some(&nocase)), Some(Name::new("binary")));
    assert_eq!(index_collation("BINARY", None), None);
}
