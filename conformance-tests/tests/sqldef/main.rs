//! The test data of a declarative peer, as an oracle from outside: pairs of
//! schemas in the database's own SQL.
//!
//! For each pair Retort writes the revision that leads from one to the other.
//! Both its eyes and the server's catalog must find what was wanted, then
//! nothing that is pending, and on the way back what was there before.
//! `failing.toml` lists what fails, and why; `counts.txt` counts. Both are those
//! of the servers' versions in [`RECORDED`]; on others enough cases must pass.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

mod case;
mod catalog;
mod engine;
mod project;
mod protocol;
mod results;
mod site;

use std::{
    env,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::{Arc, Mutex},
};

use libtest_mimic::{Arguments, Conclusion, Trial};

use crate::{
    case::Case,
    engine::Engine,
    protocol::{Outcome, Pair},
    results::{Expectations, Results},
};

/// The versions of the servers for which it is recorded what fails.
const RECORDED: [(Engine, &str); 4] =
    [(Engine::Sqlite, ""), (Engine::Postgresql, "15."), (Engine::Mysql, "9.7."), (Engine::Mariadb, "10.11.")];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // The servers do most of the work.
    arguments.test_threads.get_or_insert(4);
    let expectations = Arc::new(Expectations::read());
    let results = Arc::new(Results::default());
    let pairs: Vec<Arc<Pairs>> = Engine::ALL
        .into_iter()
        .filter(|engine| is_there(*engine))
        .map(|engine| Arc::new(Pairs::new(engine)))
        .collect();
    let mut trials = Vec::new();
    for pairs in &pairs {
        for case in Case::read_all(&pairs.engine.cases()) {
            let name = format!("{}::{}", pairs.engine.name(), case.name);
            let (pairs, expectations, results) =
                (Arc::clone(pairs), Arc::clone(&expectations), Arc::clone(&results));
            trials.push(Trial::test(name, move || {
                let outcome = pairs.run(&case, &results);
                if pairs.is_recorded {
                    expectations.judge(pairs.engine, &case.name, &outcome)
                } else {
                    Ok(())
                }
            }));
        }
    }
    let is_whole = pairs.len() == Engine::ALL.len() && !trials.is_empty();
    let recorded: Vec<Engine> =
        pairs.iter().filter(|pairs| pairs.is_recorded).map(|pairs| pairs.engine).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(pairs);
    site::drop_roles();
    if !is_whole || arguments.list || conclusion.num_filtered_out > 0 {
        return conclusion.exit_code();
    }
    conclude(&conclusion, &results, &expectations, &recorded)
}

/// Counts, and sees whether that is enough.
fn conclude(
    conclusion: &Conclusion,
    results: &Results,
    expectations: &Expectations,
    recorded: &[Engine],
) -> ExitCode {
    let counts = results.counts();
    writeln!(io::stdout(), "{counts}").ok();
    let complaints = results.complaints(expectations, recorded);
    writeln!(io::stdout(), "{complaints}").ok();
    let is_expected = recorded.len() < Engine::ALL.len()
        || catch_unwind(|| expect_test::expect_file!["counts.txt"].assert_eq(&counts)).is_ok();
    if conclusion.has_failed() || !complaints.is_empty() || !is_expected {
        return ExitCode::from(101);
    }
    ExitCode::SUCCESS
}

/// Whether the cases and the server of an engine are there. In CI they must be.
fn is_there(engine: Engine) -> bool {
    if !engine.cases().is_dir() {
        let message = format!("{} is missing", engine.cases().display());
        assert!(env::var("CI").as_deref() != Ok("true"), "{message}");
        writeln!(io::stderr(), "SKIPPED: {message}").ok();
        return false;
    }
    engine.server().is_none_or(retort_test_servers::Engine::is_available)
}

/// The databases of an engine that no case uses at the moment.
struct Pairs {
    engine: Engine,
    free: Mutex<Vec<Pair>>,
    version: String,
    /// Whether it is recorded what fails on this version.
    is_recorded: bool,
}

impl Pairs {
    fn new(engine: Engine) -> Self {
        let mut pair = Pair::new(engine);
        let version = match engine {
            Engine::Sqlite => String::new(),
            Engine::Postgresql => {
                pair.moved.rows("SHOW server_version").unwrap().remove(0).remove(0).unwrap()
            }
            Engine::Mysql | Engine::Mariadb => {
                pair.moved.rows("SELECT version()").unwrap().remove(0).remove(0).unwrap()
            }
        };
        let is_recorded =
            RECORDED.iter().any(|(other, start)| *other == engine && version.starts_with(start));
        Self { engine, free: Mutex::new(vec![pair]), version, is_recorded }
    }

    /// Goes through a case, and writes down what came of it.
    fn run(&self, case: &Case, results: &Results) -> Outcome {
        if let Some(reason) = case.passed_over(self.engine, &self.version) {
            results.pass_over(self.engine, reason);
            return Outcome::Unusable(String::new());
        }
        let free = self.free.lock().unwrap().pop();
        let mut pair = free.unwrap_or_else(|| Pair::new(self.engine));
        let outcome = catch_unwind(AssertUnwindSafe(|| pair.run(case))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            pair = Pair::new(self.engine);
            Outcome::Failed(text.unwrap_or_default())
        });
        self.free.lock().unwrap().push(pair);
        results.add(self.engine, &case.name, &outcome);
        outcome
    }
}
