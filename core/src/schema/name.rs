//! Names of schema objects.

use std::fmt;

/// An identifier, already folded: `Foo` in a revision file is the name `foo`,
/// `"Foo"` the name `Foo`. Never quoted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Wraps an identifier that is already folded.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl From<String> for Name {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name within a namespace; no namespace means the backend's default one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedName {
    /// The namespace, if one is named.
    pub namespace: Option<Name>,
    /// The name itself.
    pub name: Name,
}

impl QualifiedName {
    /// A name in the default namespace.
    pub fn unqualified(name: impl Into<Name>) -> Self {
        Self { namespace: None, name: name.into() }
    }

    /// A name in a named namespace.
    pub fn qualified(namespace: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self { namespace: Some(namespace.into()), name: name.into() }
    }

    /// The same namespace with another name.
    #[must_use]
    pub fn with_name(&self, name: impl Into<Name>) -> Self {
        Self { namespace: self.namespace.clone(), name: name.into() }
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}.")?;
        }
        write!(f, "{}", self.name)
    }
}
