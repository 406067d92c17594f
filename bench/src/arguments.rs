//! The command line as plain data.

use std::path::PathBuf;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
Measures Retort beside its peers and says which goals it meets

Usage: cargo run --release -p retort-bench -- [OPTIONS]

Options:
      --servers     On PostgreSQL, MySQL and MariaDB instead of SQLite
      --peers DIR   Look for the peers in DIR/bin and DIR/venv/bin before the search path
      --retort FILE The binary to measure [default: one built now, for release]
      --dir DIR     Where the projects go, and the servers' data, on a file system in memory
                    [default: /dev/shm]
      --rounds N    Rounds of each series [default: 7, quick: 3]
      --quick       A tenth of the revisions
      --full        Alembic on the large graph too, which takes minutes
  -h, --help        Print this
";

/// The command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) servers: bool,
    pub(crate) peers: Option<PathBuf>,
    pub(crate) retort: Option<PathBuf>,
    pub(crate) directory: PathBuf,
    pub(crate) rounds: Option<usize>,
    pub(crate) quick: bool,
    pub(crate) full: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            servers: false,
            peers: None,
            retort: None,
            directory: PathBuf::from("/dev/shm"),
            rounds: None,
            quick: false,
            full: false,
        }
    }
}

impl Arguments {
    /// Reads the arguments after the name of the program. `None` if they ask
    /// for help.
    ///
    /// # Errors
    ///
    /// Fails, with what is wrong, for an unknown option, a missing value or one
    /// that is not a number.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut parsed = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match &*argument {
                "-h" | "--help" => return Ok(None),
                "--servers" => parsed.servers = true,
                "--quick" => parsed.quick = true,
                "--full" => parsed.full = true,
                "--peers" => parsed.peers = Some(value()?.into()),
                "--retort" => parsed.retort = Some(value()?.into()),
                "--dir" => parsed.directory = value()?.into(),
                "--rounds" => {
                    let rounds = value()?.parse().ok().filter(|&rounds| rounds > 0);
                    parsed.rounds = Some(rounds.ok_or("--rounds needs a number from 1 on")?);
                }
                unknown => return Err(format!("unknown option {unknown}")),
            }
        }
        Ok(Some(parsed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(arguments.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        let expected = Arguments {
            peers: Some("p".into()),
            directory: "d".into(),
            rounds: Some(2),
            servers: true,
            quick: true,
            ..Arguments::default()
        };
        assert_eq!(parse("--servers --peers p --quick --dir d --rounds 2"), Ok(Some(expected)));
        assert_eq!(parse(""), Ok(Some(Arguments::default())));
        assert_eq!(parse("--quick --help"), Ok(None));
    }

    #[test]
    fn wrong_options_are_named() {
        let error = |arguments| parse(arguments).expect_err("wrong");
        assert_eq!(error("--quik"), "unknown option --quik");
        assert_eq!(error("--peers"), "--peers needs a value");
        assert_eq!(error("--rounds 0"), "--rounds needs a number from 1 on");
    }
}
