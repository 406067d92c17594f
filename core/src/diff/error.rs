//! Why two schemas cannot be compared.

use thiserror::Error;

use crate::{
    operation::ApplyError,
    schema::{Name, QualifiedName},
};

/// Why there is no difference to speak of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DiffError {
    /// A rename gives a name to a table that is not in the schema after.
    #[error("table \"{from}\" is to be renamed to \"{to}\", which is not in the models")]
    RenamedTableMissing {
        /// The old name.
        from: QualifiedName,
        /// The new name.
        to: QualifiedName,
    },
    /// A rename gives a name to a column that is not in the schema after.
    #[error(
        "column \"{from}\" of table \"{table}\" is to be renamed to \"{to}\", which is not in the models"
    )]
    RenamedColumnMissing {
        /// The new name of the table.
        table: QualifiedName,
        /// The old name.
        from: Name,
        /// The new name.
        to: Name,
    },
    /// The new name of a table is taken.
    #[error(
        "table \"{from}\" cannot be renamed to \"{to}\", which is there already: drop one of them in a revision of its \
         own"
    )]
    TableInTheWay {
        /// The old name.
        from: QualifiedName,
        /// The new name.
        to: QualifiedName,
    },
    /// The new name of a column is taken.
    #[error(
        "column \"{from}\" of table \"{table}\" cannot be renamed to \"{to}\", which is there already: drop one of them \
         in a revision of its own"
    )]
    ColumnInTheWay {
        /// The new name of the table.
        table: QualifiedName,
        /// The old name.
        from: Name,
        /// The new name.
        to: Name,
    },
    /// Two tables come from one.
    #[error("table \"{0}\" is to be renamed to two names")]
    TableRenamedTwice(QualifiedName),
    /// Two columns come from one.
    #[error("column \"{column}\" of table \"{table}\" is to be renamed to two names")]
    ColumnRenamedTwice {
        /// The new name of the table.
        table: QualifiedName,
        /// The old name of the column.
        column: Name,
    },
    /// Tables that swap their names: nothing tells whether they have done so.
    #[error(
        "table \"{0}\" takes part in a circle of renames: write them by hand, and remove them from the models"
    )]
    TablesInCircle(QualifiedName),
    /// Columns that swap their names: nothing tells whether they have done so.
    #[error(
        "column \"{column}\" of table \"{table}\" takes part in a circle of renames: write them by hand, and remove \
         them from the models"
    )]
    ColumnsInCircle {
        /// The new name of the table.
        table: QualifiedName,
        /// The old name of a column.
        column: Name,
    },
    /// No operation moves a table to another namespace.
    #[error("table \"{from}\" cannot become \"{to}\": moving it to another schema must be written by hand")]
    OtherNamespace {
        /// The old name.
        from: QualifiedName,
        /// The new name.
        to: QualifiedName,
    },
    /// Views that read from each other.
    #[error("view \"{0}\" reads from itself")]
    ViewsInCircle(QualifiedName),
    /// A step does not fit the schema that those before it made.
    #[error("cannot {description}")]
    Step {
        /// The operation, as [`Operation::describe`](crate::operation::Operation::describe) puts it.
        description: String,
        /// Why it does not fit.
        #[source]
        source: ApplyError,
    },
}
