//! A project with a database that other hands made and Retort adopted.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use retort::{Cli, Host, Output};
use retort_core::{
    backend::{Access, Backend, Scope},
    schema::Schema,
};
use retort_mysql::MySql;
use retort_postgres::Postgres;
use retort_sqlite::Sqlite;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    case::{Act, Engine},
    catalog::{self, Catalog, difference},
    session::Session,
};

/// A database that was made by hand, models of it, and a first revision that
/// is stamped.
pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) session: Session,
    project: TempDir,
    /// How many revisions there have been.
    number: usize,
    pub(crate) template: Arc<Template>,
}

/// What all places on an engine have in common at the start.
pub(crate) struct Template {
    /// The models, which are also the first revision.
    models: String,
    /// The database, where it is a file.
    file: Vec<u8>,
    pub(crate) catalog: Catalog,
    content: Catalog,
    pub(crate) schema: Schema,
    /// What `check` says is outside the models.
    pub(crate) outside: Vec<String>,
}

/// What a command wrote, and how it ended.
pub(crate) struct Run {
    pub(crate) status: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    /// The first place on an engine, whose database the script makes.
    pub(crate) fn adopt(engine: Engine, script: &str) -> Result<Self, String> {
        let mut session = Session::new(engine, &[]);
        session.run(script)?;
        let template = Template {
            models: String::new(),
            file: Vec::new(),
            catalog: catalog::read(engine, &mut session),
            content: Catalog::new(),
            schema: Schema::default(),
            outside: Vec::new(),
        };
        let mut place = Self::with(session, engine, Arc::new(template));
        let models = place.retort(&["introspect"])?.stdout;
        place.write_project(&models);
        place.retort(&["stamp", "head"])?;
        let outside = texts(&place.check(false)?["outside"]);
        let catalog = catalog::read(engine, &mut place.session);
        if catalog != place.template.catalog {
            return Err(format!("adopting changes it\n{}", difference(&catalog, &place.template.catalog)));
        }
        let content = catalog::content(engine, &mut place.session);
        let file = place.session.file();
        let schema = place.schema();
        place.template = Arc::new(Template { models, file, catalog, content, schema, outside });
        Ok(place)
    }

    /// A further place.
    pub(crate) fn again(engine: Engine, script: &str, template: Arc<Template>) -> Result<Self, String> {
        let mut session = Session::new(engine, &template.file);
        if template.file.is_empty() {
            session.run(script)?;
        }
        let place = Self::with(session, engine, template);
        place.write_project(&place.template.models);
        if place.template.file.is_empty() {
            place.retort(&["stamp", "head"])?;
        }
        Ok(place)
    }

    fn with(session: Session, engine: Engine, template: Arc<Template>) -> Self {
        let project = TempDir::new().unwrap();
        for directory in ["models", "migrations"] {
            fs::create_dir_all(project.path().join(directory)).unwrap();
        }
        Self { engine, session, project, number: 0, template }
    }

    fn write_project(&self, models: &str) {
        fs::write(self.path("models/models.sql"), models).unwrap();
        let revision = format!("-- as it was found\n--\n-- @revision a0\n\n-- @upgrade\n{models}");
        fs::write(self.path("migrations/a0_found.sql"), revision).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.project.path().join(path)
    }

    /// What the server's own catalog says.
    pub(crate) fn catalog(&mut self) -> Catalog {
        catalog::read(self.engine, &mut self.session)
    }

    /// How many rows each table has.
    pub(crate) fn counts(&mut self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for line in catalog::content(self.engine, &mut self.session) {
            match line.split_once(": ") {
                Some((table, _)) => *counts.entry(table.to_owned()).or_default() += 1,
                None => continue,
            }
        }
        counts
    }

    /// Whether it is in every detail what it was at the start.
    pub(crate) fn is_as_new(&mut self) -> bool {
        catalog::read(self.engine, &mut self.session) == self.template.catalog
            && catalog::content(self.engine, &mut self.session) == self.template.content
    }

    /// The schema as the backend reads it, in its normal form.
    pub(crate) fn schema(&self) -> Schema {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let schema = runtime.block_on(async {
            let url = self.session.url.parse().unwrap();
            let mut connection = backend(self.engine).connect(&url, Access::Read).await?;
            let schema = connection.introspect(&Scope::default()).await?;
            connection.close().await?;
            Ok::<_, retort_core::backend::BackendError>(schema)
        });
        let mut schema = schema.unwrap();
        let is_own = |name: &str| name == "alembic_version" || name == "retort_journal";
        schema.tables.retain(|name, _| !is_own(name.name.as_str()));
        schema
    }

