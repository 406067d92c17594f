mod catalog;
mod meaning;
mod server;
mod statements;
mod words;

use expect_test::expect;
use retort_core::schema::{Column, Type};

use super::*;

const MYSQL: Server = Server::OLDEST_MYSQL;

fn to_mysql(text: &str, server: Server) -> Result<String, BackendError> {
    Context::new(server).translate(text)
}

fn from_mysql(text: &str, server: Server) -> String {
    Context::new(server).read(text)
}

fn canonical(text: &str) -> String {
    Context::new(MYSQL).canonical(text)
}

/// The columns that the expressions of these tests are over.
fn columns() -> Vec<Column> {
    vec![
        Column::new("a", Type::Integer),
        Column::new("b", Type::Integer),
        Column::new("s", Type::VarChar(Some(50))),
        Column::new("t", Type::VarChar(Some(50))),
        Column::new("d", Type::Numeric { precision: Some(10), scale: Some(2) }),
        Column::new("f", Type::Double),
        Column::new("flag", Type::Boolean),
        Column::new("dt", Type::Timestamp(None)),
        Column::new("da", Type::Date),
        Column::new("j", Type::Json),
        Column::new("Weird col", Type::Integer),
        Column::new("gr`öße", Type::Integer),
    ]
}
