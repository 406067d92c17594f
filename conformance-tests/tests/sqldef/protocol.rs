//! What is done with a case: the protocol in the README of the data.

use retort::ExitStatus;
use retort_core::{schema::Schema, sql::split};
use serde_json::Value;

use crate::{
    case::Case,
    catalog::{Catalog, Entry, difference},
    engine::Engine,
    project::{Project, Run},
    site::Site,
};

/// Two empty databases of one engine.
pub(crate) struct Pair {
    /// Where `current` is, and what is moved.
    pub(crate) moved: Site,
    /// Where `desired` is: the model.
    pub(crate) model: Site,
}

/// What came of a case.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Passed,
    /// One of the texts does not load.
    Unusable(String),
    Failed(String),
}

/// What a case without a model is given, in both databases: models that define
/// nothing are refused, so that nobody drops everything by mistake.
const BYSTANDER: &str = "CREATE TABLE bystander (id INTEGER)";

impl Pair {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { moved: Site::new(engine), model: Site::new(engine) }
    }

    /// Goes through the case, and leaves the databases empty.
    pub(crate) fn run(&mut self, case: &Case) -> Outcome {
        let outcome = self.load(case).map_or_else(Outcome::Unusable, |()| match self.prove(case) {
            Ok(()) => Outcome::Passed,
            Err(reason) => Outcome::Failed(reason),
        });
        self.moved.clear();
        self.model.clear();
        outcome
    }

    fn load(&mut self, case: &Case) -> Result<(), String> {
        self.moved.load(&case.current).map_err(|error| format!("`current` does not load: {error}"))?;
        self.model.load(&case.desired).map_err(|error| format!("`desired` does not load: {error}"))
    }

    fn prove(&mut self, case: &Case) -> Result<(), String> {
        self.prepare(case);
        let (moved, model) = (self.moved.url.expose().to_string(), self.model.url.expose().to_string());
        let project = Project::new();
        let generate = [
            "revision",
            "--autogenerate",
            "--no-input",
            "-m",
            "to desired",
            "--format",
            "json",
            "--from-url",
            &model,
            "--url",
            &moved,
        ];

        let mut before = self.moved_catalog();
        let mut wanted = self.model_catalog();
        let mut generated = project.run(&generate);
        if refuses_to_drop_everything(&generated) {
            self.moved.run(BYSTANDER)?;
            self.model.run(BYSTANDER)?;
            before = self.moved_catalog();
            wanted = self.model_catalog();
            generated = project.run(&generate);
        }
        let text = project.revisions();
        if case.changes() && before == wanted {
            return Err("the catalog does not show what the other tool changes".to_owned());
        }
        let failed = |what: &str, why: &str| format!("{what}:\n{why}\n{text}");
        let ran = |what: &str, run: &Run| match run.status {
            ExitStatus::Success => Ok(()),
            _ => Err(failed(what, &format!("{}{}", run.stdout, run.stderr))),
        };
        ran("autogenerate", &generated)?;
        let document: Value = serde_json::from_str(&generated.stdout).map_err(|error| error.to_string())?;
        if document["by_hand"].as_array().is_none_or(|by_hand| !by_hand.is_empty()) {
            return Err(failed("left to do by hand", &document["by_hand"].to_string()));
        }
        told(&before, &wanted, &document).map_err(|why| failed("silence about", &why))?;

        // 2. It is what was wanted, with Retort's eyes and with the server's.
        ran("upgrade", &project.run(&["upgrade", "head", "--url", &moved]))?;
        let after = self.moved_catalog();
        if let Some(difference) = difference(&after.modelled(), &wanted.modelled()) {
            return Err(failed("another catalog than wanted", &difference));
        }
        let (found, expected) = (seen(&self.moved), seen(&self.model));
        if found != expected {
            return Err(failed(
                "another schema than wanted",
                &format!("{found:#?}\n--- wanted\n{expected:#?}"),
            ));
        }
        if let Some(difference) = difference(&after.outside(), &staying(&before, &after)) {
            return Err(failed("what is outside the model was touched", &difference));
        }

        // 3. Nothing is pending.
        ran("check after the upgrade", &project.run(&["check", "--from-url", &model, "--url", &moved]))?;

        // 4. It is as it was.
        ran("downgrade", &project.run(&["downgrade", "base", "--url", &moved]))?;
        let back = self.moved_catalog();
        if let Some(difference) = difference(&back.modelled(), &before.modelled()) {
            return Err(failed("another catalog than before", &difference));
        }
        if let Some(difference) = difference(&back.outside(), &staying(&before, &after)) {
            return Err(failed("what is outside the model was touched on the way back", &difference));
        }
        Ok(())
    }

    /// Creates in the database that is moved what tables of the model use and no
    /// model holds: functions, domains and the like, as a revision written by
    /// hand would. Where it is there already, it stays as it is.
    fn prepare(&mut self, case: &Case) {
        let syntax = *self.moved.engine.backend().syntax();
        let spans = split(&case.desired, &syntax).unwrap_or_default();
        let (outside, others): (Vec<&str>, Vec<&str>) = spans
            .into_iter()
            .map(|span| &case.desired[span])
            .partition(|statement| outside(statement).is_some());
        for statement in outside.iter().filter(|statement| is_used(statement, &others)) {
            self.moved.load(statement).ok();
        }
    }

    fn moved_catalog(&mut self) -> Catalog {
        read(&mut self.moved)
    }

    fn model_catalog(&mut self) -> Catalog {
        read(&mut self.model)
    }
}

