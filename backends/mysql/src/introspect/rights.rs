//! Whether a user sees all tables of a database.
//!
//! The catalog leaves out what a user has no privilege for, without a word. A
//! table that is left out looks like one that is not there.

use retort_core::backend::{BackendError, BackendErrorKind};

/// The privileges that make a table visible to those who have it.
const OF_TABLES: &[&str] = &[
    "ALL PRIVILEGES",
    "ALTER",
    "CREATE",
    "CREATE VIEW",
    "DELETE",
    "DROP",
    "INDEX",
    "INSERT",
    "REFERENCES",
    "SELECT",
    "SHOW VIEW",
    "TRIGGER",
    "UPDATE",
];

/// Refuses a user whose grants, as `SHOW GRANTS` lists them, leave tables of
/// the database out.
///
/// What roles grant is not listed. Who has any is taken to see all.
pub(super) fn require_all_tables(grants: &[String], database: &str) -> Result<(), BackendError> {
    if grants.iter().any(|grant| shows_all_tables(grant, database)) {
        return Ok(());
    }
    Err(BackendError::new(
        BackendErrorKind::Permission,
        format!(
            "the user has no privilege for all of database `{database}`, and sees only some of its tables"
        ),
    ))
}

fn shows_all_tables(grant: &str, database: &str) -> bool {
    // A grant of roles has no ON.
    let Some((privileges, rest)) = grant.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON "))
    else {
        return grant.starts_with("GRANT ");
    };
    let Some((object, _)) = rest.split_once(".* TO ") else { return false };
    let is_here = match object.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(pattern) => is_like(&pattern.replace("``", "`"), database),
        None => object == "*",
    };
    is_here && privileges.split(", ").any(|privilege| OF_TABLES.contains(&privilege))
}

/// Whether a name is of a pattern, in which `%` stands for anything, `_` for
/// one character, and a backslash takes that from the next.
fn is_like(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('%') => {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.into_iter().any(|at| is_like(rest.as_str(), &name[at..]))
        }
        Some(c) => {
            let literal = if c == '\\' { rest.next().unwrap_or(c) } else { c };
            let mut others = name.chars();
            let is_same = |other: char| (c == '_') || other.to_lowercase().eq(literal.to_lowercase());
            others.next().is_some_and(is_same) && is_like(rest.as_str(), others.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_show_all_tables_or_some() {
        let check =
            |grant: &str, expected: bool| assert_eq!(shows_all_tables(grant, "my_app"), expected, "{grant}");
        check("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION", true);
        check("GRANT SELECT, INSERT ON *.* TO `u`@`%`", true);
        check("GRANT SELECT ON `my_app`.* TO `u`@`%`", true);
        check(r"GRANT SELECT ON `my\_app`.* TO `u`@`%`", true);
        check("GRANT CREATE VIEW, EXECUTE ON `my%`.* TO `u`@`%`", true);
        check("GRANT `deployers`@`%` TO `u`@`%`", true);
        check("GRANT USAGE ON *.* TO `u`@`%`", false);
        check("GRANT BACKUP_ADMIN,CLONE_ADMIN ON *.* TO `u`@`%`", false);
        check("GRANT EXECUTE ON `my_app`.* TO `u`@`%`", false);
        check("GRANT SELECT ON `other`.* TO `u`@`%`", false);
        check(r"GRANT SELECT ON `my\_`.* TO `u`@`%`", false);
        check("GRANT SELECT ON `my_app`.`t` TO `u`@`%`", false);
        check("GRANT SELECT (`id`) ON `my_app`.`t` TO `u`@`%`", false);
    }
}
