//! The server tells which texts are the same to it, and keeps nothing of them.

use retort_core::{
    backend::{Access, Backend, BackendErrorKind, Definition, Feature},
    schema::{QualifiedName, Schema, Table, View},
};

use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::{Context, require},
    session::Session,
    site::{Site, parse},
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case!("canonicalize::leaves_no_trace", leaves_no_trace),
        case!("canonicalize::answers_each_for_itself", each_for_itself),
    ];
    cases.extend(PAIRS.iter().map(|pair| {
        let name = format!("canonicalize::knows_again::{}", pair.name);
        Case::with_database(name, move |context| Box::pin(knows_again(context, pair)))
    }));
    cases.extend(PAIRS.iter().map(|pair| {
        let name = format!("canonicalize::tells_apart::{}", pair.name);
        Case::with_database(name, move |context| Box::pin(tells_apart(context, pair)))
    }));
    cases
}

/// What definitions may be about.
const BASE: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b VARCHAR(20));
    CREATE TABLE u (id INTEGER PRIMARY KEY, a INTEGER, c VARCHAR(20));";

/// What views may be about besides.
const VIEW: &str = "CREATE VIEW w AS SELECT id, a FROM t WHERE a > 7";

/// Two definitions that are not the same: of the table `made`, or the view
/// `shown`.
struct Pair {
    name: &'static str,
    needs: &'static [Feature],
    one: &'static str,
    other: &'static str,
}

impl Pair {
    fn is_of_view(&self) -> bool {
        self.name.starts_with("view::")
    }
}

const fn pair(name: &'static str, one: &'static str, other: &'static str) -> Pair {
    Pair { name, needs: &[], one, other }
}

const PAIRS: &[Pair] = &[
    pair(
        "constant",
        "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER DEFAULT 7)",
        "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER DEFAULT 8)",
    ),
    pair(
        "default",
        "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER DEFAULT (2 * 3 + 1))",
        "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER DEFAULT (2 * (3 + 1)))",
    ),
    pair(
        "check",
        "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, CONSTRAINT k CHECK (a > 1 OR b = 'x' AND a < 7))",
        "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, CONSTRAINT k CHECK ((a > 1 OR b = 'x') AND a < 7))",
    ),
    Pair {
        needs: &[Feature::GeneratedStored],
        ..pair(
            "generated_column",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER, g INTEGER GENERATED ALWAYS AS (a * 2 + 1) STORED)",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER, g INTEGER GENERATED ALWAYS AS (a * (2 + 1)) STORED)",
        )
    },
    Pair {
        needs: &[Feature::ExpressionIndex],
        ..pair(
            "index_on_expression",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER); CREATE INDEX ix ON made ((a * 2 + 1))",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER); CREATE INDEX ix ON made ((a * (2 + 1)))",
        )
    },
    Pair {
        needs: &[Feature::PartialIndex],
        ..pair(
            "partial_index",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER); CREATE INDEX ix ON made (a) WHERE a > 1",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, a INTEGER); CREATE INDEX ix ON made (a) WHERE a > 2",
        )
    },
    pair(
        "view::condition",
        "CREATE VIEW shown AS SELECT id FROM t WHERE a > 1 OR b = 'x' AND a < 7",
        "CREATE VIEW shown AS SELECT id FROM t WHERE (a > 1 OR b = 'x') AND a < 7",
    ),
    pair(
        "view::of_all_columns",
        "CREATE VIEW shown AS SELECT * FROM t",
        "CREATE VIEW shown AS SELECT id, a FROM t",
    ),
    pair(
        "view::without_names_of_columns",
        "CREATE VIEW shown AS SELECT count(*), max(a) FROM t",
        "CREATE VIEW shown AS SELECT count(*), min(a) FROM t",
    ),
    pair(
        "view::names_of_columns",
        "CREATE VIEW shown (x, y) AS SELECT id, a FROM t",
        "CREATE VIEW shown (y, x) AS SELECT id, a FROM t",
    ),
    pair(
        "view::join",
        "CREATE VIEW shown AS SELECT t.id, u.c FROM t LEFT JOIN u ON u.id = t.a",
        "CREATE VIEW shown AS SELECT t.id, u.c FROM t JOIN u ON u.id = t.a",
    ),
    pair(
        "view::side_of_a_join",
        "CREATE VIEW shown AS SELECT t.id, t.a FROM t LEFT JOIN w ON w.id = t.a",
        "CREATE VIEW shown AS SELECT t.id, w.a FROM t LEFT JOIN w ON w.id = t.a",
    ),
    pair(
        "view::union",
        "CREATE VIEW shown AS SELECT id, b FROM t UNION ALL SELECT id, c FROM u",
        "CREATE VIEW shown AS SELECT id, b FROM t UNION SELECT id, c FROM u",
    ),
    pair(
        "view::of_another_relation",
        "CREATE VIEW shown AS SELECT id, a FROM t",
        "CREATE VIEW shown AS SELECT id, a FROM u",
    ),
    pair(
        "view::queries_with_names",
        "CREATE VIEW shown AS WITH x AS (SELECT id FROM t), y AS (SELECT id FROM u) SELECT x.id FROM x LEFT JOIN y ON y.id = x.id",
        "CREATE VIEW shown AS WITH y AS (SELECT id FROM t), x AS (SELECT id FROM u) SELECT x.id FROM x LEFT JOIN y ON y.id = x.id",
    ),
    pair(
        "view::subquery",
        "CREATE VIEW shown AS SELECT id FROM t WHERE a IN (SELECT a FROM u WHERE c = 'x')",
        "CREATE VIEW shown AS SELECT id FROM t WHERE a IN (SELECT a FROM u WHERE c = 'y')",
    ),
    pair(
        "view::of_rows_that_are_not_there",
        "CREATE VIEW shown AS SELECT b FROM t WHERE id = 5",
        "CREATE VIEW shown AS SELECT b FROM t WHERE id = 6",
    ),
];

