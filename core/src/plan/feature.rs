//! Which features of a backend an operation needs.

use crate::{
    backend::{Backend, Feature},
    operation::{ColumnChange, Operation},
    schema::{
        Column, Constraint, ConstraintKind, Deferrable, Generated, GeneratedStorage, Identity, IdentityMode,
        Index, IndexKey, MatchKind, Name, Type,
    },
};

/// What to say of an operation that needs a feature which the backend lacks:
/// what is missing, and what to write instead.
pub(crate) fn refusal(operation: &Operation, backend: &dyn Backend) -> Option<(String, String)> {
    let capabilities = backend.capabilities();
    let feature = needed_by(operation).into_iter().find(|feature| !capabilities.has(*feature))?;
    let name = backend.name();
    let hint = format!(
        "put the statement under `-- @only` with the backends that have them, and what {name} needs under `-- @only {name}`"
    );
    Some((format!("{name} has no {feature}"), hint))
}

/// What to say of an operation that gives a name which the backend would cut
/// or reject.
pub(crate) fn long_name(operation: &Operation, backend: &dyn Backend) -> Option<(String, String)> {
    let limit = backend.syntax().identifier_limit?;
    let is_long = |(_, name): &(&str, &Name)| !limit.allows(name.as_str());
    let (what, name) = operation.given_names().into_iter().find(is_long)?;
    let backend = backend.name();
    let message = format!("the name of the {what} `{name}` is longer than the {limit} that {backend} keeps");
    Some((message, "a name of at most 63 bytes fits every database".to_owned()))
}

/// What to write instead of operations that the backend cannot carry out.
pub(crate) fn advise_only(operations: &[Operation], backend: &dyn Backend) -> String {
    let name = backend.name();
    let native = operations.iter().flat_map(Operation::types).find_map(|ty| match ty {
        Type::Native(text) => Some(text),
        _ => None,
    });
    match native {
        Some(ty) => format!(
            "write what {name} needs under `-- @only {name}`, or set `\"{ty}\" = \"TEXT\"`, or what fits, in \
             `[types.{name}]`"
        ),
        None => format!("write what {name} needs under `-- @only {name}`"),
    }
}

/// The features that a backend must have for the operation.
fn needed_by(operation: &Operation) -> Vec<Feature> {
    let mut needed = Vec::new();
    match operation {
        Operation::CreateTable { table, .. } => {
            table.columns.iter().for_each(|column| column_needs(column, &mut needed));
            table.constraints.iter().for_each(|constraint| constraint_needs(constraint, &mut needed));
            table.indexes.iter().for_each(|index| index_needs(index, &mut needed));
        }
        Operation::AddColumn { column, .. } => column_needs(column, &mut needed),
        Operation::AlterColumn { change, .. } => match change {
            ColumnChange::Type { ty, .. } => type_needs(ty, &mut needed),
            ColumnChange::Identity(Some(identity)) => identity_needs(identity, &mut needed),
            ColumnChange::Generated(Some(generated)) => generated_needs(generated, &mut needed),
            ColumnChange::Identity(None)
            | ColumnChange::Generated(None)
            | ColumnChange::Nullable(_)
            | ColumnChange::Default(_)
            | ColumnChange::Comment(_) => {}
        },
        Operation::AddConstraint { constraint, .. } => constraint_needs(constraint, &mut needed),
        Operation::CreateIndex { index, .. } => index_needs(index, &mut needed),
        // Without namespaces their names are prefixes of tables, each of which
        // would have to be renamed.
        Operation::RenameNamespace { .. } => needed.push(Feature::Namespaces),
        Operation::CreateNamespace { .. }
        | Operation::DropNamespace { .. }
        | Operation::CreateEnum { .. }
        | Operation::DropEnum { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::DropEnumValue { .. }
        | Operation::DropTable { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::CreateView { .. }
        | Operation::DropView { .. }
        | Operation::RenameView { .. }
        | Operation::SetComment { .. }
        | Operation::Dml { .. }
        | Operation::Raw { .. } => {}
    }
    needed
}

fn column_needs(column: &Column, needed: &mut Vec<Feature>) {
    type_needs(&column.ty, needed);
    if let Some(identity) = &column.identity {
        identity_needs(identity, needed);
    }
    if let Some(generated) = &column.generated {
        generated_needs(generated, needed);
    }
}

fn type_needs(ty: &Type, needed: &mut Vec<Feature>) {
    if let Type::Array(_) = ty {
        needed.push(Feature::Array);
    }
}

fn identity_needs(identity: &Identity, needed: &mut Vec<Feature>) {
    if identity.mode == IdentityMode::Always {
        needed.push(Feature::IdentityAlways);
    }
    if !identity.sequence.is_default() {
        needed.push(Feature::SequenceOptions);
    }
}

fn generated_needs(generated: &Generated, needed: &mut Vec<Feature>) {
    needed.push(match generated.storage {
        GeneratedStorage::Stored => Feature::GeneratedStored,
        GeneratedStorage::Virtual => Feature::GeneratedVirtual,
    });
}

fn constraint_needs(constraint: &Constraint, needed: &mut Vec<Feature>) {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => {}
        ConstraintKind::Unique(unique) => {
            if unique.nulls_not_distinct {
                needed.push(Feature::NullsNotDistinct);
            }
            if unique.deferrable != Deferrable::No {
                needed.push(Feature::DeferrableUnique);
            }
        }
        ConstraintKind::ForeignKey(key) => {
            if key.match_kind == MatchKind::Full && key.columns.len() > 1 {
                needed.push(Feature::MatchFull);
            }
            if key.deferrable != Deferrable::No {
                needed.push(Feature::DeferrableForeignKey);
            }
            if !key.validated {
                needed.push(Feature::NotValid);
            }
        }
        ConstraintKind::Check(check) => {
            if !check.validated {
                needed.push(Feature::NotValid);
            }
        }
    }
}

fn index_needs(index: &Index, needed: &mut Vec<Feature>) {
    if index.predicate.is_some() {
        needed.push(Feature::PartialIndex);
    }
    if !index.include.is_empty() {
        needed.push(Feature::IndexInclude);
    }
    // B-tree is what every backend builds when nothing is said.
    if index.method.as_ref().is_some_and(|method| method.as_str() != "btree") {
        needed.push(Feature::IndexMethod);
    }
    if index.unique && index.nulls_not_distinct {
        needed.push(Feature::NullsNotDistinct);
    }
    for part in &index.key {
        if let IndexKey::Expression(_) = part.key {
            needed.push(Feature::ExpressionIndex);
        }
        if part.nulls.is_some() {
            needed.push(Feature::IndexNullsOrder);
        }
        if part.operator_class.is_some() {
            needed.push(Feature::OperatorClass);
        }
    }
}
