//! Logical types and PostgreSQL's.

pub(crate) mod read;
use retort_core::{backend::BackendError, schema::Type};

use crate::{server::Server, syntax::SYNTAX};

/// The most digits of a second that PostgreSQL keeps.
const MOST_SECOND_DIGITS: u32 = 6;

/// The longest `CHAR` and `VARCHAR`.
const LONGEST_TEXT: u32 = 10_485_760;

/// The most digits of a `NUMERIC` whose precision is given.
const MOST_DIGITS: u32 = 1000;

/// The type as PostgreSQL writes it.
///
/// # Errors
///
/// Fails as unsupported for sizes that PostgreSQL would refuse, or reduce.
pub(crate) fn type_sql(ty: &Type, server: Server) -> Result<String, BackendError> {
    match ty {
        Type::SmallInt
        | Type::Integer
        | Type::BigInt
        | Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Text
        | Type::Date
        | Type::Uuid
        | Type::Json
        | Type::Jsonb => {}
        // It has one type for bytes, and that has no length.
        Type::Binary(_) | Type::VarBinary(_) | Type::Blob => return Ok("BYTEA".to_owned()),
        Type::Numeric { precision, scale } => require_digits(ty, *precision, *scale, server)?,
        Type::Char(size) | Type::VarChar(Some(size)) => {
            require(ty, *size <= LONGEST_TEXT, "it keeps at most 10485760 characters")?;
        }
        Type::VarChar(None) => {}
        Type::Time(digits) | Type::Timestamp(digits) | Type::TimestampTz(digits) => {
            let fits = digits.is_none_or(|digits| digits <= MOST_SECOND_DIGITS);
            require(ty, fits, "it keeps at most 6 digits of a second")?;
        }
        Type::Enum(name) => return Ok(SYNTAX.quote_qualified(name)),
        Type::Array(element) => return Ok(format!("{}[]", type_sql(element, server)?)),
        // What has labels is one of MySQL's. Others may be a user's.
        Type::Native(text) if has_labels(text) => {
            return Err(BackendError::unsupported(format!(
                "PostgreSQL has no type `{text}`: use CREATE TYPE"
            )));
        }
        Type::Native(text) => return Ok(text.clone()),
    }
    Ok(ty.to_string())
}

/// Whether a type is `ENUM('…')` or `SET('…')`.
fn has_labels(text: &str) -> bool {
    let word = text.split('(').next().unwrap_or_default().trim_end();
    text.ends_with("')") && ["enum", "set"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn require_digits(
    ty: &Type,
    precision: Option<u32>,
    scale: Option<i32>,
    server: Server,
) -> Result<(), BackendError> {
    let (Some(precision), scale) = (precision, scale.unwrap_or_default()) else {
        return Ok(());
    };
    require(ty, (1..=MOST_DIGITS).contains(&precision), "a NUMERIC has between 1 and 1000 digits")?;
    if server.is_at_least(15) {
        require(ty, (-1000..=1000).contains(&scale), "the scale is between -1000 and 1000")
    } else {
        let fits = u32::try_from(scale).is_ok_and(|scale| scale <= precision);
        require(ty, fits, "before 15 the scale is between 0 and the precision")
    }
}

fn require(ty: &Type, fits: bool, limit: &str) -> Result<(), BackendError> {
    if fits { Ok(()) } else { Err(BackendError::unsupported(format!("PostgreSQL has no `{ty}`: {limit}"))) }
}
