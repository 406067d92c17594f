//! Statements under `@only`, as far as the backend says what they define.

use std::collections::BTreeSet;

use super::Assembler;
use crate::{
    backend::Effect,
    models::{
        outline::Outline,
        place::{ModelObject, Spot},
    },
    plan::identifiers,
    schema::{QualifiedName, Schema},
};

/// A statement of the backend's own.
pub(super) struct Native<'a> {
    pub(super) sql: &'a str,
    pub(super) spot: Spot,
    pub(super) outline: Option<&'a Outline>,
}

impl Assembler<'_> {
    /// Applies those statements that the backend understands by now, and keeps
    /// the others.
    pub(super) fn interpret(&mut self, pending: &mut Vec<Native<'_>>) {
        loop {
            let before = pending.len();
            self.editor.forget();
            pending.retain(|native| !self.interpret_one(native));
            if pending.is_empty() || pending.len() == before {
                break;
            }
        }
    }

    /// What nobody understands must not be passed over: what it defines would
    /// seem to be dropped.
    pub(super) fn refuse_unknown(&mut self, pending: Vec<Native<'_>>) {
        for native in pending {
            let backend = self.backend.name();
            let message = format!("what the statement defines on {backend} is not known");
            let hint = "what it is about may be missing or defined otherwise; what models cannot hold belongs \
                        in a revision";
            self.fail(&native.spot, message, Some(hint.to_owned()));
        }
    }

    fn interpret_one(&mut self, native: &Native<'_>) -> bool {
        // What is not mentioned cannot matter, and there may be much of it.
        let words = identifiers(native.sql, self.backend.syntax());
        let mut part = self.take_mentioned(&words);
        let before = part.clone();
        let effect = self.backend.interpret(native.sql, &mut part);
        if effect == Effect::Unknown {
            self.put_back(before);
            return self.interpret_whole(native);
        }
        let is_sound = self.note(native, &before, &part);
        self.put_back(if is_sound { part } else { before });
        true
    }

    /// Interprets with all that is known: a name may be spelled in a way that
    /// hides it.
    fn interpret_whole(&mut self, native: &Native<'_>) -> bool {
        let before = self.schema.clone();
        let mut after = before.clone();
        if self.backend.interpret(native.sql, &mut after) == Effect::Unknown {
            return false;
        }
        if self.note(native, &before, &after) {
            self.schema = after;
        }
        true
    }

    /// Takes the tables and views of these names out of the schema, with
    /// whatever is not many.
    fn take_mentioned(&mut self, words: &BTreeSet<String>) -> Schema {
        let is_mentioned = |name: &QualifiedName| words.contains(&name.name.as_str().to_lowercase());
        Schema {
            namespaces: self.schema.namespaces.clone(),
            enums: self.schema.enums.clone(),
            tables: self.schema.tables.extract_if(|name, _| is_mentioned(name)),
            views: self.schema.views.extract_if(.., |name, _| is_mentioned(name)).collect(),
            unmanaged: std::mem::take(&mut self.schema.unmanaged),
        }
    }

    fn put_back(&mut self, part: Schema) {
        self.schema.namespaces = part.namespaces;
        self.schema.enums = part.enums;
        self.schema.tables.extend(part.tables);
        self.schema.views.extend(part.views);
        self.schema.unmanaged = part.unmanaged;
    }

    /// Notes what a statement defined, and refuses what defines nothing or
    /// takes something away: then it returns false.
    fn note(&mut self, native: &Native<'_>, before: &Schema, after: &Schema) -> bool {
        let is_gone =
            |name: &QualifiedName| !after.tables.contains_key(name) && !after.views.contains_key(name);
        if before.tables.keys().chain(before.views.keys()).any(is_gone) {
            let hint = "give the definition its new name, and write `-- @renamed-from old_name` above it";
            let message = "a model says what there is, not what became of it";
            self.fail(&native.spot, message, Some(hint.to_owned()));
            return false;
        }
        if before == after {
            self.refuse_idle(native, before);
            return false;
        }
        for (name, enum_type) in &after.enums {
            if !before.enums.contains_key(name) {
                self.define(ModelObject::Enum(enum_type.name.clone()), &native.spot);
            }
        }
        for (name, table) in &after.tables {
            let earlier = before.tables.get(name);
            if earlier.is_none() {
                self.native.insert(name.clone());
                if self.define(ModelObject::Table(name.clone()), &native.spot) {
                    self.define_columns(table, &native.spot, native.outline);
                }
            }
            for index in &table.indexes {
                if earlier.is_none_or(|earlier| earlier.index(&index.name).is_none()) {
                    self.define(ModelObject::Index(name.clone(), index.name.clone()), &native.spot);
                }
            }
        }
        for name in after.views.keys().filter(|name| !before.views.contains_key(*name)) {
            self.native.insert(name.clone());
            self.define(ModelObject::View(name.clone()), &native.spot);
        }
        true
    }

    /// Refuses a statement that changes nothing.
    fn refuse_idle(&mut self, native: &Native<'_>, schema: &Schema) {
        let named = native.outline.map(|outline| &outline.name);
        let same = |name: &&QualifiedName| {
            let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
            named.is_some_and(|named| same(named.name.as_str(), name.name.as_str()))
        };
        match schema.tables.keys().find(same) {
            Some(table) => {
                self.define(ModelObject::Table(table.clone()), &native.spot);
            }
            None => {
                let message = "the statement defines nothing, or what is defined already";
                let hint = "what models cannot hold, such as rights and settings, belongs in a revision";
                self.fail(&native.spot, message, Some(hint.to_owned()));
            }
        }
    }
}
