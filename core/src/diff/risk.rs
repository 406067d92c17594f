//! What can go wrong with a change where tables have rows.

use std::fmt;

use crate::schema::{Name, QualifiedName, Type};

/// Why a change needs a look: it loses what rows hold, or fails on some rows.
///
/// Displayed as one line without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Risk {
    /// The rows of a table are lost, and what is on it and outside the model.
    RowsLost {
        /// The table.
        table: QualifiedName,
        /// What goes with it: `trigger t`.
        with: Vec<String>,
    },
    /// The values of a column are lost.
    ValuesLost {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
        /// Why the column does not stay as it is.
        because: Loss,
    },
    /// What is on a view and outside the model goes with it.
    ObjectsLost {
        /// The view.
        view: QualifiedName,
        /// What goes with it: `trigger t`.
        with: Vec<String>,
    },
    /// It fails if a value does not fit the new type.
    Narrows {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
        /// The old type.
        from: Type,
        /// The new type.
        to: Type,
    },
    /// It fails if a row has NULL in the column.
    RefusesNull {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// It fails if the table has rows, for which the new column has no value.
    NeedsValue {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
    /// It fails if two rows agree in the columns, or in a part of a primary key
    /// is NULL.
    RefusesDuplicates {
        /// The table.
        table: QualifiedName,
        /// The constraint or index.
        name: Name,
    },
    /// It fails if a row names none of the other table.
    RefusesOrphans {
        /// The table.
        table: QualifiedName,
        /// The foreign key.
        name: Name,
        /// The table that it references.
        references: QualifiedName,
    },
    /// It fails if a row does not fulfil a check.
    RefusesRows {
        /// The table.
        table: QualifiedName,
        /// The check constraint.
        name: Name,
    },
    /// It fails if a row holds one of the labels.
    RefusesLabels {
        /// The enum type.
        ty: QualifiedName,
        /// The labels.
        labels: Vec<String>,
    },
}

/// Why the values of a column are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// The column is dropped.
    Dropped,
    /// The values will be computed.
    Computed,
    /// The values were computed, and not kept.
    NotKept,
    /// There is no conversion between the types that every database has.
    NoConversion {
        /// The old type.
        from: Type,
        /// The new type.
        to: Type,
    },
}

impl Risk {
    /// Whether something is lost, rather than refused.
    pub fn loses_data(&self) -> bool {
        match self {
            Self::RowsLost { .. } | Self::ValuesLost { .. } | Self::ObjectsLost { .. } => true,
            Self::Narrows { .. }
            | Self::RefusesNull { .. }
            | Self::NeedsValue { .. }
            | Self::RefusesDuplicates { .. }
            | Self::RefusesOrphans { .. }
            | Self::RefusesRows { .. }
            | Self::RefusesLabels { .. } => false,
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RowsLost { table, with } => {
                write!(f, "the rows of {table} are lost")?;
                write_with(f, with)
            }
            Self::ValuesLost { table, column, because } => {
                write!(f, "the values of {table}.{column} are lost")?;
                match because {
                    Loss::Dropped => Ok(()),
                    Loss::Computed => f.write_str(": they will be computed"),
                    Loss::NotKept => f.write_str(": they were computed and not kept"),
                    Loss::NoConversion { from, to } => {
                        write!(f, ": not every database converts {from} to {to}")
                    }
                }
            }
            Self::ObjectsLost { view, with } => {
                write!(f, "{} of view {view} is lost", with.join(" and "))
            }
            Self::Narrows { table, column, from, to } => {
                write!(f, "fails if a value of {table}.{column} ({from}) does not fit {to}")
            }
            Self::RefusesNull { table, column } => {
                write!(f, "fails if a row of {table} has NULL in {column}")
            }
            Self::NeedsValue { table, column } => {
                write!(f, "fails if {table} has rows: {column} is NOT NULL and has no default")
            }
            Self::RefusesDuplicates { table, name } => {
                write!(f, "fails if two rows of {table} agree in what {name} makes unique")
            }
            Self::RefusesOrphans { table, name, references } => {
                write!(f, "fails if {name} finds no row of {references} for a row of {table}")
            }
            Self::RefusesRows { table, name } => {
                write!(f, "fails if a row of {table} does not fulfil {name}")
            }
            Self::RefusesLabels { ty, labels } => {
                let labels: Vec<String> = labels.iter().map(|label| format!("'{label}'")).collect();
                write!(f, "fails if a row holds {} of type {ty}", labels.join(" or "))
            }
        }
    }
}

fn write_with(f: &mut fmt::Formatter<'_>, with: &[String]) -> fmt::Result {
    match with {
        [] => Ok(()),
        with => write!(f, ", with {}", with.join(" and ")),
    }
}
