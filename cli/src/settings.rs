//! The settings of a run, resolved once from every place they can come from.
//!
//! Later layers win, key by key:
//!
//! 1. the defaults
//! 2. `retort.toml`
//! 3. `.env`
//! 4. `[env.NAME]` of `retort.toml`
//! 5. `.env.NAME`
//! 6. the variables of the process
//! 7. flags
//!
//! A variable `RETORT_KEY` sets `key`; `DATABASE_URL` sets `url`, unless
//! `RETORT_URL` stands beside it. The files are those of the directory of
//! `retort.toml`.

mod file;
mod new_files;
mod variables;

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{
    Figment, Metadata, Profile, Provider,
    value::{Dict, Map},
};
use jiff::SignedDuration;
use retort_core::{
    backend::DatabaseUrl,
    migrate::Transactions,
    script::{Parameters, is_key},
    suggestion::nearest,
};
use serde::Deserialize;

use self::file::ConfigFile;
pub(crate) use self::new_files::{Hook, Named, NewFiles};
use crate::{args::GlobalArgs, command_error::CommandError, exit_status::ExitStatus};

/// The name of the configuration file.
pub(crate) const CONFIG_FILE: &str = "retort.toml";

/// The directory of the user's templates, unless the configuration says otherwise.
pub(crate) const TEMPLATES: &str = "templates";

/// The settings of a run.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The environment that was asked for.
    pub(crate) environment: Option<String>,
    /// The environments that there are, where no database is given: then one
    /// of them is probably meant.
    pub(crate) known_environments: BTreeSet<String>,
    /// The directory of the configuration, from which its paths begin.
    pub(crate) base: PathBuf,
    /// The directories of the revision files, at least one.
    pub(crate) migrations: Vec<PathBuf>,
    /// Whether files in directories below them count too.
    pub(crate) recursive: bool,
    /// What is written into them, and how it is called.
    pub(crate) new_files: NewFiles,
    /// The directory of the models.
    pub(crate) models: PathBuf,
    /// The tables and views that are looked at; none for all of them.
    pub(crate) include: Vec<String>,
    /// The tables and views that are not.
    pub(crate) exclude: Vec<String>,
    /// The database, if one is given anywhere.
    pub(crate) database: Option<Database>,
    /// The table that holds the current revisions.
    pub(crate) version_table: String,
    /// The namespace that it is in.
    pub(crate) version_table_namespace: Option<String>,
    /// Whether what cannot be taken back must be confirmed.
    pub(crate) protected: bool,
    /// How long to wait for another run to end.
    pub(crate) lock_timeout: Duration,
    /// The prefix that stands for a namespace on backends without namespaces.
    pub(crate) namespaces: BTreeMap<String, String>,
    /// For each backend, what stands for types that it does not have.
    pub(crate) types: BTreeMap<String, BTreeMap<String, String>>,
    /// The values for the placeholders of revisions.
    pub(crate) parameters: Parameters,
    /// How a run is divided into transactions.
    pub(crate) transactions: Transactions,
    /// What the run is called.
    pub(crate) tag: Option<String>,
}

/// A database, and who said so.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) url: DatabaseUrl,
    /// The place of the setting: `DATABASE_URL`, `retort.toml`.
    pub(crate) origin: String,
    /// The place in the environment that names another one, and is overridden.
    pub(crate) instead_of: Option<String>,
}

