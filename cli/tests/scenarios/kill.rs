//! A run that is killed at a random moment, and the next one that finishes it.

use std::{
    process::Stdio,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    content::{assert_same, assert_sound, dump},
    long_project::long_project,
    project::Project,
};

/// How often runs are killed, in each test.
const UPGRADES: u32 = 50;
const DOWNGRADES: u32 = 15;

/// A number between 0 and 1 that looks random, made from a counter.
fn fraction(counter: u32) -> f64 {
    // SplitMix64.
    let mut bits = u64::from(counter).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)) as f64 / u64::MAX as f64
}

/// Starts a command and kills it after the delay. Returns whether it was still
/// running then.
fn kill_after(project: &Project, line: &str, delay: Duration) -> bool {
    let mut command = project.command(line);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // The moment is the point of it: nothing else is waited for.
    let (never, timer) = mpsc::channel::<()>();
    let _ = timer.recv_timeout(delay);
    drop(never);
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

/// Runs a command undisturbed, and returns how long it took.
fn duration_of(project: &mut Project, line: &str) -> Duration {
    let begun = Instant::now();
    project.ok(line);
    begun.elapsed()
}

fn copy_database(from: &Project, to: &Project) {
    to.write("dev.db", std::fs::read(from.path().join("dev.db")).unwrap());
}

#[test]
fn an_upgrade_that_was_killed_is_finished_by_the_next() {
    let mut undisturbed = long_project();
    let whole = duration_of(&mut undisturbed, "retort upgrade head");
    let expected = dump(&undisturbed.open("dev.db"));

    let mut killed = 0;
    for counter in 0..UPGRADES {
        let mut project = long_project();
        let delay = whole.mul_f64(fraction(counter) * 1.1);
        killed += u32::from(kill_after(&project, "retort upgrade head", delay));
        let when = format!("round {counter}: killed after {delay:?} of {whole:?}");
        let run = project.run("retort upgrade head");
        assert!(run.status.success(), "{when}\n{run}");
        let db = project.open("dev.db");
        assert_sound(&db, &when);
        assert_same(&dump(&db), &expected, &when);
    }
    assert!(killed > UPGRADES / 2, "only {killed} runs were killed in time");
}

#[test]
fn a_downgrade_that_was_killed_is_finished_by_the_next() {
    let mut upgraded = long_project();
    upgraded.ok("retort upgrade head");
    let mut undisturbed = long_project();
    copy_database(&upgraded, &undisturbed);
    let whole = duration_of(&mut undisturbed, "retort downgrade base");
    let expected = dump(&undisturbed.open("dev.db"));

    let mut killed = 0;
    for counter in 0..DOWNGRADES {
        let mut project = long_project();
        copy_database(&upgraded, &project);
        let delay = whole.mul_f64(fraction(1000 + counter) * 1.1);
        killed += u32::from(kill_after(&project, "retort downgrade base", delay));
        let when = format!("round {counter}: killed after {delay:?} of {whole:?}");
        let run = project.run("retort downgrade base");
        assert!(run.status.success(), "{when}\n{run}");
        let db = project.open("dev.db");
        assert_sound(&db, &when);
        assert_same(&dump(&db), &expected, &when);
    }
    assert!(killed > DOWNGRADES / 2, "only {killed} runs were killed in time");
}

/// Reading must work on what a killed run left behind, and say the truth.
#[test]
fn the_status_after_a_kill_is_that_of_the_revisions_that_are_done() {
    let mut undisturbed = long_project();
    let whole = duration_of(&mut undisturbed, "retort upgrade head");
    for counter in 0..10 {
        let mut project = long_project();
        let delay = whole.mul_f64(fraction(2000 + counter));
        kill_after(&project, "retort upgrade head", delay);
        let run = project.run("retort current");
        let when = format!("round {counter}: killed after {delay:?} of {whole:?}\n{run}");
        assert!(run.status.success(), "{when}");
        let current = run.stdout.split_whitespace().next().unwrap_or_default().to_owned();
        let next = project.ok("retort upgrade +1");
        let expected = match current.as_str() {
            "" => "Running upgrade  -> rev000, about rev000".to_owned(),
            "rev039" => continue,
            id => {
                let number: usize = id.trim_start_matches("rev").parse().unwrap();
                let next = format!("rev{:03}", number + 1);
                format!("Running upgrade {id} -> {next}, about {next}")
            }
        };
        assert!(next.stderr.lines().any(|line| line == expected), "{when}{next}");
    }
}

/// Several threads watch one process: none of them sleeps.
#[test]
fn a_run_that_is_killed_while_another_waits_lets_it_in() {
    let mut undisturbed = long_project();
    let whole = duration_of(&mut undisturbed, "retort upgrade head");
    let expected = dump(&undisturbed.open("dev.db"));
    for counter in 0..5 {
        let project = long_project();
        let delay = whole.mul_f64(fraction(3000 + counter) * 0.8);
        thread::scope(|scope| {
            let first = scope.spawn(|| kill_after(&project, "retort upgrade head", delay));
            let second = scope.spawn(|| project.command("retort upgrade head").output().unwrap());
            first.join().unwrap();
            let second = second.join().unwrap();
            assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
        });
        let when = format!("round {counter}: killed after {delay:?} of {whole:?}");
        assert_same(&dump(&project.open("dev.db")), &expected, &when);
    }
}
