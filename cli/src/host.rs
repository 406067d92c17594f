//! What a run sees of the process around it.

use std::{collections::BTreeMap, env, ffi::OsString, fmt, io::Write, path::PathBuf};

/// What a run sees of the process around it: nothing else in this crate reads
/// the environment.
#[derive(Debug)]
pub struct Host {
    /// The command line, the name of the program first.
    pub arguments: Vec<OsString>,
    /// The directory of the project. An empty path is the working directory of
    /// the process; paths in messages then stay short.
    pub directory: PathBuf,
    /// The environment variables.
    pub variables: BTreeMap<OsString, OsString>,
    /// Where the run writes.
    pub output: Output,
}

/// Where a run writes.
pub enum Output {
    /// The standard streams of the process, in colour where that is wanted.
    Process,
    /// Two streams of the caller.
    Captured {
        /// The results.
        stdout: Box<dyn Write + Send>,
        /// Talk and errors.
        stderr: Box<dyn Write + Send>,
    },
}

impl Host {
    /// The real process.
    pub fn process() -> Self {
        Self {
            arguments: env::args_os().collect(),
            directory: PathBuf::new(),
            variables: env::vars_os().collect(),
            output: Output::Process,
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Process => "Process",
            Self::Captured { .. } => "Captured",
        })
    }
}
