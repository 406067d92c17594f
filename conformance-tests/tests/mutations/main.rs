//! The mutation score of `check` and `revision --autogenerate`: changes that
//! somebody makes to a database past Retort, one clause at a time. Each is
//! found and undone, and what changes nothing is never reported.

#![expect(clippy::unwrap_used, reason = "an error is a failure here")]

mod case;
mod catalog;
mod clauses;
mod law;
mod mysql;
mod place;
mod postgresql;
mod session;
mod sqlite;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::{Arc, Mutex},
};

use libtest_mimic::{Arguments, Trial};

use crate::{
    case::{Case, Engine, Outcome},
    clauses::Clauses,
    place::{Place, Template},
};

/// Databases that are as new. To make one takes longer than to try a case.
static PLACES: Mutex<Vec<Place>> = Mutex::new(Vec::new());

/// What all places on an engine start with, or that there can be none.
static TEMPLATES: Mutex<BTreeMap<Engine, Option<Arc<Template>>>> = Mutex::new(BTreeMap::new());

/// How many cases have held.
static HELD: Mutex<BTreeMap<Engine, usize>> = Mutex::new(BTreeMap::new());

/// What the cases have changed, and what there is to change.
static COVERED: Mutex<BTreeMap<Engine, (Clauses, Clauses)>> = Mutex::new(BTreeMap::new());

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let (mut trials, mut names) = (Vec::new(), BTreeSet::new());
    for engine in Engine::ALL {
        for case in cases(engine) {
            let kind = if case.outcome == Outcome::Nothing { "nothing" } else { "change" };
            let name = format!("{}::{kind}::{}", engine.name(), case.name.replace(' ', "_"));
            assert!(names.insert(name.clone()), "{name} is there twice");
            trials.push(Trial::test(name, move || attempt(engine, &case).map_err(Into::into)));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    PLACES.lock().unwrap().clear();
    if require_complete() { conclusion.exit_code() } else { ExitCode::FAILURE }
}

/// The cases that the engine has.
fn cases(engine: Engine) -> Vec<Case> {
    let all = match engine {
        Engine::Sqlite => sqlite::CASES,
        Engine::Postgresql => postgresql::CASES,
        Engine::Mysql | Engine::Mariadb => mysql::CASES,
    };
    all.iter().filter(|case| case.only.is_none_or(|only| only == engine)).copied().collect()
}

fn base(engine: Engine) -> String {
    match engine {
        Engine::Sqlite => sqlite::BASE.to_owned(),
        Engine::Postgresql => postgresql::BASE.to_owned(),
        Engine::Mysql | Engine::Mariadb => mysql::base(engine),
    }
}

/// Notes which fields of the model a case has changed.
fn note(place: &Place) {
    let (changed, known) = clauses::compare(&place.template.schema, &place.schema());
    let mut covered = COVERED.lock().unwrap();
    let (all_changed, all_known) = covered.entry(place.engine).or_default();
    all_changed.extend(changed);
    all_known.extend(known);
}

/// Whether the cases of each engine, if all of them held, change each field that
/// it has, and none that it is said not to have.
fn require_complete() -> bool {
    let mut is_complete = true;
    let held = HELD.lock().unwrap();
    for (engine, (changed, known)) in COVERED.lock().unwrap().iter() {
        let Some(missing) = clauses::missing(*engine) else { continue };
        if held.get(engine) != Some(&cases(*engine).len()) {
            continue;
        }
        for clause in known.iter().filter(|clause| changed.contains(*clause) == missing.contains(clause)) {
            let what = if missing.contains(clause) { "is changed all the same" } else { "is never changed" };
            is_complete = false;
            say(&format!("{}: `{clause}` {what}", engine.name()));
        }
    }
    is_complete
}

/// Writes a line beside the report of the harness.
fn say(line: &str) {
    std::io::stderr().lock().write_all(format!("{line}\n").as_bytes()).ok();
}

/// Makes a database, with a project that has adopted it.
fn new_place(engine: Engine) -> Result<Place, String> {
    let mut templates = TEMPLATES.lock().unwrap();
    match templates.get(&engine) {
        Some(Some(template)) => {
            let template = Arc::clone(template);
            drop(templates);
            Place::again(engine, &base(engine), template)
        }
        Some(None) => Err("the database cannot be made, as above".to_owned()),
        None => {
            let made = Place::adopt(engine, &base(engine));
            templates.insert(engine, made.as_ref().ok().map(|place| Arc::clone(&place.template)));
            made.map_err(|error| format!("the database cannot be made: {error}"))
        }
    }
}

/// Tries a case on a database that is as new.
fn attempt(engine: Engine, case: &Case) -> Result<(), String> {
    let free = {
        let mut places = PLACES.lock().unwrap();
        let at = places.iter().position(|place| place.engine == engine);
        at.map(|at| places.swap_remove(at))
    };
    let mut place = match free {
        Some(place) => place,
        None => new_place(engine)?,
    };
    let tried = panic::catch_unwind(AssertUnwindSafe(|| law::hold(&mut place, case, note)));
    match tried {
        Ok(Ok(())) => {
            *HELD.lock().unwrap().entry(engine).or_default() += 1;
            if place.is_as_new() {
                PLACES.lock().unwrap().push(place);
            }
            Ok(())
        }
        Ok(Err(message)) => Err(message),
        Err(panic) => panic::resume_unwind(panic),
    }
}