fn read(site: &mut Site) -> Catalog {
    let catalog = Catalog::read(site);
    site.release();
    catalog
}

/// What kind of object outside the model a statement creates, and its name, if
/// a table or view may use it.
fn outside(statement: &str) -> Option<(String, String)> {
    const KINDS: [&str; 6] = ["FUNCTION", "DOMAIN", "EXTENSION", "SEQUENCE", "COLLATION", "AGGREGATE"];
    const BETWEEN: [&str; 5] = ["OR", "REPLACE", "IF", "NOT", "EXISTS"];
    let words =
        statement.split(|c: char| c.is_whitespace() || c == '(' || c == ';').filter(|word| !word.is_empty());
    let mut words = words.filter(|word| !BETWEEN.iter().any(|between| between.eq_ignore_ascii_case(word)));
    let mut upper = || words.next().map(str::to_uppercase);
    if upper()? != "CREATE" {
        return None;
    }
    let kind = upper()?;
    let name = upper()?.to_lowercase();
    let is_outside = match kind.as_str() {
        "TYPE" => upper()? == "AS" && upper()? != "ENUM",
        kind => KINDS.contains(&kind),
    };
    is_outside.then_some((kind, name))
}

/// Whether other statements use what this one creates. Nobody sees what comes
/// with an extension.
fn is_used(statement: &str, others: &[&str]) -> bool {
    let Some((kind, name)) = outside(statement) else { return false };
    let word = |c: char| !c.is_alphanumeric() && c != '_';
    let defines = |other: &&&str| {
        let start: Vec<String> = other.split_whitespace().take(2).map(str::to_uppercase).collect();
        start.first().is_some_and(|verb| verb == "CREATE" || verb == "ALTER")
            && start.get(1).is_none_or(|kind| kind != "TRIGGER" && kind != "POLICY")
    };
    let name = name.rsplit('.').next().unwrap_or(&name);
    let mut defined = others.iter().filter(defines);
    defined
        .any(|other| kind == "EXTENSION" || other.split(word).any(|found| found.eq_ignore_ascii_case(name)))
}

fn refuses_to_drop_everything(run: &Run) -> bool {
    run.status == ExitStatus::Failure && run.stdout.contains("\"no-models\"")
        || run.stderr.contains("\"no-models\"")
}

/// Whether everything outside the model is reported: what is in the database as
/// left as it is, what only the model has as missing.
fn told(before: &Catalog, wanted: &Catalog, document: &Value) -> Result<(), String> {
    let is_told = |key: &str, entry: &Entry| {
        let name = entry.name.rsplit('.').next().unwrap_or_default().trim_matches('"');
        let mut lines = document[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        lines.any(|line| line.starts_with(&entry.kind) && line.contains(name))
    };
    let here = before.outside();
    let is_here =
        |entry: &Entry| here.iter().any(|other| other.kind == entry.kind && other.name == entry.name);
    let mut missed: Vec<&Entry> = here.iter().filter(|entry| !is_told("outside", entry)).copied().collect();
    missed.extend(wanted.outside().into_iter().filter(|entry| !is_here(entry) && !is_told("missing", entry)));
    // A part of something that is reported as a whole.
    missed.retain(|entry| entry.kind != "column" && entry.kind != "constraint");
    if missed.is_empty() {
        return Ok(());
    }
    Err(missed.iter().map(|entry| format!("{} {}\n", entry.kind, entry.text)).collect())
}

/// What is outside the model and does not go with a table that is dropped.
fn staying<'a>(before: &'a Catalog, after: &Catalog) -> std::collections::BTreeSet<&'a Entry> {
    let stays = |entry: &&Entry| entry.table.as_ref().is_none_or(|table| after.has_relation(table));
    before.outside().into_iter().filter(stays).collect()
}

/// What Retort sees, without what is outside the model and the order of
/// columns: no database but MySQL can put a column between others.
fn seen(site: &Site) -> Schema {
    let backend = site.engine.backend();
    let mut schema = backend.normalize(site.introspect()).unwrap();
    schema.unmanaged.clear();
    schema.tables.retain(|name, _| !matches!(name.name.as_str(), "alembic_version" | "retort_journal"));
    for table in schema.tables.values_mut() {
        table.stored = None;
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        table.constraints.sort_by_key(|constraint| format!("{constraint:?}"));
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    for view in schema.views.values_mut() {
        // The server writes the name of the database into it.
        view.query = view.query.as_str().replace(&format!("`{}`.", site.name), "").into();
    }
    schema
}
