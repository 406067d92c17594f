//! Values of one type as values of another, where MODIFY does not do it.
//!
//! MODIFY converts as an INSERT in strict mode would: what does not fit stops
//! it. An expression that the user gives is instead the default of a new
//! column: the server computes it for every row while it adds the column, and
//! adds nothing if one of them cannot be. A second statement lets the new
//! column take the place of the old one.

use retort_core::{
    backend::BackendError,
    expression::{Dialect, Expr, parse},
    operation::ColumnChange,
    schema::{Column, Expression, Name, Table, Type},
    script::portable::native_type_name,
};

use super::{
    column, quote, refuse,
    translate::{Site, mentions_column},
};
use crate::{
    server::Server,
    types::{self, Kind},
};

/// How the values of a column become those of another type.
#[derive(Debug, Clone)]
pub(super) struct Conversion {
    /// The column, by its name before.
    pub(super) column: Name,
    /// The new value, as the server's expression.
    value: String,
    /// What the user says that it is.
    using: Option<Expression>,
}

impl Conversion {
    /// How the values of a column of the table change with the column, if
    /// MODIFY does not see to it.
    ///
    /// # Errors
    ///
    /// Fails if there is no one way to convert the values.
    pub(super) fn of(
        old: &Column,
        change: &ColumnChange,
        site: Site<'_>,
    ) -> Result<Option<Self>, BackendError> {
        let ColumnChange::Type { ty, using, .. } = change else {
            return Ok(None);
        };
        // What a cast to the new type means is done here anyway, and more
        // strictly.
        let own = using.as_ref().filter(|using| !casts(using, &old.name, ty));
        let value = match own {
            Some(own) => Some(site.value(own)?),
            // They are computed again.
            None if old.generated.is_some() => None,
            None => converted(old, ty, using.is_some(), site.server)?,
        };
        Ok(value.map(|value| Self { column: old.name.clone(), value, using: own.cloned() }))
    }

    /// The clause that adds the new column, beside the old one.
    ///
    /// # Errors
    ///
    /// Fails with what the server cannot compute.
    pub(super) fn add_clause(
        &self,
        name: &Name,
        old: &Column,
        new: &Column,
        table: &Table,
        declared: &str,
        server: Server,
    ) -> Result<String, BackendError> {
        let refuse = |reason: &str| {
            Err(BackendError::unsupported(format!(
                "the values of column `{}` cannot be converted on {}: {reason}",
                self.column, server.flavor
            )))
        };
        if old.generated.is_some() {
            return refuse("they are computed");
        }
        if let Some(using) = &self.using {
            refuse::columns_exist(using, table)?;
        }
        let is_mentioned = |column: &Name| match &self.using {
            Some(using) => mentions_column(using, column),
            None => *column == self.column,
        };
        let identity =
            table.columns.iter().find(|column| column.identity.is_some() && is_mentioned(&column.name));
        if let Some(identity) = identity {
            return refuse(&format!("the expression cannot mention identity column `{}`", identity.name));
        }
        if column::differs_by_row(&self.value, server) {
            return refuse("the expression has another value each time");
        }
        let null = if new.nullable { "NULL" } else { "NOT NULL" };
        let (name, after) = (quote(name), quote(&old.name));
        Ok(format!("ADD COLUMN {name} {declared} {null} DEFAULT ({}) AFTER {after}", self.value))
    }
}

/// A name for the new column that no other one has.
pub(super) fn free_name(table: &Table) -> Name {
    let mut number = 0_u32;
    loop {
        let name = match number {
            0 => Name::from("retort_converted"),
            number => Name::new(format!("retort_converted_{number}")),
        };
        if table.column(&name).is_none() {
            return name;
        }
        number += 1;
    }
}

