//! Revision scripts: text ⇄ header, sections and operations.

pub mod portable;
