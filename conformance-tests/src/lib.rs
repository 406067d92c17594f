//! The suite that every backend of Retort must pass.