/// The value in the form of the new type, where MODIFY would give another one
/// than elsewhere. `asked` says whether the user asked for a cast.
fn converted(old: &Column, ty: &Type, asked: bool, server: Server) -> Result<Option<String>, BackendError> {
    let held = quote(&old.name);
    let (from, to) = (Kind::of(&old.ty), Kind::of(ty));
    match (from, to) {
        // Only the user knows what these hold.
        (Kind::Other, _) | (_, Kind::Other) => Ok(None),
        (Kind::Boolean, Kind::Text(_)) => {
            Ok(Some(format!("CASE WHEN {held} THEN 'true' WHEN NOT {held} THEN 'false' END")))
        }
        // What is neither stays text, which the new column refuses.
        (Kind::Text(_), Kind::Boolean) => Ok(Some(format!(
            "CASE WHEN LOWER(TRIM({held})) IN ('true', 't', 'yes', 'y', 'on', '1') THEN 1 \
             WHEN LOWER(TRIM({held})) IN ('false', 'f', 'no', 'n', 'off', '0') THEN 0 \
             ELSE CONCAT('not a truth value: ', {held}) END"
        ))),
        (Kind::Number, Kind::Boolean) if asked => Ok(Some(format!("{held} <> 0"))),
        (Kind::Text(_), Kind::Uuid) if !types::has_uuid(server) => Ok(Some(uuid(&held))),
        (Kind::Number, Kind::Number | Kind::Text(_))
        | (Kind::Boolean, Kind::Number | Kind::Boolean)
        | (
            Kind::Text(_),
            Kind::Number
            | Kind::Text(_)
            | Kind::Label
            | Kind::Json
            | Kind::Instant(_)
            | Kind::Date
            | Kind::Time
            | Kind::Uuid,
        )
        | (Kind::Label, Kind::Text(_) | Kind::Label)
        | (Kind::Bytes(_), Kind::Bytes(_))
        | (Kind::Json, Kind::Text(_) | Kind::Json)
        | (Kind::Instant(_), Kind::Text(_) | Kind::Instant(_) | Kind::Date | Kind::Time)
        | (Kind::Date, Kind::Text(_) | Kind::Instant(_) | Kind::Date)
        | (Kind::Time, Kind::Text(_) | Kind::Time)
        | (Kind::Uuid, Kind::Text(_) | Kind::Uuid) => Ok(None),
        (
            Kind::Number
            | Kind::Boolean
            | Kind::Text(_)
            | Kind::Label
            | Kind::Bytes(_)
            | Kind::Json
            | Kind::Instant(_)
            | Kind::Date
            | Kind::Time
            | Kind::Uuid,
            Kind::Number
            | Kind::Boolean
            | Kind::Text(_)
            | Kind::Label
            | Kind::Bytes(_)
            | Kind::Json
            | Kind::Instant(_)
            | Kind::Date
            | Kind::Time
            | Kind::Uuid,
        ) => Err(BackendError::unsupported(format!(
            "column `{}` of type {} cannot become {ty}: say with USING how the values convert, for {} would do it \
             in a way of its own",
            old.name, old.ty, server.flavor
        ))),
    }
}

/// A UUID in its one form as text. Other text becomes too long for the column.
fn uuid(held: &str) -> String {
    format!(
        "CASE WHEN {held} REGEXP '^[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$' THEN LOWER({held}) \
         WHEN {held} IS NOT NULL THEN RPAD(CONCAT('not a UUID: ', {held}), 99, '.') END"
    )
}

/// Whether an expression does nothing but cast the column to the type.
fn casts(expression: &Expression, column: &Name, ty: &Type) -> bool {
    let Ok(Expr::Cast { operand, ty: cast }) = parse(expression.as_str(), &Dialect::PORTABLE) else {
        return false;
    };
    let is_type = match (&cast, ty) {
        (Type::Native(text), Type::Enum(name)) => native_type_name(text).as_ref() == Some(name),
        _ => cast == *ty,
    };
    is_type && operand.as_column() == Some(column)
}
