//! The suite is tested, too: a backend that breaks one promise makes exactly the
//! cases fail that are about it.

mod saboteur;

use expect_test::{Expect, expect};
use retort_conformance::{Ending, Settings, check};

use self::saboteur::{Fault, OnSaboteur};

/// Runs the suite on a backend with the fault, and shows what fails.
///
/// Cases that are generated and races are left out: whether they come upon a
/// fault is a matter of luck.
#[track_caller]
fn fails(fault: Fault, expected: Expect) {
    let settings = Settings { cases: 1, seed: 0 };
    let is_certain = |name: &str| {
        !name.ends_with("::generated")
            && !name.ends_with("::generated_with_hostile_names")
            && (!name.starts_with("deployers::") || fault == Fault::None)
    };
    let reports = check(OnSaboteur { fault }, settings, is_certain);
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
        lock::is_kept_over_batches
    "#]];
    reader_writes: WritesOnReadAccess => expect![[r#"
        read_access::creates_no_database
        read_access::does_not_write
    "#]];
    index_is_forgotten: ForgetsPartialIndexes => expect![[r#"
        introspect_is_normalize::index::partial
        introspect_is_normalize::expression::predicate
        operation::create_partial_index
    "#]];
    comment_is_forgotten: ForgetsColumnComments => expect![[r#"
        introspect_is_normalize::comment::on_columns
        introspect_is_normalize::supplementary_characters::in_a_comment
        operation::change_keeps_the_comment
        operation::set_column_comment
        operation::drop_column_comment
    "#]];
    action_is_forgotten: ForgetsReferentialActions => expect![[r#"
        introspect_is_normalize::foreign_key::actions
        introspect_is_normalize::foreign_key::to_itself
        operation::add_column_with_reference
        operation::add_foreign_key
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
