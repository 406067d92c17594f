//! Values of one type as values of another, where MODIFY does not do it.
//!
//! MODIFY converts in strict mode as an INSERT would: what does not fit stops
//! it. An expression that the user gives is instead the default of a new
//! column: the server computes it for every row while it adds the column, and
//! adds nothing if one of them cannot be. A second statement lets the new
//! column take the place of the old one.

use retort_core::{
    backend::BackendError,
    operation::ColumnChange,
    schema::{Column, Expression, Name, Table, Type},
    script::portable::{native_type_name, parse_type},
};

use super::{column, quote, translate};
use crate::{server::Server, types::Kind};

/// How the values of a column become those of another type.
#[derive(Debug, Clone)]
pub(super) struct Conversion {
    /// The column, by its name before.
    pub(super) column: Name,
    /// The new value, as the server's expression.
    value: String,
    /// The columns that it is made of.
    mentions: Vec<Name>,
}

impl Conversion {
    /// How the values change with the column, if MODIFY does not see to it.
    ///
    /// # Errors
    ///
    /// Fails if there is no one way to convert the values.
    pub(super) fn of(
        old: &Column,
        change: &ColumnChange,
        server: Server,
    ) -> Result<Option<Self>, BackendError> {
        let ColumnChange::Type { ty, using, .. } = change else {
            return Ok(None);
        };
        // What a cast to the new type means MODIFY does, and more strictly.
        let using = using.as_ref().filter(|using| !casts(using, &old.name, ty));
        let (value, mentions) = match using {
            Some(using) => (Some(translate::expression(using, server)?), using.columns()),
            None => (converted(old, ty, server)?, vec![old.name.clone()]),
        };
        Ok(value.map(|value| Self { column: old.name.clone(), value, mentions }))
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
        let identity = table
            .columns
            .iter()
            .find(|column| column.identity.is_some() && self.mentions.contains(&column.name));
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
/// than elsewhere.
fn converted(old: &Column, ty: &Type, server: Server) -> Result<Option<String>, BackendError> {
    let held = quote(&old.name);
    match (Kind::of(&old.ty), Kind::of(ty)) {
        (Kind::Boolean, Kind::Text(_)) => {
            Ok(Some(format!("CASE WHEN {held} THEN 'true' WHEN NOT {held} THEN 'false' END")))
        }
        (Kind::Text(_), Kind::Boolean) => Ok(Some(format!(
            "CASE WHEN LOWER(TRIM({held})) IN ('true', 't', 'yes', 'y', 'on') THEN 1 \
             WHEN LOWER(TRIM({held})) IN ('false', 'f', 'no', 'n', 'off') THEN 0 ELSE {held} END"
        ))),
        (Kind::Bytes(_), Kind::Text(_) | Kind::Json) | (Kind::Text(_) | Kind::Json, Kind::Bytes(_)) => {
            Err(BackendError::unsupported(format!(
                "column `{}` of type {} cannot become {ty} on {}: say with USING how bytes and text convert",
                old.name, old.ty, server.flavor
            )))
        }
        (
            Kind::Number
            | Kind::Boolean
            | Kind::Text(_)
            | Kind::Label
            | Kind::Bytes(_)
            | Kind::Json
            | Kind::Instant(_)
            | Kind::Other,
            Kind::Number
            | Kind::Boolean
            | Kind::Text(_)
            | Kind::Label
            | Kind::Bytes(_)
            | Kind::Json
            | Kind::Instant(_)
            | Kind::Other,
        ) => Ok(None),
    }
}

/// Whether an expression does nothing but cast the column to the type.
fn casts(expression: &Expression, column: &Name, ty: &Type) -> bool {
    let mut text = expression.as_str().trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        text = inner.trim();
    }
    let (value, cast) = match text.rsplit_once("::") {
        Some(parts) => parts,
        None => {
            let call =
                text.get(..4).filter(|word| word.eq_ignore_ascii_case("cast")).map(|_| text[4..].trim());
            let inner = call.and_then(|call| call.strip_prefix('(')?.strip_suffix(')'));
            let at = inner.and_then(|inner| inner.to_ascii_lowercase().rfind(" as "));
            match inner.zip(at) {
                Some((inner, at)) => (&inner[..at], &inner[at + 4..]),
                None => return false,
            }
        }
    };
    let value = value.trim();
    let is_column = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\"") == column.as_str(),
        None => value.to_ascii_lowercase() == column.as_str(),
    };
    let is_type = parse_type(cast.trim()).is_ok_and(|cast| match (&cast, ty) {
        (Type::Native(text), Type::Enum(name)) => native_type_name(text).as_ref() == Some(name),
        _ => cast == *ty,
    });
    is_column && is_type
}
