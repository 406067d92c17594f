//! The functions that portable expressions may call on SQLite.

use retort_core::backend::BackendError;

mod foreign;

/// The most arguments of a function that takes any number.
const MANY: usize = usize::MAX;

/// SQLite's built-in functions and how many arguments they take. Sorted.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("abs", 1, 1),
    ("avg", 1, 1),
    ("changes", 0, 0),
    ("char", 0, MANY),
    ("coalesce", 2, MANY),
    ("concat", 1, MANY),
    ("concat_ws", 2, MANY),
    ("count", 0, 1),
    ("cume_dist", 0, 0),
    ("date", 0, MANY),
    ("datetime", 0, MANY),
    ("dense_rank", 0, 0),
    ("first_value", 1, 1),
    ("glob", 2, 2),
    ("group_concat", 1, 2),
    ("hex", 1, 1),
    ("if", 2, MANY),
    ("ifnull", 2, 2),
    ("iif", 2, MANY),
    ("instr", 2, 2),
    ("json", 1, 1),
    ("json_array", 0, MANY),
    ("json_array_length", 1, 2),
    ("json_each", 1, 2),
    ("json_error_position", 1, 1),
    ("json_extract", 1, MANY),
    ("json_group_array", 1, 1),
    ("json_group_object", 2, 2),
    ("json_insert", 1, MANY),
    ("json_object", 0, MANY),
    ("json_patch", 2, 2),
    ("json_pretty", 1, 2),
    ("json_quote", 1, 1),
    ("json_remove", 1, MANY),
    ("json_replace", 1, MANY),
    ("json_set", 1, MANY),
    ("json_tree", 1, 2),
    ("json_type", 1, 2),
    ("json_valid", 1, 2),
    ("jsonb", 1, 1),
    ("jsonb_array", 0, MANY),
    ("jsonb_extract", 1, MANY),
    ("jsonb_group_array", 1, 1),
    ("jsonb_group_object", 2, 2),
    ("jsonb_insert", 1, MANY),
    ("jsonb_object", 0, MANY),
    ("jsonb_patch", 2, 2),
    ("jsonb_remove", 1, MANY),
    ("jsonb_replace", 1, MANY),
    ("jsonb_set", 1, MANY),
    ("julianday", 0, MANY),
    ("lag", 1, 3),
    ("last_insert_rowid", 0, 0),
    ("last_value", 1, 1),
    ("lead", 1, 3),
    ("length", 1, 1),
    ("like", 2, 3),
    ("likelihood", 2, 2),
    ("likely", 1, 1),
    ("lower", 1, 1),
    ("ltrim", 1, 2),
    ("max", 1, MANY),
    ("min", 1, MANY),
    ("nth_value", 2, 2),
    ("ntile", 1, 1),
    ("nullif", 2, 2),
    ("octet_length", 1, 1),
    ("percent_rank", 0, 0),
    ("printf", 0, MANY),
    ("quote", 1, 1),
    ("randomblob", 1, 1),
    ("rank", 0, 0),
    ("replace", 3, 3),
    ("round", 1, 2),
    ("row_number", 0, 0),
    ("rtrim", 1, 2),
    ("sign", 1, 1),
    ("sqlite_version", 0, 0),
    ("strftime", 1, MANY),
    ("string_agg", 2, 2),
    ("substr", 2, 3),
    ("substring", 2, 3),
    ("sum", 1, 1),
    ("time", 0, MANY),
    ("timediff", 2, 2),
    ("total", 1, 1),
    ("total_changes", 0, 0),
    ("trim", 1, 2),
    ("typeof", 1, 1),
    ("unhex", 1, 2),
    ("unicode", 1, 1),
    ("unistr", 1, 1),
    ("unistr_quote", 1, 1),
    ("unixepoch", 0, MANY),
    ("unlikely", 1, 1),
    ("upper", 1, 1),
    ("zeroblob", 1, 1),
];

/// Functions that SQLite has, but that mean something else in portable SQL, and
/// what to write instead. Sorted.
const DIFFERENT: &[(&str, &str)] =
    &[("format", "build the text with `||`"), ("random", "SQLite's gives an integer of 64 bits")];

/// A random UUID, version 4.
const RANDOM_UUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || \
    substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (abs(random()) % 4), 1) || \
    substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

/// What becomes of functions that neither SQLite nor PostgreSQL has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strangers {
    /// They are refused.
    Refused,
    /// They stay: the user may have defined them.
    Welcome,
}