/// All definitions of the table and the view, by what they are of.
fn definitions(schema: &Schema) -> Vec<(String, Definition)> {
    let mut all = Vec::new();
    if let Some(table) = schema.tables.get(&QualifiedName::unqualified("made")) {
        all.extend(of_table(table));
    }
    if let Some(view) = schema.views.get(&QualifiedName::unqualified("shown")) {
        all.push(("view".to_owned(), Definition::View(View { comment: None, ..view.clone() })));
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn of_table(table: &Table) -> Vec<(String, Definition)> {
    let columns = table
        .columns
        .iter()
        .map(|column| (format!("column {}", column.name), Definition::column(table, &column.name)));
    let checks = table.constraints.iter().filter_map(|constraint| constraint.name.as_ref());
    let checks = checks.map(|name| (format!("check {name}"), Definition::check(table, name)));
    let indexes = table
        .indexes
        .iter()
        .map(|index| (format!("index {}", index.name), Definition::index(table, &index.name)));
    let all = columns.chain(checks).chain(indexes);
    all.filter_map(|(name, definition)| Some((name, definition?))).collect()
}

/// The normal form of the base with these statements.
fn model(sql: &str, backend: &dyn Backend) -> Verdict<Schema> {
    let mut schema = Schema::default();
    let view = if sql.starts_with("CREATE VIEW") { VIEW } else { "" };
    for operation in parse(BASE)?.into_iter().chain(parse(view)?).chain(parse(sql)?) {
        operation.apply_to(&mut schema)?;
    }
    match backend.normalize(schema) {
        Err(error) if error.kind() == BackendErrorKind::Unsupported => {
            Err(Stop::skipped(format!("unsupported: {error}")))
        }
        normalized => Ok(normalized?),
    }
}

/// The form of each definition, all of which the server must know.
async fn forms(session: &mut Session, definitions: &[(String, Definition)]) -> Verdict<Vec<String>> {
    let asked: Vec<Definition> = definitions.iter().map(|(_, definition)| definition.clone()).collect();
    let forms = session.connection.canonicalize(&asked).await?;
    ensure!(forms.len() == asked.len(), "{} answers to {} questions", forms.len(), asked.len());
    let with_names = forms.into_iter().zip(definitions);
    with_names
        .map(|(form, (name, definition))| {
            form.map_err(|error| Stop::from(error).while_doing(|| format!("{name}: {definition:#?}")))
        })
        .collect()
}

async fn site(context: &Context, pair: &Pair) -> Verdict<Site> {
    let mut site = Site::new(context).await?;
    for feature in pair.needs {
        require(&*site.session.backend, *feature)?;
    }
    site.apply_sql(BASE).await?;
    if pair.is_of_view() {
        site.apply_sql(VIEW).await?;
    }
    Ok(site)
}

/// What is read of a definition has the form of what was written, for a session
/// that only reads.
async fn knows_again(context: &Context, pair: &Pair) -> Verdict {
    for sql in [pair.one, pair.other] {
        let mut site = site(context, pair).await?;
        let mut reader = site.session.another(Access::Read).await?;
        let written = definitions(&model(sql, &*site.session.backend)?);
        let before = forms(&mut reader, &written).await?;
        site.apply_sql(sql).await?;
        let found = definitions(&site.session.introspect(&site.model).await?);
        let after = forms(&mut reader, &found).await?;
        same(&after, &before, || format!("what was read of {sql} and what was written"))?;
        let again = forms(&mut reader, &written).await?;
        same(&again, &before, || format!("{sql} and the same once more"))?;
        reader.close().await?;
        site.session.close().await?;
    }
    Ok(())
}

async fn tells_apart(context: &Context, pair: &Pair) -> Verdict {
    let mut site = site(context, pair).await?;
    let backend = &*site.session.backend;
    let [one, other] = [definitions(&model(pair.one, backend)?), definitions(&model(pair.other, backend)?)];
    let one = forms(&mut site.session, &one).await?;
    let other = forms(&mut site.session, &other).await?;
    ensure!(!one.is_empty() && one != other, "{} and\n{} both are {one:?}", pair.one, pair.other);
    site.session.close().await
}

/// All of them at once, with one that no server accepts among them.
async fn each_for_itself(context: &Context) -> Verdict {
    let mut site = Site::with(context, BASE).await?;
    site.apply_sql(VIEW).await?;
    let mut all = Vec::new();
    for pair in PAIRS.iter().filter(|pair| pair.needs.is_empty()) {
        all.extend(definitions(&model(pair.one, &*site.session.backend)?));
    }
    let alone = forms(&mut site.session, &all).await?;
    let mut asked: Vec<Definition> = all.iter().map(|(_, definition)| definition.clone()).collect();
    let nowhere = View {
        name: QualifiedName::unqualified("shown"),
        columns: Vec::new(),
        query: "SELECT a FROM nowhere".into(),
        comment: None,
    };
    asked.insert(1, Definition::View(nowhere));
    let mut answers = site.session.connection.canonicalize(&asked).await?;
    ensure!(answers.len() == asked.len(), "{} answers to {} questions", answers.len(), asked.len());
    drop(answers.remove(1));
    let answers: Vec<Option<String>> = answers.into_iter().map(Result::ok).collect();
    same(&answers, &alone.into_iter().map(Some).collect(), || "beside one that fails".to_owned())?;
    site.session.close().await
}

async fn leaves_no_trace(context: &Context) -> Verdict {
    let mut site = Site::with(context, BASE).await?;
    site.apply_sql(VIEW).await?;
    site.session.run(&["INSERT INTO t (id, a, b) VALUES (5, 1, 'x')"]).await?;
    let before = site.session.introspect(&site.model).await?;
    let mut asked = Vec::new();
    for pair in PAIRS.iter().filter(|pair| pair.needs.is_empty()) {
        for sql in [pair.one, pair.other] {
            asked.extend(definitions(&model(sql, &*site.session.backend)?));
        }
    }
    forms(&mut site.session, &asked).await?;
    let after = site.session.introspect(&site.model).await?;
    same(&after, &before, || "after definitions were asked for".to_owned())?;
    if let Some(mut witness) = site.session.witness() {
        let tables = witness.tables().await.map_err(|error| Stop::failed(error.to_string()))?;
        ensure!(!tables.iter().any(|table| table.contains("made")), "the witness sees {tables:?}");
    }
    // Nothing is left open that others wait for, and the session goes on.
    let mut other = site.session.another(Access::Write).await?;
    other.run(&["UPDATE t SET a = 2"]).await?;
    other.close().await?;
    let rows = site.session.rows("SELECT a FROM t WHERE a = 2").await?;
    ensure!(rows.len() == 1, "{rows:?} instead of the row that another session has changed");
    site.apply_sql("CREATE TABLE made (id INTEGER PRIMARY KEY)").await?;
    site.check(|| "after definitions were asked for".to_owned()).await?;
    site.session.close().await
}
