//! The kinds of failure that the servers' error numbers stand for.

use mysql_async::ServerError;
use retort_core::backend::BackendErrorKind;

/// A statement waited for another session in vain.
pub(crate) const LOCK_WAIT: u16 = 1205;

/// Two transactions waited for each other; this one was undone as a whole.
pub(crate) const DEADLOCK: u16 = 1213;

pub(super) const ACCESS_DENIED: u16 = 1045;
pub(super) const UNKNOWN_DATABASE: u16 = 1049;
pub(super) const SYNTAX: u16 = 1064;
pub(super) const TLS_REQUIRED: u16 = 3159;

/// The kind of a failure within a session.
pub(super) fn kind(error: &ServerError) -> BackendErrorKind {
    match error.code {
        // Database, table, column, index, primary key, routine, trigger, event,
        // partition, foreign key, check constraint.
        1007 | 1050 | 1060 | 1061 | 1068 | 1304 | 1359 | 1517 | 1537 | 1826 | 3822 => {
            BackendErrorKind::AlreadyExists
        }
        // Database, table, column, column of a key, what is dropped, index,
        // routine, trigger, event, referenced table, constraints; in MariaDB
        // sequences and views.
        1008 | UNKNOWN_DATABASE | 1051 | 1054 | 1072 | 1091 | 1109 | 1146 | 1176 | 1305 | 1360 | 1539
        | 1824 | 3821 | 3940 | 4091 | 4092 => BackendErrorKind::Missing,
        // NULL, missing and duplicate values, foreign keys, check constraints.
        1048 | 1062 | 1138 | 1169 | 1216 | 1217 | 1364 | 1451 | 1452 | 1557 | 1586 | 1701 | 1761 | 1762
        | 3730 | 3819 | 4025 => BackendErrorKind::Constraint,
        // Values that the type of a column cannot hold.
        1264 | 1265 | 1292 | 1366 | 1406 => BackendErrorKind::Constraint,
        // For the database, a table, a column, a routine, an administrator.
        1044 | 1142 | 1143 | 1227 | 1370 => BackendErrorKind::Permission,
        SYNTAX | 1065 | 1149 => BackendErrorKind::Syntax,
        // The number stands for every option that rules a statement out.
        1290 if is_read_only(&error.message) => BackendErrorKind::ReadOnly,
        1036 | 1792 | 1836 | 1874 => BackendErrorKind::ReadOnly,
        // Files that cannot be written or read, a full disk or table, an error
        // of the storage engine, damaged tables.
        3 | 20 | 1021 | 1026 | 1030 | 1034 | 1114 | 1194 | 1195 | 3675 => BackendErrorKind::Storage,
        // No space on the disk, or for the file of a table.
        1004 | 1005 if ["errno: 28", "errno: 135"].iter().any(|number| error.message.contains(number)) => {
            BackendErrorKind::Storage
        }
        // MariaDB's way to say that a foreign key of that name exists.
        1005 if error.message.contains("errno: 121") => BackendErrorKind::AlreadyExists,
        LOCK_WAIT | 3572 => BackendErrorKind::LockTimeout,
        1317 | 1969 | 3024 => BackendErrorKind::Interrupted,
        // Shutdown, network failures, killed and idle sessions, and what
        // proxies say in the client's name.
        1053 | 1152 | 1158..=1161 | 1184 | 1927 | 2006 | 2013 | 2055 | 3169 | 4031 => {
            BackendErrorKind::Connect
        }
        1820 => BackendErrorKind::Authentication,
        _ => BackendErrorKind::Statement,
    }
}

/// The kind of a failure to connect.
pub(super) fn kind_at_connect(error: &ServerError) -> BackendErrorKind {
    match error.code {
        // User, password, host, plugin, expired password, locked account, and
        // no privilege for the database.
        ACCESS_DENIED | 1044 | 1130 | 1251 | 1524 | 1698 | 1820 | 1862 | 3118 | 4151 => {
            BackendErrorKind::Authentication
        }
        UNKNOWN_DATABASE => BackendErrorKind::DatabaseMissing,
        _ => BackendErrorKind::Connect,
    }
}

/// Whether a variable cannot be set for the session, so that nobody did: there
/// is none, or one for the whole server only.
pub(crate) fn is_of_no_session_variable(error: &ServerError) -> bool {
    matches!(error.code, 1193 | 1228 | 1229 | 1238)
}

fn is_read_only(message: &str) -> bool {
    ["read-only", "read_only"].iter().any(|word| message.contains(word))
}
