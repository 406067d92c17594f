//! The rows of a catalog.

/// A table, view or sequence.
#[derive(Debug)]
pub(super) struct TableRow {
    /// The database.
    pub(super) database: String,
    /// The collation of the database.
    pub(super) database_collation: String,
    /// Whether names of tables differ in more than case.
    pub(super) case_matters: bool,
    pub(super) name: String,
    /// `BASE TABLE`, `VIEW`, `SEQUENCE`, …
    pub(super) kind: String,
    pub(super) engine: Option<String>,
    pub(super) collation: Option<String>,
    /// The options that its creator gave: `row_format=COMPRESSED partitioned`.
    pub(super) options: String,
    pub(super) comment: String,
}

/// A column of a table or view.
#[derive(Debug)]
pub(super) struct ColumnRow {
    pub(super) table: String,
    pub(super) position: u32,
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) nullable: bool,
    pub(super) default: Option<String>,
    /// `auto_increment`, `DEFAULT_GENERATED on update CURRENT_TIMESTAMP`, …
    pub(super) extra: String,
    pub(super) collation: Option<String>,
    pub(super) generated: Option<String>,
    pub(super) comment: String,
    /// The number of the spatial reference system.
    pub(super) srid: Option<String>,
}

/// A part of an index or key.
#[derive(Debug)]
pub(super) struct KeyPartRow {
    pub(super) table: String,
    pub(super) index: String,
    pub(super) position: u32,
    pub(super) unique: bool,
    pub(super) column: Option<String>,
    pub(super) expression: Option<String>,
    pub(super) descending: bool,
    pub(super) prefix: Option<u32>,
    /// `BTREE`, `HASH`, `FULLTEXT`, `SPATIAL`.
    pub(super) method: String,
    pub(super) comment: String,
    /// Whether queries don't use it.
    pub(super) hidden: bool,
}

/// A foreign key without its columns.
#[derive(Debug)]
pub(super) struct ForeignKeyRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) on_update: String,
    pub(super) on_delete: String,
}

/// A column of a foreign key.
#[derive(Debug)]
pub(super) struct ForeignKeyColumnRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) position: u32,
    pub(super) column: String,
    pub(super) referenced_database: String,
    pub(super) referenced_table: String,
    pub(super) referenced_column: String,
}

/// A check constraint.
#[derive(Debug)]
pub(super) struct CheckRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) expression: String,
    /// Whether it belongs to the column of its name rather than to the table.
    pub(super) of_column: bool,
    pub(super) enforced: bool,
}

/// A view.
#[derive(Debug)]
pub(super) struct ViewRow {
    pub(super) name: String,
    /// Empty if the user may not see it.
    pub(super) query: String,
    /// `NONE`, `LOCAL`, `CASCADED`.
    pub(super) check_option: String,
    /// `DEFINER`, `INVOKER`.
    pub(super) security: String,
}

/// A trigger.
#[derive(Debug)]
pub(super) struct TriggerRow {
    pub(super) name: String,
    pub(super) table: String,
    /// `BEFORE`, `AFTER`.
    pub(super) time: String,
    /// `INSERT`, `UPDATE`, `DELETE`.
    pub(super) event: String,
    pub(super) body: String,
}

/// A procedure, function or package.
#[derive(Debug)]
pub(super) struct RoutineRow {
    pub(super) name: String,
    /// `PROCEDURE`, `FUNCTION`, `PACKAGE`, `PACKAGE BODY`.
    pub(super) kind: String,
    /// Absent if the user may not see it.
    pub(super) body: Option<String>,
    pub(super) deterministic: bool,
    /// `CONTAINS SQL`, `READS SQL DATA`, …
    pub(super) data_access: String,
    /// `DEFINER`, `INVOKER`.
    pub(super) security: String,
    pub(super) comment: String,
}

/// A parameter of a routine; the one at position 0 is what a function returns.
#[derive(Debug)]
pub(super) struct ParameterRow {
    pub(super) routine: String,
    pub(super) routine_kind: String,
    pub(super) position: u32,
    /// `IN`, `OUT`, `INOUT`.
    pub(super) mode: Option<String>,
    pub(super) name: Option<String>,
    pub(super) ty: String,
}

/// An event of the scheduler.
#[derive(Debug)]
pub(super) struct EventRow {
    pub(super) name: String,
    pub(super) body: String,
    /// When it happens once.
    pub(super) at: Option<String>,
    /// How often it happens otherwise.
    pub(super) every: Option<String>,
    pub(super) starts: Option<String>,
    pub(super) ends: Option<String>,
    /// What happens to it when it is over, and whether it happens now:
    /// `NOT PRESERVE ENABLED`.
    pub(super) state: String,
    pub(super) comment: String,
}

/// A partition or part of one.
#[derive(Debug)]
pub(super) struct PartitionRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) part: Option<String>,
    pub(super) position: u32,
    pub(super) part_position: u32,
    pub(super) method: String,
    pub(super) expression: Option<String>,
    pub(super) part_method: Option<String>,
    pub(super) part_expression: Option<String>,
    /// Which rows are in it.
    pub(super) values: Option<String>,
}
