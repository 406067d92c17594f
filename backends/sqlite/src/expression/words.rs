//! Words that mean something in expressions and queries.

/// Words that are never an identifier unless they are quoted, here or in
/// portable SQL. Sorted.
const RESERVED: &[&str] = &[
    "ADD",
    "ALL",
    "ALTER",
    "ANALYSE",
    "ANALYZE",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "ASC",
    "ASYMMETRIC",
    "AUTOINCREMENT",
    "BETWEEN",
    "BOTH",
    "BY",
    "CASE",
    "CAST",
    "CHECK",
    "COLLATE",
    "COLUMN",
    "COMMIT",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CURRENT_CATALOG",
    "CURRENT_DATE",
    "CURRENT_ROLE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "DEFAULT",
    "DEFERRABLE",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DO",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "FALSE",
    "FETCH",
    "FOR",
    "FOREIGN",
    "FROM",
    "FULL",
    "GLOB",
    "GRANT",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INDEX",
    "INITIALLY",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "LATERAL",
    "LEADING",
    "LEFT",
    "LIKE",
    "LIMIT",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "MATCH",
    "NATURAL",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "OFFSET",
    "ON",
    "ONLY",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "OVERLAPS",
    "PARTITION",
    "PLACING",
    "PRIMARY",
    "RAISE",
    "REFERENCES",
    "REGEXP",
    "RETURNING",
    "RIGHT",
    "SELECT",
    "SESSION_USER",
    "SET",
    "SIMILAR",
    "SOME",
    "SYMMETRIC",
    "TABLE",
    "THEN",
    "TO",
    "TRAILING",
    "TRANSACTION",
    "TRUE",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USER",
    "USING",
    "VALUES",
    "VARIADIC",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

/// Whether a word is never an identifier unless it is quoted.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word.to_ascii_uppercase().as_str()).is_ok()
}

/// Whether SQLite reserves a word that portable SQL has no use for, so that there
/// it is always a name.
pub(super) fn is_reserved_by_sqlite_alone(word: &str) -> bool {
    const WORDS: [&str; 7] = ["ADD", "ALTER", "AUTOINCREMENT", "COMMIT", "DROP", "INDEX", "TRANSACTION"];
    WORDS.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

/// Whether a keyword ends an operand, so that an operator follows it.
pub(super) fn ends_operand(keyword: &str) -> bool {
    const WORDS: [&str; 10] = [
        "NULL",
        "TRUE",
        "FALSE",
        "END",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "ISNULL",
        "NOTNULL",
        "LOCALTIMESTAMP",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(keyword))
}

/// Whether a reserved word is the name of a function where an operand begins.
pub(super) fn is_function_word(keyword: &str) -> bool {
    ["LIKE", "GLOB", "MATCH", "REGEXP", "LEFT", "RIGHT", "RAISE"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(keyword))
}

/// Whether an identifier means itself without quotes, in SQLite and in portable
/// SQL, which folds it to lower case.
pub(super) fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !is_reserved(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
    }
}
