//! What becomes of the constraints and indexes of a table.

use retort_core::{
    backend::BackendError,
    schema::{Constraint, ConstraintKind, Expression, Index, IndexKey, Name, Table},
};

use super::{Clauses, Writer};
use crate::{
    render::{constraint, index, keys, quote, quote_all, refuse, translate::mentions_column},
    server::Flavor,
};

impl Writer<'_> {
    /// Fails if a foreign key would no longer find the key that it references.
    pub(super) fn require_keys(&self) -> Result<(), BackendError> {
        let [_, renamed, now] = self.segment.tables()?;
        for (from, foreign_key, key) in self.segment.now.foreign_keys_to(&now.name) {
            let columns = constraint::referenced_columns(key, now, &self.segment.now)?;
            if keys::is_key(renamed, columns) && !keys::is_key(now, columns) {
                return Err(BackendError::unsupported(format!(
                    "{} of table `{}` needs a key of table `{}` with the same columns in the same order",
                    constraint::describe(foreign_key),
                    from.name,
                    now.name
                )));
            }
        }
        Ok(())
    }

    /// Whether a key goes that a foreign key may have referenced.
    pub(super) fn drops_a_key(&self) -> Result<bool, BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        let unnamed = |constraint: &Constraint| Constraint { name: None, ..constraint.clone() };
        let kept: Vec<Constraint> = now.constraints.iter().map(unnamed).collect();
        let is_key = |constraint: &Constraint| {
            matches!(constraint.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_))
        };
        let lost =
            renamed.constraints.iter().filter(|old| is_key(old)).any(|old| !kept.contains(&unnamed(old)));
        Ok(lost || start.indexes.iter().any(|index| index.unique && now.index(&index.name).is_none()))
    }

    pub(super) fn write_constraints(&self, clauses: &mut Clauses) -> Result<(), BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        let mut kept: Vec<&Constraint> = Vec::new();
        for (old, renamed) in start.constraints.iter().zip(&renamed.constraints) {
            let Some(new) = self.constraint_now(old, now) else {
                let is_own = old.kind.references() == Some(&start.name);
                let drops = if is_own { &mut clauses.drop_own_foreign_keys } else { &mut clauses.drop_keys };
                drops.push(constraint::drop_clause(old)?);
                continue;
            };
            kept.push(new);
            self.require_whole_values(new)?;
            let is_stale =
                self.server.flavor == Flavor::MySql && matches!(old.kind, ConstraintKind::Check(_));
            let as_it_is = renamed.kind == new.kind
                && !(is_stale && old.kind != renamed.kind)
                && !self.is_on_converted(old);
            let has_other_name = old.name != new.name;
            match (&new.kind, &old.name, &new.name) {
                // Its name is PRIMARY, whatever it is called.
                (ConstraintKind::PrimaryKey(_), _, _) if as_it_is => {}
                (ConstraintKind::Unique(_), Some(from), Some(to)) if as_it_is && has_other_name => {
                    clauses.drop_keys.push(format!("RENAME INDEX {} TO {}", quote(from), quote(to)));
                }
                _ if as_it_is && !has_other_name => {}
                _ => {
                    clauses.drop_keys.push(constraint::drop_clause(old)?);
                    let adds = if self.segment.in_place { &mut clauses.later } else { &mut clauses.add_keys };
                    adds.push(self.add_constraint(new)?);
                }
            }
        }
        for added in &now.constraints {
            if !kept.iter().any(|kept| std::ptr::eq(*kept, added)) {
                refuse::added_constraint(added, now, &self.segment.now, self.server)?;
                refuse::taken_name(added, now, self.before, self.server)?;
                clauses.add_keys.push(self.add_constraint(added)?);
            }
        }
        Ok(())
    }

    /// Fails if a column becomes one that a key of it cannot hold. MariaDB would
    /// make the key another one.
    fn require_whole_values(&self, kept: &Constraint) -> Result<(), BackendError> {
        let [_, renamed, now] = self.segment.tables()?;
        let (ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_)) = &kept.kind else { return Ok(()) };
        let ty = |table: &Table, column: &Name| table.column(column).map(|column| column.ty.clone());
        let changed = kept.columns().iter().filter(|column| ty(renamed, column) != ty(now, column));
        let changed: Vec<Name> = changed.cloned().collect();
        index::key_columns(&changed, &constraint::describe(kept), self.site()?).map(drop)
    }

    fn add_constraint(&self, added: &Constraint) -> Result<String, BackendError> {
        Ok(format!("ADD {}", constraint::clause(added, &self.segment.now, self.site()?)?))
    }

    /// What has become of a constraint.
    fn constraint_now<'t>(&self, old: &Constraint, now: &'t Table) -> Option<&'t Constraint> {
        match &old.name {
            Some(name) => {
                let (current, _) = self.segment.constraints.iter().find(|(_, original)| *original == name)?;
                now.constraint(current)
            }
            // Only a primary key is without a name.
            None => now.constraints.iter().find(|constraint| {
                constraint.name.is_none()
                    && std::mem::discriminant(&constraint.kind) == std::mem::discriminant(&old.kind)
            }),
        }
    }

    fn is_on_converted(&self, constraint: &Constraint) -> bool {
        let Some(conversion) = &self.segment.conversion else { return false };
        match &constraint.kind {
            ConstraintKind::Check(check) => mentions_column(&check.expression, &conversion.column),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
                constraint.columns().contains(&conversion.column)
            }
        }
    }

    pub(super) fn write_indexes(&self, clauses: &mut Clauses) -> Result<(), BackendError> {
        let [start, renamed, now] = self.segment.tables()?;
        for (old, renamed) in start.indexes.iter().zip(&renamed.indexes) {
            let current = self.segment.indexes.iter().find(|(_, original)| **original == old.name);
            let Some(new) = current.and_then(|(name, _)| now.index(name)) else {
                clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
                continue;
            };
            let same = Index { name: new.name.clone(), ..renamed.clone() } == *new
                // The server would cut what it holds of a column, or refuse to.
                && !index::holds_otherwise(old, start, new, now);
            let as_it_is =
                same && expressions(old).eq(expressions(renamed)) && !self.is_index_on_converted(old);
            if !as_it_is {
                if self.segment.in_place {
                    return Err(self.in_the_way(&format!("index `{}`", old.name)));
                }
                clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
                clauses.add_keys.push(format!("ADD {}", index::clause(new, self.site()?)?));
            } else if old.name != new.name {
                clauses.drop_keys.push(format!("RENAME INDEX {} TO {}", quote(&old.name), quote(&new.name)));
            }
        }
        for added in now.indexes.iter().filter(|index| !self.segment.indexes.contains_key(&index.name)) {
            clauses.add_keys.push(format!("ADD {}", index::clause(added, self.site()?)?));
        }
        Ok(())
    }

    /// The failure to give a column in a foreign key another name.
    pub(super) fn in_the_way(&self, what: &str) -> BackendError {
        BackendError::unsupported(format!(
            "{} cannot rename a column that is in a foreign key while {what} mentions it: drop that first, and add \
             it again after",
            self.server.flavor
        ))
    }

    fn is_index_on_converted(&self, index: &Index) -> bool {
        let Some(conversion) = &self.segment.conversion else { return false };
        index.has_column(&conversion.column)
            || expressions(index).any(|expression| mentions_column(expression, &conversion.column))
    }

    /// Leaves the indexes that exist for foreign keys only as the model implies
    /// them.
    pub(super) fn write_implicit_indexes(&self, clauses: &mut Clauses) {
        let Ok([_, renamed, now]) = self.segment.tables() else { return };
        let (before, mut after) = (keys::implicit(renamed, self.server), keys::implicit(now, self.server));
        let is_added = |name: &Name| now.constraint(name).is_some() && self.is_added(name);
        let add = |index: &keys::Implicit| {
            format!("ADD INDEX {} {}", quote(&index.name), quote_all(&index.columns))
        };
        // The server names the index like the last of the foreign keys with the
        // same columns.
        let has_added_twin = |index: &keys::Implicit| {
            keys::foreign_keys(now).any(|(constraint, key)| {
                key.columns == index.columns
                    && constraint.name.as_ref().is_some_and(|name| *name != index.name && is_added(name))
            })
        };
        for old in &before {
            if let Some(at) = after.iter().position(|new| new == old) {
                if has_added_twin(old) {
                    clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
                    clauses.add_keys.insert(0, add(old));
                }
                after.remove(at);
            } else if let Some(at) = after.iter().position(|new| new.columns == old.columns) {
                let new = after.remove(at);
                clauses.drop_keys.push(format!("RENAME INDEX {} TO {}", quote(&old.name), quote(&new.name)));
            } else {
                clauses.drop_keys.push(format!("DROP INDEX {}", quote(&old.name)));
            }
        }
        for new in &after {
            // For a new foreign key the server sees to it.
            if !is_added(&new.name) || has_added_twin(new) {
                clauses.add_keys.insert(0, add(new));
            }
        }
    }

    /// Whether this segment adds a foreign key of the name, if only under
    /// another name.
    fn is_added(&self, name: &Name) -> bool {
        self.segment.constraints.get(name).is_none_or(|original| original != name)
    }
}

fn expressions(index: &Index) -> impl Iterator<Item = &Expression> {
    index.key.iter().filter_map(|part| match &part.key {
        IndexKey::Column(_) => None,
        IndexKey::Expression(expression) => Some(expression),
    })
}
