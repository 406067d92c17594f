//! The exit codes of the binary: part of its interface.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It did what was asked: 0.
    Success,
    /// It failed: 1.
    Failure,
    /// The command line was not understood: 2.
    Usage,
    /// Changes are pending, which `check` was asked about: 3.
    ChangesPending,
    /// It was interrupted, and stopped between two revisions: 130.
    Interrupted,
}

impl ExitStatus {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::ChangesPending => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}
