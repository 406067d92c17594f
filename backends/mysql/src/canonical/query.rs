//! The form of a query: what the server resolves it to.
//!
//! The trace of the optimizer has each SELECT as it is once names are resolved,
//! before anything is optimized; the note that EXPLAIN leaves has how they are
//! put together, after. The one lacks UNION and WITH, the other what depends on
//! the rows that are there: two queries are the same if they agree in both.

use retort_core::{
    backend::{BackendError, BackendErrorKind, Row},
    schema::{Name, View},
    sql::{Token, TokenKind, lex},
};

use super::{Asking, nothing};
use crate::{expression::query_to_mysql, introspect::shown_query, server::Flavor, syntax::SYNTAX};

/// Views are not to be merged into the queries that read them: their names would
/// be lost. MariaDB does so all the same, so that something must stand in for
/// them there.
const BEGIN: &str = "SET optimizer_trace = 'enabled=on', optimizer_trace_max_mem_size = 16777216, \
                     optimizer_switch = 'derived_merge=off'";

const END: &str =
    "SET optimizer_trace = DEFAULT, optimizer_trace_max_mem_size = DEFAULT, optimizer_switch = DEFAULT";

const TRACE: &str = "SELECT j.q FROM information_schema.OPTIMIZER_TRACE o, \
                     JSON_TABLE(JSON_EXTRACT(o.TRACE, '$**.expanded_query'), '$[*]' \
                                COLUMNS (n FOR ORDINALITY, q LONGTEXT PATH '$')) j \
                     WHERE o.MISSING_BYTES_BEYOND_MAX_MEM_SIZE = 0 AND o.INSUFFICIENT_PRIVILEGES = 0 \
                     ORDER BY j.n";

const VIEWS: &str = "SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION FROM information_schema.VIEWS \
                     WHERE TABLE_SCHEMA = DATABASE()";

/// The note that EXPLAIN leaves.
const NOTE: i64 = 1003;

/// What was set up to ask for queries.
#[derive(Debug, Default)]
pub(super) struct Queries {
    is_begun: bool,
    /// The views of the database.
    views: Vec<Stored>,
    /// Those of them that temporary tables stand in for.
    replaced: Vec<String>,
}

/// A view of the database.
#[derive(Debug)]
struct Stored {
    name: String,
    /// The query, in the server's SQL; empty if the user may not see it.
    query: String,
    /// The same as introspection shows it.
    shown: String,
}

impl Queries {
    /// The form of the query of a view, and the names of its columns.
    pub(super) async fn form(
        &mut self,
        session: &mut Asking<'_>,
        view: &View,
    ) -> Result<String, BackendError> {
        if !self.is_begun {
            session.run(BEGIN).await?;
            self.is_begun = true;
            let rows = session.fetch(VIEWS).await?;
            self.views = rows.iter().map(|row| stored(row, &session.facts.database)).collect();
        }
        let (query, check) = without_check_option(view.query.as_str());
        // What the server itself has written is none of our portable SQL.
        let is_own =
            |stored: &&Stored| stored.name == view.name.name.as_str() && view.query.as_str() == stored.shown;
        let query = match self.views.iter().find(is_own) {
            Some(stored) => stored.query.clone(),
            None => query_to_mysql(query, session.server())?,
        };
        require_one(&query)?;
        let mut found = match session.server().flavor {
            Flavor::MySql => explain(session, &query).await?,
            Flavor::MariaDb => None,
        };
        if found.is_none() {
            self.replace_views(session, &query).await?;
            found = explain(session, &query).await?;
        }
        let (selects, notes) = found.ok_or_else(nothing)?;
        let mut columns = view.columns.clone();
        let mut texts = Vec::new();
        for text in selects.into_iter().chain(notes) {
            // What columns of queries within are called is in the note alone:
            // the trace may have their names from before a list gave others.
            let (rest, names) = without_names(&text);
            let is_whole = !text.starts_with("/*") || text.starts_with("/* select#1 */");
            if columns.is_empty() && is_whole {
                columns = names;
            }
            texts.push(rest);
        }
        let names: Vec<String> = columns.iter().map(|name| SYNTAX.quote_identifier(name.as_str())).collect();
        Ok(format!("({}){check}\n{}", names.join(", "), texts.join("\n")))
    }

    /// Puts empty tables with the same columns in the place of views that are
    /// read.
    async fn replace_views(&mut self, session: &mut Asking<'_>, query: &str) -> Result<(), BackendError> {
        for token in lex(query, &SYNTAX) {
            let word = match token.kind {
                TokenKind::Word | TokenKind::QuotedIdentifier => unquoted(&query[token.span]),
                _ => continue,
            };
            let is_read = |name: &&String| name.to_lowercase() == word.to_lowercase();
            let names = self.views.iter().map(|view| &view.name);
            let Some(view) = names.into_iter().find(is_read).cloned() else { continue };
            if self.replaced.contains(&view) {
                continue;
            }
            let name = SYNTAX.quote_identifier(&view);
            session.run(&format!("CREATE TEMPORARY TABLE {name} AS SELECT * FROM {name} LIMIT 0")).await?;
            self.replaced.push(view);
        }
        Ok(())
    }

    /// Ends what asking has set up.
    pub(super) async fn end(self, session: &mut Asking<'_>) -> Result<(), BackendError> {
        for view in &self.replaced {
            let name = SYNTAX.quote_identifier(view);
            session.run(&format!("DROP TEMPORARY TABLE IF EXISTS {name}")).await?;
        }
        if self.is_begun { session.run(END).await } else { Ok(()) }
    }
}

