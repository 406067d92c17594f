//! What PostgreSQL fills in where the options of a sequence are left out.

use retort_core::schema::{SequenceOptions, Type};

/// The values that the type of a sequence has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SequenceRange {
    min: i64,
    max: i64,
}

impl SequenceRange {
    /// The values of the type of an identity column. One of another type is
    /// refused by the server.
    pub(crate) fn of_type(ty: &Type) -> Self {
        match ty {
            Type::SmallInt => Self { min: i64::from(i16::MIN), max: i64::from(i16::MAX) },
            Type::Integer => Self { min: i64::from(i32::MIN), max: i64::from(i32::MAX) },
            _ => Self { min: i64::MIN, max: i64::MAX },
        }
    }

    /// The values of the type that the catalog names.
    pub(crate) fn of_type_name(name: &str) -> Self {
        match name {
            "smallint" => Self::of_type(&Type::SmallInt),
            "integer" => Self::of_type(&Type::Integer),
            _ => Self::of_type(&Type::BigInt),
        }
    }
}

/// The options without those that say what the server does anyway.
pub(crate) fn without_defaults(options: &SequenceOptions, range: SequenceRange) -> SequenceOptions {
    let descends = options.increment.is_some_and(|increment| increment < 0);
    let usual_min = if descends { range.min } else { 1 };
    let usual_max = if descends { -1 } else { range.max };
    let first = match descends {
        true => options.max.unwrap_or(usual_max),
        false => options.min.unwrap_or(usual_min),
    };
    SequenceOptions {
        start: options.start.filter(|start| *start != first),
        increment: options.increment.filter(|increment| *increment != 1),
        min: options.min.filter(|min| *min != usual_min),
        max: options.max.filter(|max| *max != usual_max),
        cache: options.cache.filter(|cache| *cache != 1),
        cycle: options.cycle,
    }
}