impl Settings {
    /// Resolves the settings of a run in a directory.
    pub(crate) fn resolve(
        global: &GlobalArgs,
        directory: &Path,
        process: &BTreeMap<OsString, OsString>,
    ) -> Result<Self, CommandError> {
        let process = variables::of_process(process)?;
        let (file, base) = config_file(global.config.as_deref(), directory, &process)?;

        let dotenv = variables::of_file(&base, ".env")?.unwrap_or_default();
        let environment = global
            .env
            .as_ref()
            .or_else(|| process.get("RETORT_ENV"))
            .or_else(|| dotenv.get("RETORT_ENV"))
            .filter(|name| !name.is_empty())
            .cloned();
        let mut layers = vec![Layer::defaults(), Layer::new(&file.name, file.top.clone())];
        layers.extend(variables::layers(&dotenv, Some(".env")));
        let of_all = layers.len();
        if let Some(name) = &environment {
            let section = file.environments.get(name);
            // A name with a slash must not reach a file elsewhere.
            let is_name = !name.contains(['/', '\\']);
            let variables = if is_name { variables::of_file(&base, &format!(".env.{name}"))? } else { None };
            if section.is_none() && variables.is_none() {
                return Err(unknown_environment(name, &known_environments(&file, &base)));
            }
            if let Some(section) = section {
                layers.push(Layer::new(format!("[env.{name}] of {}", file.name), section.clone()));
            }
            if let Some(variables) = variables {
                layers.extend(variables::layers(&variables, Some(&format!(".env.{name}"))));
            }
        }
        let of_environment = layers[of_all..].iter().rev().find_map(|layer| {
            let url = layer.values.get("url")?.as_str()?;
            Some((layer.name.clone(), url.to_owned()))
        });
        layers.extend(variables::layers(&process, None));
        if let Some(url) = &global.url {
            layers.push(Layer::new("--url", Dict::from([("url".to_owned(), url.clone().into())])));
        }

        let figment = layers.into_iter().fold(Figment::new(), Figment::merge);
        let merged: Merged = figment
            .extract()
            .map_err(|error| CommandError::new("config", "cannot read the settings").caused_by(&error))?;
        let origin = |key: &str| {
            figment.find_metadata(key).map_or_else(String::new, |metadata| metadata.name.to_string())
        };
        let database = match merged.url.filter(|url| !url.is_empty()) {
            Some(url) => {
                let origin = origin("url");
                let overridden = of_environment.filter(|(_, other)| *other != url);
                let instead_of = overridden.map(|(name, _)| name).filter(|_| global.url.is_none());
                let url = url.parse().map_err(|error| {
                    CommandError::new("invalid-url", format!("{error}")).hint(format!(
                        "correct the URL that {origin} gives; a SQLite database in this directory is `sqlite://dev.db`"
                    ))
                })?;
                Some(Database { url, origin, instead_of })
            }
            None => None,
        };
        let lock_timeout = parse_duration(&merged.lock_timeout).ok_or_else(|| {
            CommandError::new(
                "config",
                format!(
                    "`{}`, the lock_timeout that {} gives, is not a duration such as `30s` or `2m`",
                    merged.lock_timeout,
                    origin("lock_timeout")
                ),
            )
        })?;
        let flag = |key: &str, text: &str| {
            new_files::parse_flag(text).ok_or_else(|| {
                CommandError::new(
                    "config",
                    format!("`{text}`, the {key} that {} gives, is neither true nor false", origin(key)),
                )
            })
        };
        let recursive = flag("recursive_version_locations", &merged.recursive_version_locations)?;
        let protected = flag("protected", &merged.protected)?;
        let new_files = NewFiles::resolve(&base, recursive, merged.new_files, origin)?;
        let known_environments =
            if database.is_none() { known_environments(&file, &base) } else { BTreeSet::new() };
        Ok(Self {
            environment,
            known_environments,
            migrations: merged.migrations.iter().map(|path| base.join(path)).collect(),
            recursive,
            new_files,
            models: base.join(merged.models),
            base,
            include: merged.include,
            exclude: merged.exclude,
            database,
            version_table: merged.version_table,
            version_table_namespace: merged.version_table_namespace.filter(|name| !name.is_empty()),
            protected,
            lock_timeout,
            namespaces: merged.namespaces,
            types: merged.types,
            parameters: parameters(&global.parameters)?,
            transactions: transactions(&merged.transaction, &origin("transaction"))?,
            tag: None,
        })
    }
}

/// The environments that a command line may name.
pub(crate) fn environments(
    config: Option<&Path>,
    directory: &Path,
    process: &BTreeMap<OsString, OsString>,
) -> Result<BTreeSet<String>, CommandError> {
    let (file, base) = config_file(config, directory, &variables::of_process(process)?)?;
    Ok(known_environments(&file, &base))
}

/// Reads the configuration, and says where its directory is.
fn config_file(
    config: Option<&Path>,
    directory: &Path,
    process: &BTreeMap<String, String>,
) -> Result<(ConfigFile, PathBuf), CommandError> {
    let variable = process.get("RETORT_CONFIG").map(Path::new);
    let Some(config) = config.or(variable) else {
        let file = ConfigFile::read(&directory.join(CONFIG_FILE), CONFIG_FILE)?;
        return Ok((file.unwrap_or_default(), directory.to_owned()));
    };
    let path = directory.join(config);
    let file = ConfigFile::read(&path, &config.display().to_string())?.ok_or_else(|| {
        CommandError::new("config", format!("configuration file {} does not exist", config.display()))
            .hint("create it with `retort init`, or leave out `--config`")
    })?;
    let base = path.parent().map_or_else(|| directory.to_owned(), Path::to_owned);
    Ok((file, base))
}

