//! Views.

use retort_core::{
    backend::Statement,
    schema::{Schema, View},
};

use super::{comment_on, dependents, quote_all, quote_qualified};

/// The statements that create a view, or give an existing one another query.
pub(super) fn create(view: &View, or_replace: bool, before: &Schema) -> Vec<Statement> {
    let replaced = before.views.get(&view.name).filter(|_| or_replace);
    let is_another = replaced.is_some_and(|old| old.query != view.query || old.columns != view.columns);
    let mut statements = vec![if is_another {
        dependents::replace_view(view)
    } else {
        Statement::new(create_view(view, or_replace))
    }];
    if let Some(comment) = &view.comment {
        statements.push(comment_on("VIEW", &quote_qualified(&view.name), Some(comment)));
    }
    statements
}

/// `CREATE VIEW …`
pub(super) fn create_view(view: &View, or_replace: bool) -> String {
    let columns = match view.columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", quote_all(columns)),
    };
    let or_replace = if or_replace { "OR REPLACE " } else { "" };
    format!("CREATE {or_replace}VIEW {}{columns} AS {}", quote_qualified(&view.name), view.query)
}
