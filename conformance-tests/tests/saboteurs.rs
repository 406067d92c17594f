//! The suite is tested, too: a backend that breaks one promise makes exactly the
//! cases fail that are about it, and there is one for each law, on each engine.

mod saboteur;
mod witness;

use std::{collections::BTreeSet, time::Duration};

use expect_test::{Expect, expect};
use retort_conformance::{Ending, Settings, check};
use retort_test_servers::Engine;

use self::saboteur::{Fault, OnSaboteur, Victim};

/// Runs the suite on a backend with the fault, and shows what fails.
///
/// Cases that are generated and races are left out: whether they come upon a
/// fault is a matter of luck.
#[track_caller]
fn fails(fault: Fault, expected: Expect) {
    let settings = Settings { cases: 1, seed: 0, shrink: Duration::ZERO };
    let is_certain = |name: &str| {
        !name.ends_with("::generated")
            && !name.ends_with("::generated_with_hostile_names")
            && (!name.starts_with("deployers::") || fault == Fault::None)
    };
    let reports = check(OnSaboteur { victim: Victim::Sqlite, fault }, settings, is_certain);
    let failed: String = reports
        .iter()
        .filter(|report| matches!(report.ending, Ending::Failed { .. }))
        .map(|report| format!("{}\n", report.case))
        .collect();
    expected.assert_eq(&failed);
}

macro_rules! saboteurs {
    ($($name:ident: $fault:ident => $expected:expr;)+) => {
        $(
            #[test]
            fn $name() {
                fails(Fault::$fault, $expected);
            }
        )+
    };
}

