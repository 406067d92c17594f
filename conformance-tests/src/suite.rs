//! Running the cases.

use std::{
    collections::hash_map::RandomState,
    env,
    hash::{BuildHasher, Hasher},
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use libtest_mimic::{Arguments, Completion, Trial};

use crate::{
    case::{Case, Stop},
    context::Context,
    harness::Harness,
    laws,
};

/// How cases that are generated come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How many schemas, or sequences of operations, a generated case tries.
    pub cases: u32,
    /// The seed of what is generated.
    pub seed: u64,
    /// How long to look for something smaller when a generated case fails.
    pub shrink: Duration,
}

impl Settings {
    /// Few, so that the suite is quick on a server too.
    pub const CASES: u32 = 6;

    /// What the variables `PROPTEST_CASES` and `PROPTEST_RNG_SEED` say; without
    /// them, few cases and a random seed.
    pub fn from_env() -> Self {
        let number = |name| env::var(name).ok().and_then(|text| text.parse().ok());
        let cases = number("PROPTEST_CASES").and_then(|cases| u32::try_from(cases).ok());
        Self {
            cases: cases.unwrap_or(Self::CASES),
            shrink: Duration::from_secs(15),
            seed: number("PROPTEST_RNG_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish()),
        }
    }
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The name of the case.
    pub case: String,
    /// How it ended.
    pub ending: Ending,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The law holds.
    Passed,
    /// The backend does not have what the case is about.
    Skipped {
        /// What it does not have.
        reason: String,
    },
    /// The law does not hold.
    Failed {
        /// What was seen instead.
        message: String,
    },
}

/// Runs the suite as the body of `main` in a test with `harness = false`.
///
/// The command line is that of Rust's own tests: a part of a name, `--exact`,
/// `--skip`, `--list`, `--test-threads`.
pub fn run(harness: impl Harness) -> ExitCode {
    let arguments = Arguments::from_args();
    let (harness, settings): (Arc<dyn Harness>, _) = (Arc::new(harness), Settings::from_env());
    let trial = |case: Case| {
        let context = Context { harness: Arc::clone(&harness), settings };
        Trial::ignorable_test(case.name.clone(), move || match (case.law)(&context) {
            Ok(()) => Ok(Completion::Completed),
            Err(Stop::Skipped(reason)) => Ok(Completion::ignored_with(reason)),
            Err(Stop::Failed(message)) => Err(message.into()),
        })
    };
    let trials = laws::cases().into_iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The names of all cases.
pub fn cases() -> Vec<String> {
    laws::cases().into_iter().map(|case| case.name).collect()
}

/// Runs the cases whose names are wanted, one after another, and returns what
/// came of each.
pub fn check(harness: impl Harness, settings: Settings, wanted: impl Fn(&str) -> bool) -> Vec<Report> {
    let context = Context { harness: Arc::new(harness), settings };
    let cases = laws::cases().into_iter().filter(|case| wanted(&case.name));
    let report = |case: Case| {
        let verdict = panic::catch_unwind(AssertUnwindSafe(|| (case.law)(&context)));
        let ending = match verdict {
            Ok(Ok(())) => Ending::Passed,
            Ok(Err(Stop::Skipped(reason))) => Ending::Skipped { reason },
            Ok(Err(Stop::Failed(message))) => Ending::Failed { message },
            Err(panic) => Ending::Failed { message: text_of(&*panic) },
        };
        Report { case: case.name, ending }
    };
    cases.map(report).collect()
}

/// What a panic says.
fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or("it panicked".to_owned())
}
