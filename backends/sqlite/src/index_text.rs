//! The structure of a stored `CREATE INDEX` statement.

use std::ops::Range;

use std::collections::BTreeMap;

use retort_core::{
    backend::BackendError,
    schema::{Index, IndexKey, IndexKeyPart, Name, SortOrder, Table},
};

use crate::{
    cursor::{Cursor, NameText},
    expression::{self, ColumnNames},
    table_text::{KeyPartText, KeyTarget, eat_if_not_exists, parse_key},
    types,
};

/// A `CREATE INDEX` statement taken apart.
#[derive(Debug, Clone)]
pub(crate) struct IndexText<'a> {
    /// The statement.
    pub(crate) text: &'a str,
    /// Whether it says `UNIQUE`.
    pub(crate) unique: bool,
    /// The name of the index.
    pub(crate) name: NameText,
    /// The name of the table.
    pub(crate) table: NameText,
    /// The key.
    pub(crate) key: Vec<KeyPartText>,
    /// The bytes of the condition behind `WHERE`.
    pub(crate) predicate: Option<Range<usize>>,
}

impl<'a> IndexText<'a> {
    /// Takes a statement apart.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Introspect`] if it is not the text of an
    /// index.
    ///
    /// [`BackendErrorKind::Introspect`]: retort_core::backend::BackendErrorKind::Introspect
    pub(crate) fn parse(text: &'a str) -> Result<Self, BackendError> {
        let mut cursor = Cursor::new(text);
        cursor.expect_keyword("CREATE")?;
        let unique = cursor.eat_keyword("UNIQUE");
        cursor.expect_keyword("INDEX")?;
        eat_if_not_exists(&mut cursor)?;
        let name = cursor.expect_qualified_name()?;
        cursor.expect_keyword("ON")?;
        let table = cursor.expect_name()?;
        let key = parse_key(&mut cursor)?;
        let predicate = if cursor.eat_keyword("WHERE") { Some(cursor.rest()) } else { None };
        Ok(Self { text, unique, name, table, key, predicate })
    }

    /// The model of the index, on this table.
    pub(crate) fn to_model(&self, table: &Table, columns: &ColumnNames) -> Index {
        let canonical =
            |span: &Range<usize>| expression::canonical_in(&self.text[span.clone()], columns).into();
        Index {
            name: Name::new(&self.name.name),
            unique: self.unique,
            key: self.key.iter().map(|part| key_part(part, table, columns, canonical)).collect(),
            predicate: self.predicate.as_ref().map(canonical),
            include: Vec::new(),
            method: None,
            nulls_not_distinct: false,
            options: BTreeMap::new(),
        }
    }
}

fn key_part(
    part: &KeyPartText,
    table: &Table,
    columns: &ColumnNames,
    canonical: impl Fn(&Range<usize>) -> retort_core::schema::Expression,
) -> IndexKeyPart {
    let (key, collation) = match &part.target {
        KeyTarget::Column(name) => {
            let name = columns.resolve(&name.name).cloned().unwrap_or_else(|| Name::new(&name.name));
            let collation = table.column(&name).and_then(|column| column.collation.as_ref());
            (IndexKey::Column(name), collation)
        }
        KeyTarget::Expression(span) => (IndexKey::Expression(canonical(span)), None),
    };
    let collation = part.collation.as_ref().and_then(|name| types::index_collation(&name.name, collation));
    let order = if part.descending { SortOrder::Descending } else { SortOrder::Ascending };
    IndexKeyPart { key, collation, operator_class: None, order, nulls: part.nulls, prefix: None }
}

#[cfg(test)]
mod tests {
    use retort_core::schema::QualifiedName;
    use rusqlite::Connection;

    use super::*;
    use crate::table_text::TableText;

    /// Creates an index and compares it with what SQLite says about it, part by
    /// part: column (none for an expression), collation, whether descending.
    #[track_caller]
    fn check(sql: &str) {
        let table_sql = "CREATE TABLE \"t x\" (a INT, \"b c\" TEXT COLLATE nocase, C TEXT)";
        let connection = Connection::open_in_memory().expect("opens");
        connection.execute_batch(&format!("{table_sql}; {sql}")).expect("is valid");
        let (name, stored): (String, String) = connection
            .query_row("SELECT name, sql FROM sqlite_schema WHERE type = 'index'", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("is stored");
        let found: Vec<(Option<String>, String, bool)> = connection
            .prepare("SELECT name, coll, \"desc\" FROM pragma_index_xinfo(?) WHERE key")
            .expect("is a query")
            .query_map([&name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .and_then(Iterator::collect)
            .expect("runs");
        let table = TableText::parse(table_sql).expect("parses").to_model().table;
        let columns = ColumnNames::new(table.columns.iter().map(|column| &column.name));
        let parsed = IndexText::parse(&stored).expect("parses");
        assert!(parsed.table.is("t x"));
        let index = parsed.to_model(&table, &columns);
        assert_eq!(index.name.as_str(), name);
        let read: Vec<_> = index
            .key
            .iter()
            .map(|part| {
                let column = match &part.key {
                    IndexKey::Column(name) => table.column(name),
                    IndexKey::Expression(_) => None,
                };
                let inherited = column.and_then(|column| column.collation.clone());
                let collation = part.collation.clone().or(inherited).unwrap_or_else(|| "binary".into());
                let name = column.map(|column| column.name.to_string());
                (name, collation.as_str().to_ascii_lowercase(), part.order == SortOrder::Descending)
            })
            .collect();
        let found: Vec<_> =
            found.into_iter().map(|(name, coll, desc)| (name, coll.to_ascii_lowercase(), desc)).collect();
        assert_eq!(read, found, "{sql}");
        assert_eq!(table.name, QualifiedName::unqualified("t x"));
    }

    #[test]
    fn sqlite_agrees_about_keys() {
        check("CREATE INDEX i ON \"t x\" (a)");
        check(
            "CREATE UNIQUE INDEX IF NOT EXISTS main.\"i \"\"j\" ON [t x](A desc, 'b c', c COLLATE rtrim ASC) ;",
        );
        check("CREATE INDEX i /* on */ ON `T X` ( ( a ) , ((\"B C\" COLLATE binary)) DESC )");
        check(
            "CREATE INDEX i ON \"t x\" (lower(c) COLLATE nocase DESC, a + 1, (a || c) COLLATE rtrim, a || (c))",
        );
        check("CREATE INDEX i ON \"t x\" (\"b c\" COLLATE nocase, \"b c\" COLLATE binary) WHERE a > 0");
    }

    #[test]
    fn conditions_are_read() {
        let table = TableText::parse("CREATE TABLE t (a, \"B\")").expect("parses").to_model().table;
        let columns = ColumnNames::new(table.columns.iter().map(|column| &column.name));
        let index =
            IndexText::parse("CREATE INDEX i ON t (a COLLATE binary) WHERE (b > ')') -- )").expect("parses");
        let index = index.to_model(&table, &columns);
        assert_eq!(index.predicate.map(|predicate| predicate.to_string()).as_deref(), Some("\"B\" > ')'"));
        assert_eq!(index.key[0].collation, None);
    }

    #[test]
    fn other_texts_are_errors() {
        for text in
            ["", "CREATE INDEX", "CREATE INDEX i ON t", "CREATE INDEX i ON t (", "CREATE INDEX i ON t ()"]
        {
            assert!(IndexText::parse(text).is_err(), "{text}");
        }
    }
}