saboteurs! {
    no_fault_is_no_failure: None => expect![[""]];
    rollback_is_skipped: SkipsRollback => expect![[r#"
        operation_that_rows_stand_against::set_not_null
        operation_that_rows_stand_against::add_unique
        operation_that_rows_stand_against::add_check
        operation_that_rows_stand_against::add_foreign_key
        operation_that_rows_stand_against::add_primary_key
        operation_that_rows_stand_against::text_as_number
        operation_that_rows_stand_against::text_too_long
        operation_that_rows_stand_against::drop_enum_value
        batch::failed_atomic_batch_leaves_no_trace::rows
        batch::failed_atomic_batch_leaves_no_trace::schema
        batch::failure_at_every_position::atomic
        batch::unexpected_number_of_rows_rolls_back
        transaction::lasts_with_its_commit
        transaction::is_gone_without_its_commit
        transaction::ends_with_a_failure
        run::failure_at_every_statement::of_rows
        run::failure_at_every_statement::of_the_schema
        run::failure_at_every_statement::of_verbatim_statements
    "#]];
    guard_is_ignored: IgnoresGuard => expect![[r#"
        guard::that_fails_runs_nothing::atomic
        guard::that_fails_runs_nothing::one_by_one
        guard::is_about_committed_rows_of_others
    "#]];
    expected_rows_are_ignored: IgnoresExpectedRows => expect![[r#"
        batch::unexpected_number_of_rows_rolls_back
    "#]];
    rows_are_counted_wrong: CountsOne => expect![[r#"
        batch::executed_counts_rows
    "#]];
    wrong_statement_is_reported: ReportsWrongStatement => expect![[r#"
        batch::failed_atomic_batch_leaves_no_trace::schema
        batch::failure_at_every_position::atomic
        batch::failure_at_every_position::one_by_one
    "#]];
    batch_goes_on_after_a_failure: GoesOnAfterFailure => expect![[r#"
        batch::failure_at_every_position::one_by_one
    "#]];
    lock_is_ignored: IgnoresLock => expect![[r#"
        lock::second_locker_times_out
        lock::time_out_of_nothing_is_at_once
        lock::second_locker_gets_in_after_close
        lock::second_locker_gets_in_after_death
        lock::is_kept_over_batches
        lock::is_kept_after_a_failure
        reset::keeps_the_lock
    "#]];
    lock_is_not_waited_for: LocksAtOnce => expect![[r#"
        lock::second_locker_times_out
        lock::second_locker_gets_in_after_close
        lock::second_locker_gets_in_after_death
    "#]];
    lock_outlives_its_holder: KeepsLockAfterDeath => expect![[r#"
        lock::second_locker_gets_in_after_death
        crash::before_each_batch
        crash::after_each_batch
    "#]];
    lock_goes_with_the_first_batch: LosesLockInBatch => expect![[r#"
        transaction::lasts_with_its_commit
        transaction::is_gone_without_its_commit
        lock::is_kept_over_batches
    "#]];
    reader_writes: WritesOnReadAccess => expect![[r#"
        read_access::creates_no_database
        read_access::does_not_write
    "#]];
    index_is_forgotten: ForgetsPartialIndexes => expect![[r#"
        introspect_is_normalize::index::partial
        introspect_is_normalize::expression::predicate
        canonicalize::knows_again::partial_index
        operation::create_partial_index
    "#]];
    comment_is_forgotten: ForgetsColumnComments => expect![[r#"
        introspect_is_normalize::comment::on_columns
        introspect_is_normalize::supplementary_characters::in_a_comment
        operation::change_keeps_the_comment
        operation::set_column_comment
        operation::drop_column_comment
        diff::without_risk_suits_rows
        diff::renames_keep_rows
    "#]];
    action_is_forgotten: ForgetsReferentialActions => expect![[r#"
        introspect_is_normalize::foreign_key::actions
        introspect_is_normalize::foreign_key::to_itself
        operation::add_column_with_reference
        operation::add_foreign_key
        diff::without_risk_suits_rows
        diff::renames_keep_rows
    "#]];
    not_null_is_lost: LosesNotNull => expect![[r#"
        operation::add_column_with_default
        operation::several_changes_of_one_table
        operation::add_column_of_enum
        operation::add_enum_value
        operation::add_enum_value_before
        operation::add_enum_value_after
        operation::rename_enum_value
        operation::drop_enum_value
        operation::text_as_enum
    "#]];
    default_is_lost: LosesDefault => expect![[r#"
        operation::add_column_with_check
        operation_that_rows_stand_against::second_of_two_changes
    "#]];
    rows_are_lost: LosesRowsOnRetype => expect![[r#"
        operation::widen_integer
        operation::widen_text
        operation::text_without_limit
        operation::narrow_text
        operation::widen_number
        operation::integer_as_text
        operation::type_by_expression
        operation::type_keeps_the_rest_of_the_column
        operation::change_keeps_the_comment
        operation::text_as_enum
    "#]];
    unsupported_is_accepted: AcceptsUnsupported => expect![[r#"
        hostile_name::tables_that_differ_in_case
        hostile_name::columns_that_differ_in_case
        unsupported_is_refused::rename_of_a_namespace
        unsupported_is_refused::deferrable_unique
        unsupported_is_refused::match_full
        unsupported_is_refused::check_not_valid
        unsupported_is_refused::foreign_key_not_valid
        unsupported_is_refused::index_include
        unsupported_is_refused::index_method
        unsupported_is_refused::index_nulls_order
        unsupported_is_refused::operator_class
        unsupported_is_refused::unique_nulls_not_distinct
        unsupported_is_refused::index_nulls_not_distinct
        unsupported_is_refused::identity_always
        unsupported_is_refused::sequence_options
        unsupported_is_refused::array
    "#]];
    normal_form_is_not_normal: NormalizesTwice => expect![[r#"
        introspect_is_normalize::comment::on_tables
        introspect_is_normalize::supplementary_characters::in_a_comment
        normalize_is_idempotent::comment::on_tables
        normalize_is_idempotent::supplementary_characters::in_a_comment
        operation::set_table_comment
        operation::drop_table_comment
    "#]];
    introspection_reads_too_much: IgnoresOnly => expect![[r#"
        introspect::reads_only_the_tables_asked_for
    "#]];
    introspection_leaves_nothing_out: IgnoresExclude => expect![[r#"
        introspect::leaves_out_what_is_excluded
    "#]];
    kinds_of_errors_are_hidden: HidesKinds => expect![[r#"
        error::of_a_missing_table
        error::of_a_table_that_exists_already
        error::of_rows_that_violate_a_constraint
        error::of_no_sql
        read_access::does_not_write
    "#]];
    settings_are_kept: KeepsSettings => expect![[r#"
        reset::takes_back_what_was_set
        reset::between_two_revisions
    "#]];
    quotes_are_not_doubled: QuotesNaively => expect![[r#"
        introspect_is_normalize::expression::check
        introspect_is_normalize::expression::predicate
        introspect_is_normalize::expression::index
        hostile_name::double_quote
        hostile_name::only_double_quote
    "#]];
    backslashes_are_dropped: DropsBackslashes => expect![[r#"
        introspect_is_normalize::default::text_that_is_easily_lost
        introspect_is_normalize::comment::on_tables
        introspect_is_normalize::comment::on_columns
        introspect_is_normalize::enum::labels_that_are_easily_lost
        introspect_is_normalize::expression::check
        operation::set_column_comment
        operation::set_table_comment
        hostile_name::backslash
    "#]];
}

/// For each law, a way to break it that no engine hides.
const BREAKAGE: &[(Fault, &[&str])] = &[
    (Fault::ShowsGhosts, &["introspect_is_normalize::empty_database"]),
    (Fault::SeesLessTheSecondTime, &["introspect::is_repeatable"]),
    (
        Fault::CreatesWhileReading,
        &["introspect::leaves_no_trace", "read_access::leaves_a_new_database_empty"],
    ),
    (Fault::IgnoresOnly, &["introspect::reads_only_the_tables_asked_for"]),
    (Fault::IgnoresExclude, &["introspect::leaves_out_what_is_excluded"]),
    (Fault::SeesOneNamespace, &["introspect::reads_every_namespace"]),
    (
        Fault::ForgetsColumnComments,
        &["introspect_is_normalize::comment::on_columns", "operation::set_column_comment"],
    ),
    (Fault::NormalizesTwice, &["normalize_is_idempotent::comment::on_tables"]),
    (
        Fault::NormalizesBackAndForth,
        &["normalize_is_idempotent::generated", "normalize_is_idempotent::generated_with_hostile_names"],
    ),
    (
        Fault::ForgetsNotNull,
        &[
            "introspect_is_normalize::generated",
            "introspect_is_normalize::generated_with_hostile_names",
            "operation::generated",
            "operation::generated_with_hostile_names",
            "hostile_name::reserved_word",
            "diff::generated",
            "diff::generated_with_hostile_names",
            "autogenerate::other_schema::generated",
            "autogenerate::other_schema::generated_with_hostile_names",
            "autogenerate::some_changes::generated",
            "autogenerate::some_changes::generated_with_hostile_names",
        ],
    ),
    (Fault::PromisesLongerNames, &["hostile_name::longest"]),
    (Fault::AcceptsUnsupported, &["unsupported_is_refused::array"]),
    (Fault::SaysAllCanBeRolledBack, &["batch::changes_of_the_schema_say_that_they_commit"]),
    (
        Fault::TakesAllForTheSame,
        &["canonicalize::tells_apart::check", "canonicalize::tells_apart::view::join"],
    ),
    (
        Fault::KnowsNothingAgain,
        &["canonicalize::knows_again::check", "canonicalize::knows_again::view::join"],
    ),
    (Fault::KeepsWhatIsAsked, &["canonicalize::leaves_no_trace"]),
    (Fault::FailsTogether, &["canonicalize::answers_each_for_itself"]),
    (
        Fault::SkipsRollback,
        &[
            "batch::failed_atomic_batch_leaves_no_trace::rows",
            "batch::failed_atomic_batch_leaves_no_trace::schema",
        ],
    ),
    (Fault::ReportsWrongStatement, &["batch::failure_at_every_position::atomic"]),
    (Fault::GoesOnAfterFailure, &["batch::failure_at_every_position::one_by_one"]),
    (Fault::BreaksAfterFailure, &["batch::session_goes_on_after_a_failure"]),
    (
        Fault::CountsNothing,
        &["batch::executed_counts_rows", "batch::rows_that_an_update_leaves_as_they_are_count"],
    ),
    (Fault::IgnoresExpectedRows, &["batch::unexpected_number_of_rows_rolls_back"]),
    (Fault::SplitsStatements, &["batch::statement_is_one_text"]),
    (Fault::OrdersGuard, &["guard::rows_are_in_any_order"]),
    (
        Fault::IgnoresGuard,
        &[
            "guard::that_fails_runs_nothing::atomic",
            "guard::that_fails_runs_nothing::one_by_one",
            "guard::is_about_committed_rows_of_others",
        ],
    ),
    (Fault::NeverCommits, &["transaction::lasts_with_its_commit"]),
    (
        Fault::CommitsEachBatch,
        &[
            "transaction::is_gone_without_its_commit",
            "transaction::ends_with_a_failure",
            "transaction::is_refused_where_changes_commit",
        ],
    ),
    (Fault::HidesKindsOfQueries, &["error::of_a_query_on_a_missing_table"]),
    (
        Fault::HidesKinds,
        &[
            "error::of_a_missing_table",
            "error::of_a_table_that_exists_already",
            "error::of_rows_that_violate_a_constraint",
            "error::of_no_sql",
        ],
    ),
    (
        Fault::HidesMissingDatabases,
        &["error::of_a_database_that_is_missing", "read_access::creates_no_database"],
    ),
    (Fault::EndsInPeriod, &["error::is_one_clause"]),
    (Fault::ReadsWrongValues, &["query::returns_every_kind_of_value", "witness::sees_the_values_of::bigint"]),
    (
        Fault::IgnoresLock,
        &[
            "lock::second_locker_times_out",
            "lock::time_out_of_nothing_is_at_once",
            "lock::second_locker_gets_in_after_close",
            "lock::second_locker_gets_in_after_death",
            "lock::is_kept_over_batches",
            "lock::is_kept_after_a_failure",
            "reset::keeps_the_lock",
        ],
    ),
    (Fault::KeepsSettings, &["reset::takes_back_what_was_set", "reset::between_two_revisions"]),
    (Fault::LocksOutReaders, &["lock::is_not_in_the_way_of_readers"]),
    (Fault::LocksEverything, &["lock::of_another_database_is_another"]),
    (Fault::HidesRowsFromReaders, &["read_access::reads"]),
    (Fault::WritesOnReadAccess, &["read_access::does_not_write"]),
    (Fault::CreatesNothing, &["write_access::creates_the_database"]),
    (
        Fault::LosesInserts,
        &[
            "batch::atomic_batch_happens",
            "guard::that_holds_lets_the_batch_run",
            "operation_that_rows_stand_against::set_not_null",
            "run::upgrades_and_downgrades",
            "run::with_nothing_to_do_writes_nothing",
            "run::ends_between_revisions_when_interrupted",
            "run::goes_on_with_a_table_of_alembic",
            "run::plans_without_writing",
            "run::failure_at_every_statement::of_rows",
            "run::failure_at_every_statement::of_the_schema",
            "run::failure_at_every_statement::of_verbatim_statements",
            "run::failure_at_every_statement::without_transaction",
            "crash::before_each_batch",
            "crash::after_each_batch",
            "diff::without_risk_suits_rows",
            "diff::renames_keep_rows",
        ],
    ),
    (
        Fault::KeepsNobodyOut,
        &[
            "deployers::two_at_once_apply_each_revision_once",
            "deployers::eight_at_once_apply_each_revision_once",
            "deployers::eight_at_once_build_an_index_concurrently",
            "deployers::at_once_undo_each_revision_once",
        ],
    ),
];

/// Laws with a case for each of many things: the law is broken if one is.
const OF_MANY: &[&str] = &[
    "introspect_is_normalize",
    "normalize_is_idempotent",
    "operation",
    "operation_that_rows_stand_against",
    "hostile_name",
    "unsupported_is_refused",
    "witness::sees_the_values_of",
    "canonicalize::knows_again",
    "canonicalize::tells_apart",
];

/// The law that a case is about.
fn law(case: &str) -> &str {
    let is_of = |law: &&&str| case.strip_prefix(**law).is_some_and(|rest| rest.starts_with("::"));
    OF_MANY.iter().find(is_of).copied().unwrap_or(case)
}

#[test]
fn there_is_a_fault_for_each_law() {
    let broken: BTreeSet<&str> =
        BREAKAGE.iter().flat_map(|(_, cases)| cases.iter()).map(|case| law(case)).collect();
    let cases = retort_conformance::cases();
    let laws: BTreeSet<&str> = cases.iter().map(|case| law(case)).collect();
    assert_eq!(broken, laws);
}

/// Breaks the laws one by one. What the engine does not have is skipped, but
/// for the cases that are named.
fn breaks_every_law(victim: Victim, not_there: &[&str]) {
    if let Victim::Server(engine) = victim
        && !engine.is_available()
    {
        return;
    }
    let settings = Settings { cases: 6, seed: 0, shrink: Duration::ZERO };
    let mut skipped = Vec::new();
    for (fault, cases) in BREAKAGE {
        let reports = check(OnSaboteur { victim, fault: *fault }, settings, |name| cases.contains(&name));
        let names: BTreeSet<&str> = reports.iter().map(|report| &*report.case).collect();
        assert_eq!(names, cases.iter().copied().collect(), "cases of {fault:?}");
        for report in &reports {
            match report.ending {
                Ending::Failed { .. } => {}
                Ending::Passed => panic!("{} does not notice {fault:?} on {victim:?}", report.case),
                Ending::Skipped { .. } => skipped.push(report.case.clone()),
            }
        }
    }
    assert_eq!(skipped, not_there, "cases that {victim:?} skips");
}

#[test]
fn every_law_can_be_broken_on_sqlite() {
    breaks_every_law(
        Victim::Sqlite,
        &[
            "introspect::reads_every_namespace",
            "hostile_name::longest",
            "batch::changes_of_the_schema_say_that_they_commit",
            "transaction::is_refused_where_changes_commit",
        ],
    );
}

#[test]
fn every_law_can_be_broken_on_postgresql() {
    breaks_every_law(
        Victim::Server(Engine::Postgresql),
        &[
            "unsupported_is_refused::array",
            "batch::changes_of_the_schema_say_that_they_commit",
            "transaction::is_refused_where_changes_commit",
            "read_access::creates_no_database",
            "write_access::creates_the_database",
        ],
    );
}

#[test]
fn every_law_can_be_broken_on_mysql() {
    breaks_every_law(Victim::Server(Engine::Mysql), MYSQL_HAS_NOT);
}

#[test]
fn every_law_can_be_broken_on_mariadb() {
    breaks_every_law(Victim::Server(Engine::Mariadb), MYSQL_HAS_NOT);
}

const MYSQL_HAS_NOT: &[&str] = &[
    "introspect::reads_every_namespace",
    "batch::failed_atomic_batch_leaves_no_trace::schema",
    "transaction::lasts_with_its_commit",
    "transaction::is_gone_without_its_commit",
    "transaction::ends_with_a_failure",
    "read_access::creates_no_database",
    "write_access::creates_the_database",
];
