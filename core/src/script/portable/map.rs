//! From names as written to names on the backend.

use super::{
    NamespaceMap, Reader,
    names::{quote_qualified, split_qualified},
    types::{for_each_type, named_type},
};
use crate::{
    operation::{CommentTarget, Operation},
    schema::{ConstraintKind, Index, QualifiedName, Type},
};

impl Reader<'_> {
    /// Maps the namespaces in operations, and tells enum types from others as
    /// far as the text itself says which there are.
    pub(super) fn map(&self, mut operations: Vec<Operation>) -> Vec<Operation> {
        for operation in &mut operations {
            for_each_type(operation, &mut |ty| self.map_type(ty));
            self.map_operation(operation);
        }
        operations
    }

    fn map_type(&self, ty: &mut Type) {
        match ty {
            Type::Array(element) => self.map_type(element),
            Type::Enum(name) => self.map_name(name),
            Type::Native(text) => {
                let Some((name, rest)) = split_qualified(text) else { return };
                if rest.is_empty() && self.known.enums.contains(&name) {
                    *ty = Type::Enum(self.names.apply(&name));
                } else if self.names.prefix(name.namespace.as_ref()).is_some() && !self.hides(&name) {
                    *text = format!("{}{rest}", quote_qualified(&self.names.apply(&name)));
                }
            }
            Type::SmallInt
            | Type::Integer
            | Type::BigInt
            | Type::Boolean
            | Type::Real
            | Type::Double
            | Type::Numeric { .. }
            | Type::Char(_)
            | Type::VarChar(_)
            | Type::Text
            | Type::Binary(_)
            | Type::VarBinary(_)
            | Type::Blob
            | Type::Date
            | Type::Time(_)
            | Type::Timestamp(_)
            | Type::TimestampTz(_)
            | Type::Uuid
            | Type::Json
            | Type::Jsonb => {}
        }
    }

    /// Whether the type would become one that every backend knows if its
    /// namespace were left out: `public.text` is a type of the user's.
    fn hides(&self, name: &QualifiedName) -> bool {
        let is_known = |name: &str| !matches!(named_type(name, None), Ok(None));
        matches!(self.names, NamespaceMap::Relative { .. }) && is_known(name.name.as_str())
    }

    fn map_name(&self, name: &mut QualifiedName) {
        *name = self.names.apply(name);
    }

    fn map_constraint(&self, kind: &mut ConstraintKind) {
        match kind {
            ConstraintKind::ForeignKey(key) => self.map_name(&mut key.references),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => {}
        }
    }

    /// An index lives in the namespace of its table, so that its name changes
    /// with the table's.
    fn map_index(&self, table: &QualifiedName, index: &mut Index) {
        index.name = self.names.apply_within(table.namespace.as_ref(), &index.name);
    }

    fn map_operation(&self, operation: &mut Operation) {
        match operation {
            Operation::CreateEnum { enum_type } => self.map_name(&mut enum_type.name),
            Operation::CreateTable { table, .. } => {
                for constraint in &mut table.constraints {
                    self.map_constraint(&mut constraint.kind);
                }
                for index in &mut table.indexes {
                    self.map_index(&table.name, index);
                }
                self.map_name(&mut table.name);
            }
            Operation::CreateView { view, .. } => self.map_name(&mut view.name),
            Operation::AddConstraint { table, constraint } => {
                self.map_constraint(&mut constraint.kind);
                self.map_name(table);
            }
            Operation::CreateIndex { table, index, .. } => {
                self.map_index(table, index);
                self.map_name(table);
            }
            Operation::RenameEnum { from, to }
            | Operation::RenameTable { from, to }
            | Operation::RenameIndex { from, to }
            | Operation::RenameView { from, to } => {
                *to = self.names.apply_within(from.namespace.as_ref(), to);
                self.map_name(from);
            }
            Operation::DropEnum { name, .. }
            | Operation::AddEnumValue { name, .. }
            | Operation::RenameEnumValue { name, .. }
            | Operation::DropEnumValue { name, .. }
            | Operation::DropTable { name, .. }
            | Operation::DropIndex { name, .. }
            | Operation::DropView { name, .. } => self.map_name(name),
            Operation::SetTableComment { table, .. }
            | Operation::AddColumn { table, .. }
            | Operation::DropColumn { table, .. }
            | Operation::RenameColumn { table, .. }
            | Operation::AlterColumn { table, .. }
            | Operation::DropConstraint { table, .. }
            | Operation::RenameConstraint { table, .. }
            | Operation::ValidateConstraint { table, .. } => self.map_name(table),
            Operation::SetComment { on: CommentTarget::View(name) | CommentTarget::Enum(name), .. } => {
                self.map_name(name);
            }
            // Namespaces themselves stay: the planner leaves them out where a
            // backend has none. Raw text has been mapped as text.
            Operation::CreateNamespace { .. }
            | Operation::DropNamespace { .. }
            | Operation::RenameNamespace { .. }
            | Operation::Dml { .. }
            | Operation::Raw { .. } => {}
        }
    }
}