/// What the trace and the notes have of a query; none if the user may not see
/// that, as with the view of somebody else.
async fn explain(
    session: &mut Asking<'_>,
    query: &str,
) -> Result<Option<(Vec<String>, Vec<String>)>, BackendError> {
    let explain = match session.server().flavor {
        Flavor::MySql => "EXPLAIN FORMAT=TRADITIONAL",
        Flavor::MariaDb => "EXPLAIN EXTENDED",
    };
    session.run(&format!("{explain} {query}")).await?;
    let warnings = session.fetch("SHOW WARNINGS").await?;
    let trace = session.fetch(TRACE).await?;
    let is_note = |row: &&Row| row.integer(1) == Some(NOTE);
    let notes = warnings.iter().filter(is_note).filter_map(|row| row.text(2)).map(str::to_owned);
    let selects = trace.iter().filter_map(|row| row.text(0)).map(str::to_owned);
    let (selects, notes): (Vec<_>, Vec<_>) = (selects.collect(), notes.collect());
    Ok((!selects.is_empty() && !notes.is_empty()).then_some((selects, notes)))
}

fn stored(row: &Row, database: &str) -> Stored {
    let text = |at| row.text(at).unwrap_or_default().to_owned();
    let query = text(1);
    Stored { name: text(0), shown: shown_query(&query, &text(2), database), query }
}

/// Refuses a text that is more than one statement.
pub(super) fn require_one(sql: &str) -> Result<(), BackendError> {
    let ends = lex(sql, &SYNTAX).any(|token| token.kind == TokenKind::Punctuation && &sql[token.span] == ";");
    if ends {
        let message = "the definition is more than one statement";
        return Err(BackendError::new(BackendErrorKind::Syntax, message));
    }
    Ok(())
}

/// The query, and what follows it in the definition of a view, in one form.
fn without_check_option(query: &str) -> (&str, &'static str) {
    let tokens: Vec<Token> = lex(query, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let is = |from_end: usize, words: &[&str]| {
        let token = tokens.len().checked_sub(from_end).and_then(|at| tokens.get(at));
        token.is_some_and(|token| {
            words.iter().any(|word| query[token.span.clone()].eq_ignore_ascii_case(word))
        })
    };
    if !(is(1, &["option"]) && is(2, &["check"])) {
        return (query, "");
    }
    let (length, check) = match () {
        () if is(3, &["with"]) => (3, " WITH CASCADED CHECK OPTION"),
        () if is(3, &["cascaded"]) && is(4, &["with"]) => (4, " WITH CASCADED CHECK OPTION"),
        () if is(3, &["local"]) && is(4, &["with"]) => (4, " WITH LOCAL CHECK OPTION"),
        () => return (query, ""),
    };
    let start = tokens.get(tokens.len() - length).map_or(query.len(), |token| token.span.start);
    (query[..start].trim_end(), check)
}

/// The query without the names that its first SELECT gives to its columns, and
/// these.
fn without_names(query: &str) -> (String, Vec<Name>) {
    let tokens: Vec<Token> = lex(query, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token: &Token| &query[token.span.clone()]);
    let mut rest = String::with_capacity(query.len());
    let (mut names, mut copied) = (Vec::new(), 0);
    let (mut depth, mut in_list) = (0_usize, false);
    for at in 0..tokens.len() {
        match text(at).to_ascii_lowercase().as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            "select" => in_list = true,
            "from" | "union" | "except" | "intersect" | "where" | "order" | "limit" if in_list => break,
            "as" if in_list => {
                if let (Some(word), Some(name)) = (tokens.get(at), tokens.get(at + 1)) {
                    rest.push_str(query[copied..word.span.start].trim_end());
                    copied = name.span.end;
                    names.push(Name::new(unquoted(text(at + 1))));
                }
            }
            _ => {}
        }
    }
    rest.push_str(&query[copied..]);
    (rest, names)
}

fn unquoted(name: &str) -> String {
    match name.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
        Some(inside) => inside.replace("``", "`"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_taken_out() {
        let check = |query: &str, expected: &str, names: &[&str]| {
            let names = names.iter().map(|name| Name::from(*name)).collect::<Vec<_>>();
            assert_eq!(without_names(query), (expected.to_owned(), names), "{query}");
        };
        check(
            "/* select#1 */ select `t`.`id` AS `a``b`,cast(1 as char) AS c from `t` AS `x`",
            "/* select#1 */ select `t`.`id`,cast(1 as char) from `t` AS `x`",
            &["a`b", "c"],
        );
        check(
            "with c as (select 1 AS x) /* select#1 */ select `c`.`x` AS `x` from c union select 2 AS y",
            "with c as (select 1 AS x) /* select#1 */ select `c`.`x` from c union select 2 AS y",
            &["x"],
        );
        check("select 1 AS `1`", "select 1", &["1"]);
    }

    #[test]
    fn what_follows_the_query_is_found() {
        let check = |query: &str, expected: (&str, &str)| assert_eq!(without_check_option(query), expected);
        check("SELECT a FROM t", ("SELECT a FROM t", ""));
        check("SELECT a FROM t WITH CHECK OPTION", ("SELECT a FROM t", " WITH CASCADED CHECK OPTION"));
        check("SELECT a FROM t with local check option", ("SELECT a FROM t", " WITH LOCAL CHECK OPTION"));
        check("SELECT a AS option FROM t", ("SELECT a AS option FROM t", ""));
    }
}
