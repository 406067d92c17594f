//! Schemas as short text.
//!
//! ```text
//! schema finance
//! enum mood: sad, ok
//! table users: id, email?, m:mood default 'ok', n as a + 1
//!   pk pk_users (id)
//!   uq uq_users_email (email)
//!   fk fk_users_boss (boss) -> users (id)
//!   ck ck_users age > 0
//!   ix ix_users_email (email, lower(email)) where age > 0
//!   ux is a unique index
//! view names: SELECT name FROM users
//! trigger t on users: CREATE TRIGGER …
//! ```
//!
//! A question mark says that a column allows NULL.

use std::fmt::Write;

use crate::schema::{
    Check, Column, Constraint, ConstraintKind, Deferrable, EnumType, Expression, ForeignKey, Generated,
    GeneratedStorage, Index, IndexKey, IndexKeyPart, Name, PrimaryKey, QualifiedName, Schema, Table, Type,
    Unique, Unmanaged, View,
};

pub(super) fn name(text: &str) -> QualifiedName {
    match text.split_once('.') {
        Some((namespace, name)) => QualifiedName::qualified(namespace, name),
        None => QualifiedName::unqualified(text),
    }
}

pub(super) fn read(text: &str) -> Schema {
    let mut schema = Schema::default();
    let mut table = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (word, rest) = line.trim().split_once(' ').expect("a line starts with a word");
        let (head, body) = rest.split_once(':').map_or((rest, ""), |(head, body)| (head, body.trim()));
        match word {
            "schema" => {
                schema.namespaces.insert(Name::new(rest));
            }
            "enum" => {
                schema.enums.insert(name(head), EnumType::new(name(head), body.split(", ")));
            }
            "view" => {
                let view = View { name: name(head), columns: Vec::new(), query: body.into(), comment: None };
                schema.views.insert(view.name.clone(), view);
            }
            "trigger" => {
                let (trigger, on) = head.split_once(" on ").expect("a trigger is on a table");
                schema.unmanaged.push(Unmanaged {
                    kind: "trigger".to_owned(),
                    name: name(trigger),
                    table: Some(name(on)),
                    definition: Some(body.to_owned()),
                });
            }
            "table" => {
                let columns = body.split(", ").filter(|column| !column.is_empty()).map(column).collect();
                schema.tables.insert(name(head), Table::new(name(head), columns));
                table = Some(name(head));
            }
            _ => {
                let table =
                    table.as_ref().and_then(|name| schema.tables.get_mut(name)).expect("follows a table");
                match word {
                    "ix" | "ux" => table.indexes.push(index(rest, word == "ux")),
                    _ => table.constraints.push(constraint(word, rest)),
                }
            }
        }
    }
    schema
}

pub(super) fn column(text: &str) -> Column {
    let (text, generated) = text.split_once(" as ").map_or((text, None), |(text, sql)| (text, Some(sql)));
    let (text, default) = text.split_once(" default ").map_or((text, None), |(text, sql)| (text, Some(sql)));
    let (text, nullable) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    let (column, ty) =
        text.split_once(':').map_or((text, Type::Text), |(column, ty)| (column, Type::Enum(name(ty))));
    Column {
        nullable,
        default: default.map(Expression::new),
        generated: generated
            .map(|sql| Generated { expression: sql.into(), storage: GeneratedStorage::Stored }),
        ..Column::new(column, ty)
    }
}

fn names(text: &str) -> Vec<Name> {
    text.trim_matches(['(', ')']).split(", ").filter(|name| !name.is_empty()).map(Name::from).collect()
}

pub(super) fn constraint(kind: &str, text: &str) -> Constraint {
    let (name, rest) = text.split_once(' ').expect("a constraint has a name");
    let kind = match kind {
        "pk" => ConstraintKind::PrimaryKey(PrimaryKey { columns: names(rest) }),
        "uq" => ConstraintKind::Unique(Unique {
            columns: names(rest),
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
        }),
        "ck" => ConstraintKind::Check(Check { expression: rest.into(), validated: true }),
        "fk" => {
            let (columns, target) = rest.split_once(" -> ").expect("a foreign key has an arrow");
            let (target, referenced) = target.split_once(' ').unwrap_or((target, ""));
            ConstraintKind::ForeignKey(ForeignKey::new(names(columns), self::name(target), names(referenced)))
        }
        other => panic!("{other} is no constraint"),
    };
    Constraint::named(name, kind)
}

