//! `alembic.ini`: what somebody has who comes from Alembic, and has no
//! configuration of Retort's yet.

use std::{fs, path::Path};

use retort_core::backend::DatabaseUrl;

use crate::{args::GlobalArgs, command_error::CommandError, settings::CONFIG_FILE};

/// The name of the file.
const FILE: &str = "alembic.ini";

/// What Alembic writes into a new file, which is nobody's database.
const PLACEHOLDER: &str = "driver://user:pass@localhost/dbname";

/// Says in an error that settings are missing what they are in Alembic's words.
pub(crate) fn explain(error: CommandError, global: &GlobalArgs, directory: &Path) -> CommandError {
    let lacks_settings = ["no-migrations", "no-database"].contains(&error.code());
    if !lacks_settings || global.config.is_some() || directory.join(CONFIG_FILE).exists() {
        return error;
    }
    let Ok(text) = fs::read_to_string(directory.join(FILE)) else {
        return error;
    };
    // Alembic's may be called so.
    let migrations = if directory.join("migrations").exists() { "revisions" } else { "migrations" };
    let mut settings = vec![format!("`migrations = \"{migrations}\"`")];
    settings.extend(url(&text).map(|url| format!("`url = {}`", toml::Value::String(url))));
    error
        .hint(format!(
            "{FILE} is Alembic's, whose revisions are Python and stay with it; `retort init {migrations}` makes a directory for revisions in SQL"
        ))
        .hint(format!(
            "the database goes on where it is; what {FILE} says of it is, in {CONFIG_FILE}: {}",
            settings.join(" and ")
        ))
}

/// The URL in Retort's spelling, without the password.
fn url(text: &str) -> Option<String> {
    let url = value(text, "sqlalchemy.url")?.replace("%%", "%");
    if url == PLACEHOLDER || url.is_empty() {
        return None;
    }
    let url = match url.strip_prefix("sqlite:///") {
        // Three slashes begin a relative path there.
        Some(path) => format!("sqlite://{}", path.trim_start_matches("%(here)s/")),
        None => url,
    };
    let url: DatabaseUrl = url.parse().ok()?;
    Some(url.redacted())
}

/// The value of a key in the section of Alembic.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let mut is_own = false;
    text.lines().find_map(|line| {
        if let Some(section) = line.trim().strip_prefix('[') {
            is_own = section.trim_end_matches(']') == "alembic";
        }
        let (name, value) = line.split_once(['=', ':'])?;
        (is_own && name.trim() == key).then_some(value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        let text =
            format!("# of a project\n[alembic]\nscript_location = alembic\n{line}\n[loggers]\nkeys = root\n");
        assert_eq!(url(&text).as_deref(), expected, "{line}");
    }

    #[test]
    fn urls_are_spelled_as_retort_reads_them() {
        check("sqlalchemy.url = sqlite:///app.db", Some("sqlite://app.db"));
        check("sqlalchemy.url = sqlite:///%(here)s/app.db", Some("sqlite://app.db"));
        check("sqlalchemy.url = sqlite:////srv/app.db", Some("sqlite:///srv/app.db"));
        check(
            "sqlalchemy.url = postgresql+psycopg://ada:s%%40@db/app",
            Some("postgresql+psycopg://ada:***@db/app"),
        );
        check("sqlalchemy.url = driver://user:pass@localhost/dbname", None);
        check("# sqlalchemy.url = sqlite:///app.db", None);
        check("", None);
        assert_eq!(url("[other]\nsqlalchemy.url = sqlite:///app.db"), None);
    }
}