/// What the layers say together.
#[derive(Deserialize)]
struct Merged {
    migrations: Vec<PathBuf>,
    recursive_version_locations: String,
    #[serde(flatten)]
    new_files: new_files::Merged,
    models: PathBuf,
    include: Vec<String>,
    exclude: Vec<String>,
    url: Option<String>,
    version_table: String,
    version_table_namespace: Option<String>,
    protected: String,
    lock_timeout: String,
    transaction: String,
    namespaces: BTreeMap<String, String>,
    types: BTreeMap<String, BTreeMap<String, String>>,
}

/// Reads how a run is divided into transactions.
fn transactions(text: &str, origin: &str) -> Result<Transactions, CommandError> {
    match text {
        "per-revision" => Ok(Transactions::PerRevision),
        "all" => Ok(Transactions::All),
        "none" => Ok(Transactions::None),
        _ => Err(CommandError::new(
            "config",
            format!("`{text}`, the transaction that {origin} gives, is not `per-revision`, `all` or `none`"),
        )
        .hint(
            "`per-revision`: one for each revision; `all`: one for the whole run; `none`: each statement commits by itself",
        )),
    }
}

/// Reads `KEY=VALUE`. Without `=`, the value is empty.
fn parameters(arguments: &[String]) -> Result<Parameters, CommandError> {
    let mut parameters = Parameters::default();
    for argument in arguments {
        let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
        // The values of a wrong argument are nobody's business.
        let wrong = |message: String| CommandError::new("usage", message).with_status(ExitStatus::Usage);
        if !is_key(key) {
            return Err(wrong(format!("`-x {key}=` gives a value that no placeholder can name"))
                .hint("it is `-x KEY=VALUE`, where KEY is a word of letters, digits and underscores"));
        }
        if parameters.insert(key, value).is_some() {
            return Err(wrong(format!("`-x {key}=` is given twice")));
        }
    }
    Ok(parameters)
}

/// Settings from one place, under the name that messages give it.
struct Layer {
    name: String,
    values: Dict,
}

impl Layer {
    fn new(name: impl Into<String>, values: Dict) -> Self {
        Self { name: name.into(), values }
    }

    fn defaults() -> Self {
        let text = |key: &str, value: &str| (key.to_owned(), value.into());
        Self::new(
            "the defaults",
            Dict::from([
                ("migrations".to_owned(), vec!["migrations"].into()),
                text("recursive_version_locations", "false"),
                text("file_template", "%(rev)s_%(slug)s"),
                text("truncate_slug_length", "40"),
                text("timezone", "UTC"),
                text("templates", TEMPLATES),
                text("template", "generic"),
                ("hooks".to_owned(), Vec::<Dict>::new().into()),
                text("models", "models"),
                ("include".to_owned(), Vec::<String>::new().into()),
                ("exclude".to_owned(), Vec::<String>::new().into()),
                text("version_table", "alembic_version"),
                text("lock_timeout", "30s"),
                text("protected", "false"),
                text("transaction", "per-revision"),
                ("namespaces".to_owned(), Dict::new().into()),
                ("types".to_owned(), Dict::new().into()),
            ]),
        )
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// The environments that `--env` may name.
fn known_environments(file: &ConfigFile, base: &Path) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = file.environments.keys().cloned().collect();
    // A directory that cannot be listed has no environments to offer; opening
    // a file in it reports the reason.
    let listed = if base.as_os_str().is_empty() { Path::new(".") } else { base };
    for entry in fs::read_dir(listed).into_iter().flatten().flatten() {
        let file_name = entry.file_name();
        let Some(name) = file_name.to_str().and_then(|name| name.strip_prefix(".env.")) else { continue };
        if !["example", "sample", "template", "dist"].contains(&name) {
            names.insert(name.to_owned());
        }
    }
    names
}

fn unknown_environment(name: &str, known: &BTreeSet<String>) -> CommandError {
    let error = CommandError::new("unknown-environment", format!("there is no environment `{name}`"));
    if known.is_empty() {
        return error.hint(format!("add a section [env.{name}] to {CONFIG_FILE}, or a file .env.{name}"));
    }
    let list = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let error = error.hint(format!("the environments are: {list}"));
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `--env {near}`?")),
        None => error,
    }
}

/// Parses `30s`, `1m 30s`, `500ms`, or a number of seconds.
fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let duration: SignedDuration = text.parse().ok()?;
    duration.try_into().ok()
}

/// Reads a file that may be missing.
fn read_optional(path: &Path, shown: &str) -> Result<Option<String>, CommandError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CommandError::new("config", format!("cannot read {shown}")).caused_by(&error)),
    }
}