/// Rewrites the call of a function, given what is between the parentheses, and
/// the arguments that it consists of; `None` if it stays as it is.
///
/// # Errors
///
/// Fails as unsupported if SQLite has no such function, or it means something
/// else there.
pub(super) fn call(
    name: &str,
    inside: &str,
    arguments: &[String],
    strangers: Strangers,
) -> Result<Option<String>, BackendError> {
    let lower = name.to_ascii_lowercase();
    let count = arguments.iter().filter(|argument| !argument.trim().is_empty()).count();
    match (lower.as_str(), arguments) {
        ("now" | "transaction_timestamp" | "statement_timestamp", _) if count == 0 => {
            return Ok(Some("CURRENT_TIMESTAMP".to_owned()));
        }
        ("gen_random_uuid", _) if count == 0 => return Ok(Some(RANDOM_UUID.to_owned())),
        ("char_length" | "character_length", _) if count == 1 => {
            return Ok(Some(format!("length({inside})")));
        }
        ("strpos", _) if count == 2 => return Ok(Some(format!("instr({inside})"))),
        ("position", [part, whole]) => return Ok(Some(format!("instr({}, {})", whole.trim(), part.trim()))),
        _ => {}
    }
    if let Ok(at) = DIFFERENT.binary_search_by_key(&lower.as_str(), |(name, _)| name) {
        return Err(BackendError::unsupported(format!(
            "function `{lower}` means something else in SQLite; {}, or write this under `@only`",
            DIFFERENT[at].1
        )));
    }
    let Ok(at) = FUNCTIONS.binary_search_by_key(&lower.as_str(), |(name, _, _)| name) else {
        if strangers == Strangers::Welcome && !foreign::is_of_postgresql(&lower) {
            return Ok(None);
        }
        return Err(BackendError::unsupported(format!(
            "SQLite has no function `{lower}`; write this for other databases under `@only`"
        )));
    };
    let (_, least, most) = FUNCTIONS[at];
    if count < least || count > most {
        return Err(BackendError::unsupported(format!(
            "SQLite has no function `{lower}` of {count} {}",
            if count == 1 { "argument" } else { "arguments" }
        )));
    }
    Ok(None)
}

/// Whether the function gives a date or a time.
pub(super) fn is_moment(name: &str) -> bool {
    const NAMES: [&str; 6] =
        ["date", "datetime", "now", "statement_timestamp", "time", "transaction_timestamp"];
    NAMES.iter().any(|moment| moment.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rusqlite::Connection;

    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(FUNCTIONS.is_sorted());
        assert!(DIFFERENT.is_sorted());
    }

    #[test]
    fn sqlite_has_the_functions_with_as_many_arguments() {
        let connection = Connection::open_in_memory().expect("opens");
        // Table-valued functions are listed once they have been used.
        connection.execute_batch("SELECT 1 FROM json_each('[]'), json_tree('[]')").expect("runs");
        let mut arities: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut statement = connection
            .prepare(
                "SELECT name, narg FROM pragma_function_list UNION SELECT name, -1 FROM pragma_module_list",
            )
            .expect("is a query");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("runs");
        for row in rows {
            let (name, arity): (String, i64) = row.expect("is a row");
            arities.entry(name).or_default().push(arity);
        }
        for (name, least, most) in FUNCTIONS {
            let found = arities.get(*name).unwrap_or_else(|| panic!("SQLite has no function {name}"));
            for count in *least..=(*most).min(3) {
                let has = |arity: &i64| *arity < 0 || usize::try_from(*arity) == Ok(count);
                assert!(found.iter().any(has), "{name} does not take {count} but {found:?}");
            }
            if *most < MANY {
                let takes_more = |arity: &i64| usize::try_from(*arity).is_ok_and(|arity| arity > *most);
                assert!(!found.iter().any(takes_more), "{name} takes {found:?}");
            }
        }
        for (name, _) in DIFFERENT {
            assert!(arities.contains_key(*name), "SQLite has no function {name}");
        }
    }

    #[test]
    fn random_uuids_are_uuids() {
        let connection = Connection::open_in_memory().expect("opens");
        for _ in 0..50 {
            let uuid: String =
                connection.query_row(&format!("SELECT {RANDOM_UUID}"), [], |row| row.get(0)).expect("runs");
            let groups: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{uuid}");
            assert_eq!(&uuid[14..15], "4");
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        }
    }
}
