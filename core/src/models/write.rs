//! placeholder
use super::Places;
