//! What came of the cases, and what is expected to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
    sync::Mutex,
};

use libtest_mimic::Failed;

use crate::{engine::Engine, protocol::Outcome};

/// What fails, and why: by engine and name of the case.
pub(crate) struct Expectations(BTreeMap<String, BTreeMap<String, String>>);

impl Expectations {
    pub(crate) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sqldef/failing.toml");
        Self(toml::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    fn reason(&self, engine: Engine, case: &str) -> Option<&str> {
        self.0.get(engine.name())?.get(case).map(String::as_str)
    }

    /// A case passes, or is listed and fails.
    pub(crate) fn judge(&self, engine: Engine, case: &str, outcome: &Outcome) -> Result<(), Failed> {
        match (outcome, self.reason(engine, case)) {
            (Outcome::Passed, Some(_)) => Err("it passes: take it out of failing.toml".into()),
            (Outcome::Unusable(_), Some(_)) => {
                Err("it does not run here: take it out of failing.toml".into())
            }
            (Outcome::Failed(reason), None) => Err(reason.into()),
            (Outcome::Passed | Outcome::Unusable(_), None) | (Outcome::Failed(_), Some(_)) => Ok(()),
        }
    }
}

/// What came of the cases.
#[derive(Debug, Default)]
pub(crate) struct Results(Mutex<BTreeMap<&'static str, Tally>>);

#[derive(Debug, Default)]
struct Tally {
    seen: BTreeSet<String>,
    usable: usize,
    passed: usize,
    unusable: BTreeMap<String, usize>,
    passed_over: BTreeMap<String, usize>,
}

impl Results {
    /// A case that is none for the engine.
    pub(crate) fn pass_over(&self, engine: Engine, reason: String) {
        let mut tallies = self.0.lock().unwrap();
        *tallies.entry(engine.name()).or_default().passed_over.entry(reason).or_default() += 1;
    }

    pub(crate) fn add(&self, engine: Engine, case: &str, outcome: &Outcome) {
        let mut tallies = self.0.lock().unwrap();
        let tally = tallies.entry(engine.name()).or_default();
        match outcome {
            Outcome::Unusable(reason) => {
                *tally.unusable.entry(format!("{case}: {reason}")).or_default() += 1;
                return;
            }
            Outcome::Passed => tally.passed += 1,
            Outcome::Failed(_) => {}
        }
        tally.usable += 1;
        tally.seen.insert(case.to_owned());
    }

    /// The numbers, and why cases do not count.
    pub(crate) fn counts(&self) -> String {
        let mut text = String::new();
        for engine in Engine::ALL {
            let tallies = self.0.lock().unwrap();
            let Some(Tally { usable, passed, unusable, passed_over, .. }) = tallies.get(engine.name()) else {
                continue;
            };
            let without: usize = unusable.values().chain(passed_over.values()).sum();
            let name = engine.name();
            writeln!(text, "{name}: {passed} of {usable} usable cases pass; {without} are not usable")
                .unwrap();
            for (reason, count) in passed_over {
                writeln!(text, "  {count} {reason}").unwrap();
            }
            for reason in unusable.keys() {
                writeln!(text, "  {reason}").unwrap();
            }
        }
        text
    }

    /// What is wrong with all of it: too few that pass, and what is listed for
    /// cases that there are not, of the engines for which it is recorded what
    /// fails.
    pub(crate) fn complaints(&self, expectations: &Expectations, recorded: &[Engine]) -> String {
        let tallies = self.0.lock().unwrap();
        let mut text = String::new();
        for (engine, tally) in &*tallies {
            if tally.passed * 100 < tally.usable * 95 {
                writeln!(text, "{engine}: {} of {} are too few", tally.passed, tally.usable).unwrap();
            }
        }
        let is_recorded = |name: &str| recorded.iter().any(|engine| engine.name() == name);
        for (engine, cases) in expectations.0.iter().filter(|(engine, _)| is_recorded(engine)) {
            let seen = tallies.get(engine.as_str()).map(|tally| &tally.seen);
            let unknown = cases.keys().filter(|case| !seen.is_some_and(|seen| seen.contains(*case)));
            for case in unknown {
                writeln!(text, "failing.toml: there is no usable case {engine}::{case}").unwrap();
            }
        }
        text
    }
}
