//! Which tables and views of a database a command looks at.

use retort_core::schema::{ConstraintKind, QualifiedName, Schema};

/// Patterns for the names of tables and views: `*` stands for any text, `?` for
/// any one character. One with a dot is about the name with its namespace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Selection {
    /// Takes what `include` has, or everything, without what `exclude` has.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Self {
        Self { include: include.to_vec(), exclude: exclude.to_vec() }
    }

    /// Whether something of the name is taken.
    pub(crate) fn has(&self, name: &QualifiedName) -> bool {
        let has = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, name));
        (self.include.is_empty() || has(&self.include)) && !has(&self.exclude)
    }

    /// Leaves out of the schema what is not taken, and what cannot be without
    /// it. Says what the latter is.
    pub(crate) fn apply(&self, schema: &mut Schema) -> Vec<String> {
        let gone = self.left_out(schema);
        Self::remove(schema, gone)
    }

    /// The tables and views that are not taken.
    pub(crate) fn left_out(&self, schema: &Schema) -> Vec<QualifiedName> {
        let names = schema.tables.keys().chain(schema.views.keys());
        names.filter(|name| !self.has(name)).cloned().collect()
    }

    /// Removes these tables and views, and what cannot be without them.
    pub(crate) fn remove(schema: &mut Schema, mut gone: Vec<QualifiedName>) -> Vec<String> {
        let mut notes = Vec::new();
        schema.tables.retain(|name, _| !gone.contains(name));
        schema.views.retain(|name, _| !gone.contains(name));
        if gone.is_empty() {
            return notes;
        }
        for table in schema.tables.values_mut() {
            let name = &table.name;
            let is_left = |constraint: &retort_core::schema::Constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => !gone.contains(&key.references),
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => true,
            };
            let count = table.constraints.len();
            table.constraints.retain(is_left);
            if table.constraints.len() < count {
                // The text that a database keeps still has them.
                table.stored = None;
                notes.push(format!("foreign keys of {name} to tables that are left out"));
            }
        }
        loop {
            let reads_gone = |view: &&retort_core::schema::View| gone.iter().any(|name| view.reads(name));
            let Some(view) = schema.views.values().find(reads_gone).map(|view| view.name.clone()) else {
                break;
            };
            schema.views.remove(&view);
            notes.push(format!("view {view}, which reads from what is left out"));
            gone.push(view);
        }
        schema.unmanaged.retain(|object| object.table.as_ref().is_none_or(|table| !gone.contains(table)));
        notes
    }
}

fn matches(pattern: &str, name: &QualifiedName) -> bool {
    match (&name.namespace, pattern.contains('.')) {
        (Some(_), true) => glob(pattern, &name.to_string()),
        (_, _) => glob(pattern, name.name.as_str()),
    }
}

/// Whether a text is of a pattern.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star was, and how far it reached.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((at, reached)) = star else { return false };
                star = Some((at, reached + 1));
                (p, t) = (at + 1, reached + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_of_names() {
        let check = |pattern: &str, name: &str, expected: bool| {
            let name = match name.split_once('.') {
                Some((namespace, name)) => QualifiedName::qualified(namespace, name),
                None => QualifiedName::unqualified(name),
            };
            assert_eq!(matches(pattern, &name), expected, "{pattern} {name}");
        };
        check("users", "users", true);
        check("users", "users2", false);
        check("users", "crm.users", true);
        check("crm.*", "crm.users", true);
        check("crm.*", "users", false);
        check("*.users", "crm.users", true);
        check("tmp_*", "tmp_", true);
        check("*_old", "a_old_old", true);
        check("*a*b*", "xxaxxbxx", true);
        check("*a*b", "ab_", false);
        check("??", "é漢", true);
        check("?", "", false);
        check("*", "", true);
    }

    #[test]
    fn exclusion_wins() {
        let list = |patterns: &[&str]| patterns.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let selection = Selection::new(&list(&["a*"]), &list(&["ab"]));
        let has = |name: &str| selection.has(&QualifiedName::unqualified(name));
        assert_eq!([has("aa"), has("ab"), has("b")], [true, false, false]);
    }
}
