//! Where things are defined.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    ops::Range,
    path::PathBuf,
};

use super::statements::ModelStatements;
use crate::schema::{Name, QualifiedName};

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<ModelObject, Place>);

impl Places {
    /// The place of an object, or of the table that it belongs to.
    pub fn get(&self, object: &ModelObject) -> Option<&Place> {
        self.0.get(object).or_else(|| match object {
            ModelObject::Column(table, _)
            | ModelObject::Constraint(table, _)
            | ModelObject::Index(table, _) => self.0.get(&ModelObject::Table(table.clone())),
            ModelObject::Comment(on) => self.get(on),
            ModelObject::Namespace(_)
            | ModelObject::Enum(_)
            | ModelObject::Table(_)
            | ModelObject::View(_)
            | ModelObject::Outside(_) => None,
        })
    }
}

/// Bytes of one of the files that are being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: usize,
    pub(super) span: Range<usize>,
}

/// Where each object is defined, among the files that are being read.
#[derive(Debug, Default)]
pub(super) struct Spots(BTreeMap<ModelObject, Spot>);

impl Spots {
    /// Notes a definition.
    ///
    /// # Errors
    ///
    /// Fails with the place of an earlier one.
    pub(super) fn define(&mut self, object: ModelObject, spot: Spot) -> Result<(), Spot> {
        match self.0.entry(object) {
            Entry::Occupied(earlier) => Err(earlier.get().clone()),
            Entry::Vacant(free) => {
                free.insert(spot);
                Ok(())
            }
        }
    }

    pub(super) fn get(&self, object: &ModelObject) -> Option<&Spot> {
        self.0.get(object)
    }

    pub(super) fn places(&self, files: &[ModelStatements]) -> Places {
        let place = |spot: &Spot| {
            let source = files[spot.file].source();
            Place { path: source.path().to_owned(), line: source.position(spot.span.start).line }
        };
        Places(self.0.iter().map(|(object, spot)| (object.clone(), place(spot))).collect())
    }
}
