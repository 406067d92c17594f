//! The structure of a stored `CREATE VIEW` statement.

use std::ops::Range;

use retort_core::{
    backend::BackendError,
    schema::{Name, QualifiedName, View},
};

use crate::{
    annotation::{self, Annotation},
    cursor::{Cursor, NameText},
    expression,
    table_text::eat_if_not_exists,
};

/// A `CREATE VIEW` statement taken apart.
#[derive(Debug, Clone)]
pub(crate) struct ViewText<'a> {
    /// The statement.
    pub(crate) text: &'a str,
    /// The name of the view.
    pub(crate) name: NameText,
    /// The columns, if it lists them.
    pub(crate) columns: Vec<NameText>,
    /// The annotations behind `AS`.
    pub(crate) annotations: Vec<Annotation>,
    /// The bytes of the query.
    pub(crate) query: Range<usize>,
}

impl<'a> ViewText<'a> {
    /// Takes a statement apart.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Introspect`] if it is not the text of a
    /// view.
    ///
    /// [`BackendErrorKind::Introspect`]: retort_core::backend::BackendErrorKind::Introspect
    pub(crate) fn parse(text: &'a str) -> Result<Self, BackendError> {
        let mut cursor = Cursor::new(text);
        cursor.expect_keyword("CREATE")?;
        if !cursor.eat_keyword("TEMP") {
            cursor.eat_keyword("TEMPORARY");
        }
        cursor.expect_keyword("VIEW")?;
        eat_if_not_exists(&mut cursor)?;
        let name = cursor.expect_qualified_name()?;
        let mut columns = Vec::new();
        if cursor.eat_punctuation('(') {
            columns.push(cursor.expect_name()?);
            while cursor.eat_punctuation(',') {
                columns.push(cursor.expect_name()?);
            }
            cursor.expect_punctuation(')')?;
        }
        cursor.expect_keyword("AS")?;
        let annotations = annotation::read_before(&cursor);
        if cursor.peek().is_none() {
            return Err(cursor.unexpected("a query"));
        }
        Ok(Self { text, name, columns, annotations, query: cursor.rest() })
    }

    /// The model of the view.
    pub(crate) fn to_model(&self) -> View {
        View {
            name: QualifiedName::unqualified(Name::new(&self.name.name)),
            columns: self.columns.iter().map(|column| Name::new(&column.name)).collect(),
            query: expression::canonical_query(&self.text[self.query.clone()]).into(),
            comment: annotation::comment_of(&self.annotations).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_read() {
        let text =
            "CREATE VIEW [v w](\"a\", 'b') AS /*@comment of v*/ /* x */ select A as Total, \"B\"  from T;";
        let view = ViewText::parse(text).expect("parses");
        assert_eq!(&text[view.query.clone()], "select A as Total, \"B\"  from T");
        let view = view.to_model();
        assert_eq!(view.name.to_string(), "v w");
        assert_eq!(view.columns, ["a", "b"].map(Name::from));
        assert_eq!(view.query.as_str(), "SELECT A AS Total, \"B\" FROM T");
        assert_eq!(view.comment.as_deref(), Some("of v"));
    }

    #[test]
    fn other_texts_are_errors() {
        for text in
            ["", "CREATE VIEW", "CREATE VIEW v", "CREATE VIEW v (a", "CREATE VIEW v AS", "CREATE TABLE v (a)"]
        {
            assert!(ViewText::parse(text).is_err(), "{text}");
        }
    }
}
