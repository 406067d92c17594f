//! What is introspected is the normal form of what was created.

mod expressions;
mod fixtures;

use retort_core::{
    backend::{Access, BackendErrorKind, Feature, Scope},
    operation::Operation,
    schema::{QualifiedName, Schema},
};

use self::fixtures::{FIXTURES, Fixture, TYPES};
use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::{Context, require},
    site::{Site, same_schema},
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case!("introspect_is_normalize::empty_database", empty_database),
        case!("introspect::is_repeatable", is_repeatable),
        case!("introspect::leaves_no_trace", leaves_no_trace),
        case!("introspect::reads_only_the_tables_asked_for", only),
        case!("introspect::leaves_out_what_is_excluded", exclude),
        case!("introspect::reads_every_namespace", namespaces),
    ];
    cases.extend(TYPES.iter().map(|ty| {
        let name = format!("introspect_is_normalize::type::{}", word(ty));
        Case::with_database(name, move |context| Box::pin(type_law(context, ty)))
    }));
    cases.extend(FIXTURES.iter().map(|fixture| {
        let name = format!("introspect_is_normalize::{}", fixture.name);
        Case::with_database(name, move |context| Box::pin(fixture_law(context, fixture)))
    }));
    cases.extend(FIXTURES.iter().map(|fixture| {
        let name = format!("normalize_is_idempotent::{}", fixture.name);
        Case::new(name, move |context| idempotence(context, fixture))
    }));
    cases.extend(expressions::cases());
    cases
}

/// A type as part of the name of a case: `numeric_10_2`.
fn word(ty: &str) -> String {
    let words: Vec<&str> = ty.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("_").to_lowercase()
}

async fn empty_database(context: &Context) -> Verdict {
    let mut site = Site::new(context).await?;
    let found = site.check(|| "in a new database".to_owned()).await?;
    ensure!(found == Schema::default(), "a new database has {found:#?}");
    site.session.close().await
}

async fn type_law(context: &Context, ty: &str) -> Verdict {
    let sql = format!("CREATE TABLE t (id INTEGER PRIMARY KEY, a {ty} NOT NULL, b {ty})");
    let mut site = Site::with(context, &sql).await?;
    site.check(|| sql.clone()).await?;
    site.session.close().await
}

async fn fixture_law(context: &Context, fixture: &Fixture) -> Verdict {
    let mut site = fixture.create(context).await?;
    let found = site.check(|| fixture.sql.to_owned()).await?;
    ensure!(
        found.tables.len() == site.model.tables.len(),
        "there are {} tables instead of {}",
        found.tables.len(),
        site.model.tables.len()
    );
    // What is read is normal already.
    let backend = &site.session.backend;
    same_schema(&backend.normalize(found.clone())?, &found, || {
        "what was introspected is not normal".to_owned()
    })?;
    site.session.close().await
}

impl Fixture {
    /// Creates it in a new database, or skips the case.
    async fn create(&self, context: &Context) -> Verdict<Site> {
        let mut site = Site::new(context).await?;
        for feature in self.needs {
            require(&*site.session.backend, *feature)?;
        }
        site.apply_sql(self.sql).await?;
        Ok(site)
    }
}

fn idempotence(context: &Context, fixture: &Fixture) -> Verdict {
    let backend = context.backend();
    for feature in fixture.needs {
        require(&*backend, *feature)?;
    }
    let mut schema = Schema::default();
    for operation in fixture.operations()? {
        operation.apply_to(&mut schema)?;
    }
    let once = match backend.normalize(schema) {
        Err(error) if error.kind() == BackendErrorKind::Unsupported => {
            return Err(Stop::skipped(format!("unsupported: {error}")));
        }
        normalized => normalized?,
    };
    let twice = backend.normalize(once.clone())?;
    same(&twice, &once, || "normalizing twice is not normalizing once".to_owned())
}

/// A schema with a bit of everything that every backend has.
const ORDERS: &str = "
    CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL UNIQUE, note TEXT);
    CREATE TABLE purchase (
        id INTEGER PRIMARY KEY,
        customer_id INTEGER NOT NULL REFERENCES customer (id),
        placed_at TIMESTAMP,
        total NUMERIC(10, 2) DEFAULT 0
    );
    CREATE INDEX ix_purchase_customer ON purchase (customer_id, placed_at DESC);
    CREATE TABLE alone (a INTEGER);";

async fn is_repeatable(context: &Context) -> Verdict {
    let mut site = Site::with(context, ORDERS).await?;
    let first = site.session.introspect(&site.model).await?;
    let second = site.session.introspect(&site.model).await?;
    same(&second, &first, || "introspecting again gives something else".to_owned())?;
    let mut other = site.session.another(Access::Read).await?;
    let elsewhere = other.introspect(&site.model).await?;
    same(&elsewhere, &first, || "another session sees something else".to_owned())?;
    other.close().await?;
    site.session.close().await
}

