//! Where things are defined.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    ops::Range,
    path::PathBuf,
};

use super::statements::ModelStatements;
use crate::{
    schema::{Name, QualifiedName},
    script::Source,
};

/// Something that models define.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelObject {
    /// A namespace.
    Namespace(Name),
    /// An enum type.
    Enum(QualifiedName),
    /// A table.
    Table(QualifiedName),
    /// A column of a table.
    Column(QualifiedName, Name),
    /// A constraint of a table that is written outside of it.
    Constraint(QualifiedName, Name),
    /// An index of a table.
    Index(QualifiedName, Name),
    /// A view.
    View(QualifiedName),
    /// Something that models do not hold.
    Outside(QualifiedName),
    /// The comment on one of these.
    Comment(Box<Self>),
}

impl fmt::Display for ModelObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace(name) => write!(f, "schema `{name}`"),
            Self::Enum(name) => write!(f, "type `{name}`"),
            Self::Table(name) => write!(f, "table `{name}`"),
            Self::Column(table, name) => write!(f, "column `{name}` of table `{table}`"),
            Self::Constraint(table, name) => write!(f, "constraint `{name}` of table `{table}`"),
            Self::Index(table, name) => write!(f, "index `{name}` of table `{table}`"),
            Self::View(name) => write!(f, "view `{name}`"),
            Self::Outside(name) => write!(f, "`{name}`"),
            Self::Comment(on) => write!(f, "comment on {on}"),
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

/// Where each object is defined.
#[derive(Debug, Clone, Default)]
pub struct Places {
    files: Vec<Source>,
    spots: Spots,
}

impl Places {
    /// The place of an object, or of the table that it belongs to.
    pub fn get(&self, object: &ModelObject) -> Option<Place> {
        let Spot { file, span } = self.spots.get(object).or_else(|| self.spots.of_owner(object))?;
        let source = self.files.get(*file)?;
        Some(Place { path: source.path().to_owned(), line: source.position(span.start).line })
    }
}

/// Bytes of one of the files that are being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: usize,
    pub(super) span: Range<usize>,
}

/// Where each object is defined, among the files that are being read.
#[derive(Debug, Clone, Default)]
pub(super) struct Spots {
    /// All but columns.
    objects: BTreeMap<ModelObject, Spot>,
    /// The columns of each table: most objects are columns, and few are asked for.
    columns: BTreeMap<QualifiedName, Vec<(Name, Spot)>>,
}

impl Spots {
    /// Notes a definition other than that of a column.
    ///
    /// # Errors
    ///
    /// Fails with the place of an earlier one.
    pub(super) fn define(&mut self, object: ModelObject, spot: Spot) -> Result<(), Spot> {
        match self.objects.entry(object) {
            Entry::Occupied(earlier) => Err(earlier.get().clone()),
            Entry::Vacant(free) => {
                free.insert(spot);
                Ok(())
            }
        }
    }

    /// Notes the columns of a table.
    pub(super) fn define_columns(&mut self, table: QualifiedName, columns: Vec<(Name, Spot)>) {
        self.columns.insert(table, columns);
    }

    pub(super) fn get(&self, object: &ModelObject) -> Option<&Spot> {
        match object {
            ModelObject::Column(table, name) => {
                let columns = self.columns.get(table)?;
                columns.iter().find(|(column, _)| column == name).map(|(_, spot)| spot)
            }
            ModelObject::Namespace(_)
            | ModelObject::Enum(_)
            | ModelObject::Table(_)
            | ModelObject::Constraint(..)
            | ModelObject::Index(..)
            | ModelObject::View(_)
            | ModelObject::Outside(_)
            | ModelObject::Comment(_) => self.objects.get(object),
        }
    }

    /// Where that is defined which an object belongs to.
    fn of_owner(&self, object: &ModelObject) -> Option<&Spot> {
        match object {
            ModelObject::Column(table, _)
            | ModelObject::Constraint(table, _)
            | ModelObject::Index(table, _) => self.objects.get(&ModelObject::Table(table.clone())),
            ModelObject::Comment(on) => self.get(on).or_else(|| self.of_owner(on)),
            ModelObject::Namespace(_)
            | ModelObject::Enum(_)
            | ModelObject::Table(_)
            | ModelObject::View(_)
            | ModelObject::Outside(_) => None,
        }
    }

    pub(super) fn places(self, files: &[ModelStatements]) -> Places {
        Places { files: files.iter().map(|file| file.source().clone()).collect(), spots: self }
    }
}