pub(super) fn index(text: &str, unique: bool) -> Index {
    let (text, predicate) = text.split_once(" where ").map_or((text, None), |(text, sql)| (text, Some(sql)));
    let (name, key) = text.split_once(' ').expect("an index has a key");
    let key = key.strip_prefix('(').and_then(|key| key.strip_suffix(')')).expect("in parentheses");
    let part = |text: &str| {
        let part = IndexKeyPart::column(Name::new(text));
        if text.contains('(') {
            IndexKeyPart { key: IndexKey::Expression(text.into()), ..part }
        } else {
            part
        }
    };
    Index {
        unique,
        key: key.split(", ").map(part).collect(),
        predicate: predicate.map(Expression::new),
        ..Index::on_columns(name, [])
    }
}

pub(super) fn write(schema: &Schema) -> String {
    let mut out = String::new();
    write_to(&mut out, schema).expect("writing to a string works");
    out
}

fn write_to(out: &mut String, schema: &Schema) -> std::fmt::Result {
    for namespace in &schema.namespaces {
        writeln!(out, "schema {namespace}")?;
    }
    for (name, enum_type) in &schema.enums {
        writeln!(out, "enum {name}: {}", enum_type.values.join(", "))?;
    }
    for (name, table) in &schema.tables {
        let columns: Vec<String> = table.columns.iter().map(column_text).collect();
        writeln!(out, "table {name}: {}", columns.join(", "))?;
        for constraint in &table.constraints {
            let (kind, rest) = match &constraint.kind {
                ConstraintKind::PrimaryKey(key) => ("pk", list(&key.columns)),
                ConstraintKind::Unique(unique) => ("uq", list(&unique.columns)),
                ConstraintKind::Check(check) => ("ck", check.expression.to_string()),
                ConstraintKind::ForeignKey(key) => {
                    let target = format!("{} {}", key.references, list(&key.referenced_columns));
                    ("fk", format!("{} -> {target}", list(&key.columns)))
                }
            };
            let name = constraint.name.as_ref().map_or("-", Name::as_str);
            writeln!(out, "  {kind} {name} {rest}")?;
        }
        for index in &table.indexes {
            let part = |part: &IndexKeyPart| match &part.key {
                IndexKey::Column(column) => column.to_string(),
                IndexKey::Expression(expression) => expression.to_string(),
            };
            let key: Vec<String> = index.key.iter().map(part).collect();
            let word = if index.unique { "ux" } else { "ix" };
            write!(out, "  {word} {} ({})", index.name, key.join(", "))?;
            match &index.predicate {
                Some(predicate) => writeln!(out, " where {predicate}")?,
                None => writeln!(out)?,
            }
        }
    }
    for (name, view) in &schema.views {
        writeln!(out, "view {name}: {}", view.query)?;
    }
    for object in &schema.unmanaged {
        let table = object.table.as_ref().map(ToString::to_string).unwrap_or_default();
        let definition = object.definition.as_deref().unwrap_or("(forgotten)");
        writeln!(out, "{} {} on {table}: {definition}", object.kind, object.name)?;
    }
    Ok(())
}

fn column_text(column: &Column) -> String {
    let mut out = column.name.to_string();
    if let Type::Enum(name) = &column.ty {
        out = format!("{out}:{name}");
    }
    if column.nullable {
        out.push('?');
    }
    if let Some(default) = &column.default {
        out = format!("{out} default {default}");
    }
    if let Some(generated) = &column.generated {
        out = format!("{out} as {}", generated.expression);
    }
    out
}

fn list(names: &[Name]) -> String {
    format!("({})", names.iter().map(Name::as_str).collect::<Vec<_>>().join(", "))
}