async fn leaves_no_trace(context: &Context) -> Verdict {
    let mut site = Site::with(context, ORDERS).await?;
    site.session.run(&["INSERT INTO alone (a) VALUES (1)"]).await?;
    for _ in 0..3 {
        site.session.introspect(&site.model).await?;
    }
    let found = site.session.introspect(&site.model).await?;
    let names: Vec<String> = found.tables.keys().map(ToString::to_string).collect();
    same(&names, &["alone", "customer", "purchase"].map(str::to_owned).to_vec(), || "tables".to_owned())?;
    let count = site.session.rows("SELECT a FROM alone").await?.len();
    ensure!(count == 1, "{count} rows are there");
    // Nothing is left open that others wait for.
    let mut other = site.session.another(Access::Write).await?;
    other.run(&["INSERT INTO alone (a) VALUES (2)"]).await?;
    other.close().await?;
    site.session.close().await
}

async fn only(context: &Context) -> Verdict {
    let mut site = Site::with(context, ORDERS).await?;
    let all = site.session.introspect(&site.model).await?;
    for names in [&["purchase"][..], &["alone"], &["customer", "alone"], &["missing"], &[]] {
        let names: Vec<QualifiedName> = names.iter().map(|name| QualifiedName::unqualified(*name)).collect();
        let scope = Scope { only: Some(names.clone()), ..Scope::default() };
        let found = site.session.connection.introspect(&scope).await?;
        for name in &names {
            same(&found.tables.get(name), &all.tables.get(name), || format!("table {name} of {names:?}"))?;
        }
        // What they refer to may come with them.
        let may_come = |name: &QualifiedName| {
            names.iter().any(|asked| {
                asked == name || all.foreign_keys_to(name).any(|(from, _, _)| from.name == *asked)
            })
        };
        for name in found.tables.keys() {
            ensure!(may_come(name), "{name} came with {names:?}");
        }
    }
    site.session.close().await
}

async fn exclude(context: &Context) -> Verdict {
    let mut site = Site::with(context, ORDERS).await?;
    let mut expected = site.session.introspect(&site.model).await?;
    for name in ["alone", "missing"].map(QualifiedName::unqualified) {
        let scope = Scope { exclude: vec![name.clone()], ..Scope::default() };
        let found = site.session.connection.introspect(&scope).await?;
        let mut expected = expected.clone();
        expected.tables.remove(&name);
        same(&found, &expected, || format!("without {name}"))?;
    }
    let names = ["alone", "purchase"].map(QualifiedName::unqualified);
    let scope = Scope { exclude: names.to_vec(), ..Scope::default() };
    let found = site.session.connection.introspect(&scope).await?;
    expected.tables.retain(|name, _| !names.contains(name));
    same(&found, &expected, || format!("without {names:?}"))?;
    site.session.close().await
}

/// A revision may alter a table in any of them.
async fn namespaces(context: &Context) -> Verdict {
    let mut site = Site::new(context).await?;
    require(&*site.session.backend, Feature::Namespaces)?;
    site.apply_sql(
        "CREATE SCHEMA finance;
         CREATE SCHEMA empty;
         CREATE TABLE alone (a INTEGER);
         CREATE TABLE finance.stock (id INTEGER PRIMARY KEY);
         CREATE INDEX ix_stock ON finance.stock (id);",
    )
    .await?;
    let found = site.session.connection.introspect(&Scope::default()).await?;
    let expected = site.session.backend.normalize(site.model.clone())?;
    same_schema(&found, &expected, || "when asked for everything".to_owned())?;
    let stock = QualifiedName::qualified("finance", "stock");
    let scope = Scope { only: Some(vec![stock.clone()]), ..Scope::default() };
    let found = site.session.connection.introspect(&scope).await?;
    same(&found.tables.get(&stock), &expected.tables.get(&stock), || format!("when asked for {stock}"))?;
    site.session.close().await
}

impl Fixture {
    /// Its operations, with enum types resolved.
    fn operations(&self) -> Verdict<Vec<Operation>> {
        let mut operations = crate::site::parse(self.sql)?;
        let enums: Vec<QualifiedName> = operations
            .iter()
            .filter_map(|operation| match operation {
                Operation::CreateEnum { enum_type } => Some(enum_type.name.clone()),
                _ => None,
            })
            .collect();
        for operation in &mut operations {
            retort_core::script::portable::resolve_enum_types(operation, |name| enums.contains(name));
        }
        Ok(operations)
    }
}
