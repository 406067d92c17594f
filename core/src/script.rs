//! Revision scripts: text ⇄ header, sections and operations.
