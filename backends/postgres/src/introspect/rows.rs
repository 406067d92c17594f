//! Rows of the catalog, as the queries give them.

use tokio_postgres::{Error, Row, types::FromSql};

/// A row that a query gives.
pub(super) trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self, Error>;
}

/// The columns of a row, one after another.
struct Cells<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Cells<'a> {
    fn new(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    fn next<T: FromSql<'a>>(&mut self) -> Result<T, Error> {
        self.next += 1;
        self.row.try_get(self.next - 1)
    }

    /// A value of PostgreSQL's type `"char"`: one byte, zero for nothing.
    fn next_char(&mut self) -> Result<char, Error> {
        Ok(char::from(self.next::<i8>()?.cast_unsigned()))
    }
}

/// Declares a row whose columns are its fields, in order.
macro_rules! row {
    ($(#[$about:meta])* $name:ident { $($(#[$note:meta])* $field:ident: $ty:ident $(<$inner:ty>)?,)* }) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(super) struct $name {
            $($(#[$note])* pub(super) $field: $ty $(<$inner>)?,)*
        }

        impl FromRow for $name {
            fn from_row(row: &Row) -> Result<Self, Error> {
                let mut cells = Cells::new(row);
                Ok(Self { $($field: row!(@cell cells $ty),)* })
            }
        }
    };
    (@cell $cells:ident char) => { $cells.next_char()? };
    (@cell $cells:ident $ty:ident) => { $cells.next()? };
}

row! {
    /// A namespace.
    NamespaceRow {
        oid: u32,
        name: String,
        is_default: bool,
        /// Whether an extension brought it along.
        is_of_extension: bool,
    }
}

row! {
    /// An enum type.
    EnumRow {
        oid: u32,
        array_oid: u32,
        namespace: u32,
        name: String,
        labels: Vec<String>,
        comment: Option<String>,
        is_of_extension: bool,
    }
}

row! {
    /// A table, a view, or what looks like one.
    RelationRow {
        oid: u32,
        namespace: u32,
        name: String,
        kind: char,
        is_partition: bool,
        persistence: char,
        options: Option<Vec<String>>,
        /// The access method, where it is not the default one.
        method: Option<String>,
        tablespace: Option<String>,
        /// The query of a view.
        query: Option<String>,
        comment: Option<String>,
        /// The tables that it inherits from.
        parents: Vec<u32>,
        /// The composite type that its columns come from.
        of_type: Option<String>,
        has_row_security: bool,
        forces_row_security: bool,
        replica_identity: char,
    }
}

row! {
    /// A column of a table or a view.
    ColumnRow {
        relation: u32,
        number: i16,
        name: String,
        ty: u32,
        modifier: i32,
        /// The type as the server writes it, if its number is not known.
        type_text: Option<String>,
        is_not_null: bool,
        identity: char,
        generated: char,
        /// The default, or what it is generated from.
        expression: Option<String>,
        /// The collation, where it is not that of the type.
        collation: Option<String>,
        comment: Option<String>,
        /// How values are stored, where it is not as usual for the type.
        storage: char,
        compression: char,
        statistics: Option<i32>,
        options: Option<Vec<String>>,
    }
}

row! {
    /// A constraint of a table.
    ConstraintRow {
        relation: u32,
        name: String,
        kind: char,
        columns: Option<Vec<i16>>,
        /// The index behind it; of a foreign key, that of the other table.
        index: u32,
        update_action: char,
        delete_action: char,
        match_kind: char,
        is_deferrable: bool,
        is_deferred: bool,
        is_validated: bool,
        /// What is checked.
        expression: Option<String>,
        /// The whole of it, where the model holds only a part.
        definition: Option<String>,
        comment: Option<String>,
        referenced_namespace: Option<u32>,
        referenced_table: Option<String>,
        referenced_columns: Option<Vec<String>>,
    }
}

row! {
    /// An index.
    IndexRow {
        oid: u32,
        relation: u32,
        name: String,
        method: String,
        is_unique: bool,
        nulls_not_distinct: bool,
        /// How many of the columns are the key.
        key_length: i16,
        /// The columns by number, zero for an expression.
        columns: Vec<i16>,
        /// For each part of the key: 1 for descending, 2 for NULLS FIRST.
        order: Vec<i16>,
        /// The expressions, where there are any.
        expressions: Option<Vec<Option<String>>>,
        /// The collations that are not those of the columns, where there are
        /// any.
        collations: Option<Vec<Option<String>>>,
        /// The operator classes that are not the default ones, where there are
        /// any.
        operator_classes: Option<Vec<Option<String>>>,
        predicate: Option<String>,
        options: Option<Vec<String>>,
        tablespace: Option<String>,
        is_valid: bool,
        is_clustered: bool,
        is_replica_identity: bool,
        comment: Option<String>,
        /// The whole of it, where the columns of the catalog may not say all.
        definition: Option<String>,
        has_operator_class_options: bool,
    }
}

row! {
    /// A sequence.
    SequenceRow {
        namespace: u32,
        name: String,
        ty: String,
        start: i64,
        increment: i64,
        min: i64,
        max: i64,
        cache: i64,
        cycles: bool,
        /// The table that it belongs to.
        relation: Option<u32>,
        /// The column that it belongs to, by number.
        column: Option<i32>,
        /// How it belongs to the column: `i` if it is its identity.
        dependency: Option<i8>,
    }
}

row! {
    /// An object outside the model.
    UnmanagedRow {
        kind: String,
        namespace: u32,
        name: String,
        relation: Option<u32>,
        definition: Option<String>,
    }
}
