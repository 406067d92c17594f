//! Words that mean something in expressions.

/// PostgreSQL's reserved words, including those reserved except as names of
/// functions or types, and `between`: never a column unless they are quoted.
/// Sorted.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// Further words that some database takes for something else than a column.
/// Sorted.
const AWKWARD: &[&str] = &[
    "add",
    "alter",
    "autoincrement",
    "bigint",
    "bit",
    "boolean",
    "by",
    "char",
    "character",
    "coalesce",
    "commit",
    "date",
    "datetime",
    "dec",
    "decimal",
    "delete",
    "div",
    "drop",
    "escape",
    "exists",
    "extract",
    "float",
    "glob",
    "greatest",
    "grouping",
    "if",
    "index",
    "inout",
    "insert",
    "int",
    "integer",
    "interval",
    "least",
    "match",
    "mod",
    "national",
    "nchar",
    "none",
    "normalize",
    "nothing",
    "nullif",
    "numeric",
    "out",
    "overlay",
    "position",
    "precision",
    "raise",
    "real",
    "regexp",
    "rlike",
    "row",
    "set",
    "setof",
    "smallint",
    "substring",
    "time",
    "timestamp",
    "transaction",
    "treat",
    "trim",
    "update",
    "values",
    "varchar",
    "xor",
];

/// Whether a word is never a column unless it is quoted.
pub fn is_reserved(word: &str) -> bool {
    contains(RESERVED, word)
}

/// Whether a word that is a name is better quoted.
pub(super) fn is_awkward(word: &str) -> bool {
    contains(RESERVED, word) || contains(AWKWARD, word)
}

/// Whether the word is one of these, whatever its case.
pub(super) fn has_word(words: &[&str], word: &str) -> bool {
    words.iter().any(|it| it.eq_ignore_ascii_case(word))
}

fn contains(words: &[&str], word: &str) -> bool {
    let compare = |it: &&str| it.bytes().cmp(word.bytes().map(|byte| byte.to_ascii_lowercase()));
    words.binary_search_by(compare).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(AWKWARD.is_sorted());
    }
}
