//! A schema as text, with everything that is in it.

use retort_core::schema::{
    Check, Column, Constraint, ConstraintKind, Deferrable, ForeignKey, Index, IndexKey, IndexKeyPart, Name,
    PrimaryKey, Schema, SortOrder, Unique,
};

/// What a schema holds, one line a thing.
pub(crate) fn describe(schema: &Schema) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(schema.namespaces.iter().map(|name| format!("namespace {name}")));
    for found in schema.enums.values() {
        lines.push(format!("enum {} {:?}{}", found.name, found.values, comment(found.comment.as_ref())));
    }
    for table in schema.tables.values() {
        lines.push(format!(
            "table {}{}{}",
            table.name,
            options(&table.options),
            comment(table.comment.as_ref())
        ));
        lines.extend(table.columns.iter().map(column));
        lines.extend(table.constraints.iter().map(constraint));
        lines.extend(table.indexes.iter().map(index));
    }
    for view in schema.views.values() {
        let columns =
            if view.columns.is_empty() { String::new() } else { format!(" ({})", list(&view.columns)) };
        lines.push(format!(
            "view {}{columns} {:?}{}",
            view.name,
            view.query.as_str(),
            comment(view.comment.as_ref())
        ));
    }
    for item in &schema.unmanaged {
        let table = item.table.as_ref().map(|table| format!(" of {table}")).unwrap_or_default();
        let definition =
            item.definition.as_ref().map(|text| format!(": {}", one_line(text))).unwrap_or_default();
        lines.push(format!("unmanaged {} {}{table}{definition}", item.kind, item.name));
    }
    lines.join("\n") + "\n"
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn comment(comment: Option<&String>) -> String {
    comment.map(|comment| format!(" -- {comment}")).unwrap_or_default()
}

fn options(options: &std::collections::BTreeMap<String, String>) -> String {
    if options.is_empty() { String::new() } else { format!(" {options:?}") }
}

fn list(names: &[Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn column(column: &Column) -> String {
    let Column { name, ty, nullable, default, identity, generated, collation, comment: text, options: more } =
        column;
    let mut line = format!("  {name} {ty}");
    line.extend((!nullable).then_some(" not null"));
    line.extend(default.as_ref().map(|default| format!(" default {default}")));
    line.extend(
        identity.as_ref().map(|identity| format!(" identity {:?} {:?}", identity.mode, identity.sequence)),
    );
    line.extend(
        generated.as_ref().map(|generated| format!(" as {} {:?}", generated.expression, generated.storage)),
    );
    line.extend(collation.as_ref().map(|collation| format!(" collate {collation}")));
    line + &options(more) + &comment(text.as_ref())
}

fn deferrable(when: Deferrable) -> &'static str {
    match when {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " deferrable",
        Deferrable::InitiallyDeferred => " deferred",
    }
}

fn validated(yes: bool) -> &'static str {
    if yes { "" } else { " not valid" }
}

fn constraint(constraint: &Constraint) -> String {
    let name = constraint.name.as_ref().map(ToString::to_string).unwrap_or_default();
    let rest = match &constraint.kind {
        ConstraintKind::PrimaryKey(PrimaryKey { columns }) => format!("({})", list(columns)),
        ConstraintKind::Unique(Unique { columns, nulls_not_distinct, deferrable: when }) => {
            let nulls = if *nulls_not_distinct { " nulls not distinct" } else { "" };
            format!("({}){nulls}{}", list(columns), deferrable(*when))
        }
        ConstraintKind::Check(Check { expression, validated: checked }) => {
            format!("{expression}{}", validated(*checked))
        }
        ConstraintKind::ForeignKey(key) => {
            let ForeignKey {
                columns,
                references,
                referenced_columns,
                on_delete,
                on_update,
                match_kind,
                deferrable: when,
                validated: checked,
            } = key;
            format!(
                "({}) to {references} ({}) delete {on_delete:?} update {on_update:?} match {match_kind:?}{}{}",
                list(columns),
                list(referenced_columns),
                deferrable(*when),
                validated(*checked)
            )
        }
    };
    format!("  {} {name} {rest}", constraint.kind.noun())
}

fn index(index: &Index) -> String {
    let Index { name, unique, key, predicate, include, method, nulls_not_distinct, options: more } = index;
    let mut line = format!("  {}index {name}", if *unique { "unique " } else { "" });
    line.extend(method.as_ref().map(|method| format!(" using {method}")));
    line.extend([" (", &key.iter().map(part).collect::<Vec<_>>().join(", "), ")"]);
    line.extend((!include.is_empty()).then(|| format!(" include ({})", list(include))));
    line.extend(nulls_not_distinct.then_some(" nulls not distinct"));
    line.extend(predicate.as_ref().map(|predicate| format!(" where {predicate}")));
    line + &options(more)
}

fn part(part: &IndexKeyPart) -> String {
    let IndexKeyPart { key, collation, operator_class, order, nulls, prefix } = part;
    assert_eq!(*prefix, None);
    let mut text = match key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(expression) => format!("({expression})"),
    };
    text.extend(collation.as_ref().map(|collation| format!(" collate {collation}")));
    text.extend(operator_class.as_ref().map(|class| format!(" {class}")));
    text.extend((*order == SortOrder::Descending).then_some(" desc"));
    text.extend(nulls.as_ref().map(|nulls| format!(" nulls {nulls:?}")));
    text
}
