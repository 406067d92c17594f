//! What every backend's SQL has in common: lexing, splitting, quoting.
