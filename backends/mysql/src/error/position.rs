//! Where in a statement a server saw a syntax error.
//!
//! A server quotes the text that it could not read, up to some length, and
//! counts lines. Neither says the byte; together they usually do.

use mysql_async::ServerError;

use super::code::SYNTAX;

/// The text at which a syntax error was seen, and its line from one.
pub(super) fn near(error: &ServerError) -> Option<(&str, usize)> {
    if error.code != SYNTAX {
        return None;
    }
    let (_, after) = error.message.split_once("near '")?;
    let (near, line) = after.rsplit_once("' at line ")?;
    Some((near, line.trim().parse().ok()?))
}

/// The byte of the statement at which a syntax error was seen.
pub(super) fn find(error: &ServerError, sql: &str) -> Option<usize> {
    let (near, line) = near(error)?;
    // A server does not see what ends a statement.
    let seen = sql.trim_end_matches(|c: char| c.is_ascii_whitespace() || c == ';');
    if near.is_empty() {
        return Some(seen.len());
    }
    // MariaDB shows that it cut the text.
    let near = if seen.contains(near) { near } else { near.strip_suffix("...")? };
    let found: Vec<usize> = seen.match_indices(near).map(|(at, _)| at).collect();
    // Unless the text was cut it reaches to the end of the statement, and then
    // there is only one such place.
    if let Some(last) = found.last()
        && last + near.len() == seen.len()
    {
        return Some(*last);
    }
    let mut on_line = found.iter().filter(|at| seen[..**at].matches('\n').count() + 1 == line);
    match (on_line.next(), on_line.next(), &found[..]) {
        (Some(only), None, _) => Some(*only),
        // The servers do not agree on lines within quotes.
        (None, _, [only]) => Some(*only),
        _ => None,
    }
}

/// Says where, in as many words as fit on a line.
pub(super) fn describe(near: &str) -> String {
    const LONGEST: usize = 40;
    let line = near.lines().next().unwrap_or_default().trim_end();
    let cut: String = line.chars().take(LONGEST).collect();
    if cut.is_empty() {
        "at the end".to_owned()
    } else if cut.len() < near.trim_end().len() {
        format!("near `{cut}`…")
    } else {
        format!("near `{cut}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, near: &str, line: usize, expected: Option<&str>) {
        let message = format!(
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server \
             version for the right syntax to use near '{near}' at line {line}"
        );
        let error = ServerError { code: SYNTAX, message, state: "42000".into() };
        let found = find(&error, sql).map(|at| &sql[at..]);
        assert_eq!(found, expected);
    }

    #[test]
    fn the_place_is_found() {
        check("selec 1", "selec 1", 1, Some("selec 1"));
        check("SELECT\n 1 +\n frm 'x' y", "y", 3, Some("y"));
        check("SELECT 'it''s' frm 'at line 3' y", "'at line 3' y", 1, Some("'at line 3' y"));
        check("SELECT y frm y;\n", "y", 1, Some("y;\n"));
        check("CREATE TABLE t (a INT", "", 1, Some(""));
        check("CREATE TABLE t (\n  a INT,\n)\n;", ")", 3, Some(")\n;"));
    }

    #[test]
    fn a_text_that_was_cut_is_found_by_its_line() {
        check("a\nx a b\na c", "a", 3, Some("a c"));
        check("SELECT `a\nb` frm q, r", "frm q", 1, Some("frm q, r"));
        check("SELECT 1 frm q", "frm...", 1, Some("frm q"));
    }

    #[test]
    fn what_could_be_several_places_is_none() {
        check("a b, a b, c", "a b", 1, None);
        check("SELECT 1", "2", 1, None);
    }

    #[test]
    fn long_texts_are_cut_for_messages() {
        assert_eq!(describe(""), "at the end");
        assert_eq!(describe("frm t"), "near `frm t`");
        assert_eq!(describe("frm t\nWHERE a"), "near `frm t`…");
        assert_eq!(describe(&"é".repeat(50)), format!("near `{}`…", "é".repeat(40)));
    }
}
