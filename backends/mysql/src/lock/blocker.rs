//! Whose session a statement waited for.

use retort_core::{
    backend::Row,
    sql::{TokenKind, lex},
};

use super::describe_session;
use crate::{
    session::{Facts, Wire},
    syntax::SYNTAX,
};

/// The sessions that use tables of the database. MariaDB's performance schema
/// is off by default and then has no rows.
const TABLES_IN_USE: &str = "SELECT m.OBJECT_NAME, t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, \
                             t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME FROM performance_schema.metadata_locks m \
                             JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID \
                             WHERE m.OBJECT_TYPE = 'TABLE' AND m.LOCK_STATUS = 'GRANTED' \
                             AND m.OBJECT_SCHEMA = DATABASE() AND t.PROCESSLIST_ID <> CONNECTION_ID() \
                             ORDER BY t.PROCESSLIST_TIME DESC";

/// The session whose transaction is the oldest.
const OLDEST_TRANSACTION: &str = "SELECT p.ID, p.USER, p.HOST, p.COMMAND, p.TIME FROM information_schema.INNODB_TRX t \
                                  JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id \
                                  WHERE p.ID <> CONNECTION_ID() ORDER BY t.trx_started LIMIT 1";

/// Says whose session the statement has waited for, as far as the server tells
/// this user.
pub(crate) async fn blocker(wire: &mut Wire, facts: &Facts, sql: &str) -> Option<String> {
    let in_use = facts.fetch(wire, TABLES_IN_USE).await.unwrap_or_default();
    if let Some((table, row)) = in_use.iter().find_map(|row| mentioned(row, sql)) {
        return Some(format!("table `{table}` is in use by {}", describe_session(row, 1)));
    }
    let oldest = facts.fetch(wire, OLDEST_TRANSACTION).await.unwrap_or_default();
    let row = oldest.first()?;
    Some(format!("the oldest transaction that is open is that of {}", describe_session(row, 0)))
}

/// The table of a row, if the statement mentions it.
fn mentioned<'r>(row: &'r Row, sql: &str) -> Option<(&'r str, &'r Row)> {
    let table = row.text(0)?;
    let is_table = |name: &str| name.eq_ignore_ascii_case(table);
    let found = lex(sql, &SYNTAX).any(|token| match token.kind {
        TokenKind::Word => is_table(&sql[token.span]),
        TokenKind::QuotedIdentifier => is_table(sql[token.span].trim_matches('`')),
        _ => false,
    });
    found.then_some((table, row))
}
