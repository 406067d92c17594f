//! What a backend can do, as data.

use std::fmt;

/// What a backend can do. Planning refuses what it cannot, with the file and
/// line, before anything runs.
///
/// Exhaustive on purpose: a new field breaks every backend at compile time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Schema changes can be rolled back.
    pub transactional_ddl: bool,
    /// Definitions are kept as text, and what a statement makes of the text is
    /// known only by reading it.
    pub verbatim_definitions: bool,
    /// Connecting creates a missing database.
    pub creates_database: bool,
    /// Tables live in namespaces. Without them, namespaces become prefixes.
    pub namespaces: bool,
    /// Enum types are objects of their own.
    pub enum_types: bool,
    /// A label added to an enum type can be used in the same transaction.
    pub enum_values_usable_at_once: bool,
    /// A change of type that names no collation leaves the column its own.
    /// Without that, the column gets the default one.
    pub type_change_keeps_collation: bool,
    /// Primary keys have names.
    pub primary_key_names: bool,
    /// A unique constraint and a unique index are different things. Without
    /// that, introspection reports unique constraints.
    pub unique_index_is_no_constraint: bool,
    /// Foreign keys can be deferred.
    pub deferrable_foreign_keys: bool,
    /// Primary keys and unique constraints can be deferred.
    pub deferrable_unique: bool,
    /// Foreign keys can demand that all columns are NULL or none.
    pub match_full: bool,
    /// Constraints can be added without checking the rows that are there.
    pub not_valid: bool,
    /// Indexes can cover only some rows.
    pub partial_indexes: bool,
    /// Indexes can be on expressions.
    pub expression_indexes: bool,
    /// Indexes can store columns outside the key.
    pub index_include: bool,
    /// Indexes have access methods other than the default one.
    pub index_methods: bool,
    /// Index keys can say where NULLs sort.
    pub index_nulls_order: bool,
    /// Index keys have operator classes.
    pub operator_classes: bool,
    /// Unique constraints can treat NULLs as equal.
    pub nulls_not_distinct: bool,
    /// Generated columns can be stored in the row.
    pub generated_stored: bool,
    /// Generated columns can be computed when read.
    pub generated_virtual: bool,
    /// `GENERATED ALWAYS AS IDENTITY` refuses values given by an INSERT.
    pub identity_always: bool,
    /// Identity columns take sequence options.
    pub sequence_options: bool,
    /// Columns can hold arrays.
    pub arrays: bool,
}

impl Capabilities {
    /// Those of a backend that has whatever any backend has: what is planned or
    /// compared for it is limited by nothing.
    pub const EVERYTHING: Self = Self {
        transactional_ddl: true,
        verbatim_definitions: false,
        creates_database: true,
        namespaces: true,
        enum_types: true,
        enum_values_usable_at_once: true,
        type_change_keeps_collation: false,
        primary_key_names: true,
        unique_index_is_no_constraint: true,
        deferrable_foreign_keys: true,
        deferrable_unique: true,
        match_full: true,
        not_valid: true,
        partial_indexes: true,
        expression_indexes: true,
        index_include: true,
        index_methods: true,
        index_nulls_order: true,
        operator_classes: true,
        nulls_not_distinct: true,
        generated_stored: true,
        generated_virtual: true,
        identity_always: true,
        sequence_options: true,
        arrays: true,
    };
}

/// A feature that an operation needs and a backend may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// See [`Capabilities::namespaces`].
    Namespaces,
    /// See [`Capabilities::deferrable_foreign_keys`].
    DeferrableForeignKey,
    /// See [`Capabilities::deferrable_unique`].
    DeferrableUnique,
    /// See [`Capabilities::match_full`].
    MatchFull,
    /// See [`Capabilities::not_valid`].
    NotValid,
    /// See [`Capabilities::partial_indexes`].
    PartialIndex,
    /// See [`Capabilities::expression_indexes`].
    ExpressionIndex,
    /// See [`Capabilities::index_include`].
    IndexInclude,
    /// See [`Capabilities::index_methods`].
    IndexMethod,
    /// See [`Capabilities::index_nulls_order`].
    IndexNullsOrder,
    /// See [`Capabilities::operator_classes`].
    OperatorClass,
    /// See [`Capabilities::nulls_not_distinct`].
    NullsNotDistinct,
    /// See [`Capabilities::generated_stored`].
    GeneratedStored,
    /// See [`Capabilities::generated_virtual`].
    GeneratedVirtual,
    /// See [`Capabilities::identity_always`].
    IdentityAlways,
    /// See [`Capabilities::sequence_options`].
    SequenceOptions,
    /// See [`Capabilities::arrays`].
    Array,
}

impl Capabilities {
    /// Whether the backend has the feature.
    pub fn has(&self, feature: Feature) -> bool {
        match feature {
            Feature::Namespaces => self.namespaces,
            Feature::DeferrableForeignKey => self.deferrable_foreign_keys,
            Feature::DeferrableUnique => self.deferrable_unique,
            Feature::MatchFull => self.match_full,
            Feature::NotValid => self.not_valid,
            Feature::PartialIndex => self.partial_indexes,
            Feature::ExpressionIndex => self.expression_indexes,
            Feature::IndexInclude => self.index_include,
            Feature::IndexMethod => self.index_methods,
            Feature::IndexNullsOrder => self.index_nulls_order,
            Feature::OperatorClass => self.operator_classes,
            Feature::NullsNotDistinct => self.nulls_not_distinct,
            Feature::GeneratedStored => self.generated_stored,
            Feature::GeneratedVirtual => self.generated_virtual,
            Feature::IdentityAlways => self.identity_always,
            Feature::SequenceOptions => self.sequence_options,
            Feature::Array => self.arrays,
        }
    }
}

impl fmt::Display for Feature {
    /// Writes the feature as the thing that is missing: `partial indexes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Namespaces => "namespaces that can be renamed",
            Self::DeferrableForeignKey => "deferrable foreign keys",
            Self::DeferrableUnique => "deferrable primary keys and unique constraints",
            Self::MatchFull => "MATCH FULL",
            Self::NotValid => "NOT VALID",
            Self::PartialIndex => "partial indexes",
            Self::ExpressionIndex => "indexes on expressions",
            Self::IndexInclude => "INCLUDE columns in indexes",
            Self::IndexMethod => "index access methods",
            Self::IndexNullsOrder => "NULLS FIRST and NULLS LAST in indexes",
            Self::OperatorClass => "operator classes",
            Self::NullsNotDistinct => "NULLS NOT DISTINCT",
            Self::GeneratedStored => "stored generated columns",
            Self::GeneratedVirtual => "virtual generated columns",
            Self::IdentityAlways => "GENERATED ALWAYS AS IDENTITY",
            Self::SequenceOptions => "sequence options of identity columns",
            Self::Array => "array types",
        })
    }
}
