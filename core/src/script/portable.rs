//! Stub.
use std::{collections::BTreeMap, ops::Range};

use crate::{
    operation::Operation,
    schema::{NamingConvention, QualifiedName},
};

/// Stub.
#[derive(Debug, Clone)]
pub enum NamespaceMap {
    /// Stub.
    Native,
    /// Stub.
    Prefix {
        /// Stub.
        overrides: BTreeMap<String, String>,
    },
}
/// Stub.
#[derive(Debug, Clone)]
pub struct PortableStatement {
    /// Stub.
    pub span: Range<usize>,
    /// Stub.
    pub operations: Vec<Operation>,
}
/// Stub.
#[derive(Debug, Clone)]
pub struct PortableError {
    /// Stub.
    pub span: Range<usize>,
    /// Stub.
    pub message: String,
    /// Stub.
    pub hint: Option<String>,
}
/// Stub.
pub fn parse(
    _text: &str,
    _names: &NamespaceMap,
    _naming: &NamingConvention,
) -> Result<Vec<PortableStatement>, Vec<PortableError>> {
    Ok(Vec::new())
}
/// Stub.
pub fn resolve_enum_types(_operation: &mut Operation, _is_enum: impl Fn(&QualifiedName) -> bool) {}
/// Stub.
pub fn enum_name(_text: &str) -> Option<QualifiedName> {
    None
}