    /// Changes the database past Retort.
    pub(crate) fn act(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Sql(sql) => self.session.run(sql),
            Act::Redefine { table, from, to } => self.redefine(table, from, to),
        }
    }

    /// Makes a table of SQLite again with another definition, and what is on
    /// it.
    fn redefine(&mut self, table: &str, from: &str, to: &str) -> Result<(), String> {
        let rows = self.session.rows(&format!(
            "SELECT type, sql FROM sqlite_schema WHERE tbl_name = '{table}' AND sql IS NOT NULL"
        ));
        let texts = |wanted: bool| -> Vec<String> {
            let is_wanted = |row: &&Vec<Option<String>>| (row[0].as_deref() == Some("table")) == wanted;
            rows.iter().filter(is_wanted).filter_map(|row| row[1].clone()).collect()
        };
        let (found, others) = (texts(true).concat(), texts(false).join(";\n"));
        if !found.contains(from) {
            return Err(format!("{from} is not in {found}"));
        }
        let definition = found.replacen(from, to, 1);
        // Columns that both have keep their values.
        self.session.run("ATTACH ':memory:' AS trial")?;
        self.session.run(&definition.replacen("CREATE TABLE ", "CREATE TABLE trial.", 1))?;
        let shared = self.session.lines(&format!(
            "SELECT '\"' || name || '\"' FROM pragma_table_xinfo('{table}', 'trial') WHERE hidden = 0 \
             AND name IN (SELECT name FROM pragma_table_xinfo('{table}', 'main') WHERE hidden = 0)"
        ));
        self.session.run("DETACH trial")?;
        let shared = shared.join(", ");
        self.session.run(&format!(
            "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;\n\
             ALTER TABLE \"{table}\" RENAME TO \"old {table}\";\n{definition};\n\
             INSERT INTO \"{table}\" ({shared}) SELECT {shared} FROM \"old {table}\";\n\
             DROP TABLE \"old {table}\";\n{others};\n\
             PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON"
        ))
    }

    /// Runs `check`, which must find something or not. Returns what it says.
    pub(crate) fn check(&self, finds: bool) -> Result<Value, String> {
        let run = self.run(&["check", "--format", "json"]);
        let document: Value = serde_json::from_str(&run.stdout)
            .map_err(|error| format!("check: {error}\n{}\n{}", run.stdout, run.stderr))?;
        match (run.status, finds) {
            (0, false) | (3, true) => Ok(document),
            (0, true) => Err("check finds nothing".to_owned()),
            (3, false) => Err(format!(
                "check finds {:#?} {:#?}",
                texts(&document["detected"]),
                texts(&document["by_hand"])
            )),
            (status, _) => Err(format!("check ends with {status}\n{}\n{}", run.stdout, run.stderr)),
        }
    }

    /// Writes a revision, and returns its text.
    pub(crate) fn autogenerate(&mut self) -> Result<String, String> {
        self.autogenerate_and_listen()?;
        let path = self.path(&format!("migrations/m{}_x.sql", self.number));
        fs::read_to_string(path).map_err(|error| error.to_string())
    }

    /// Writes a revision, and returns what is said of it.
    pub(crate) fn autogenerate_and_listen(&mut self) -> Result<String, String> {
        self.number += 1;
        let id = format!("m{}", self.number);
        Ok(self.retort(&["revision", "--autogenerate", "--no-input", "--rev-id", &id, "-m", "x"])?.stderr)
    }

    /// Forgets the revision that was written last.
    pub(crate) fn forget(&mut self) -> Result<(), String> {
        fs::remove_file(self.path(&format!("migrations/m{}_x.sql", self.number))).unwrap();
        self.session.run("UPDATE alembic_version SET version_num = 'a0'")
    }

    /// Runs a command that must succeed.
    pub(crate) fn retort(&self, arguments: &[&str]) -> Result<Run, String> {
        let run = self.run(arguments);
        if run.status == 0 {
            return Ok(run);
        }
        Err(format!("retort {} ends with {}\n{}{}", arguments.join(" "), run.status, run.stdout, run.stderr))
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let (stdout, stderr) = (Stream::default(), Stream::default());
        let host = Host {
            arguments: ["retort"].iter().chain(arguments).map(Into::into).collect(),
            directory: self.project.path().to_owned(),
            variables: BTreeMap::from([("DATABASE_URL".into(), self.session.url.clone().into())]),
            output: Output::Captured { stdout: Box::new(stdout.clone()), stderr: Box::new(stderr.clone()) },
        };
        let cli = Cli::new()
            .with_backend(Sqlite::default())
            .with_backend(Postgres::default())
            .with_backend(MySql::default())
            .with_backend(MySql::mariadb());
        let status = cli.run_in(host).code();
        Run { status, stdout: stdout.text(), stderr: stderr.text() }
    }
}

/// The backend of an engine.
pub(crate) fn backend(engine: Engine) -> Arc<dyn Backend> {
    match engine {
        Engine::Sqlite => Arc::new(Sqlite::default()),
        Engine::Postgresql => Arc::new(Postgres::default()),
        Engine::Mysql => Arc::new(MySql::default()),
        Engine::Mariadb => Arc::new(MySql::mariadb()),
    }
}

/// A list of texts in a document.
pub(crate) fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[derive(Debug, Clone, Default)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Stream {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
