//! What a saboteur does.

/// The promise that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// What ran of an atomic batch before a failure stays.
    SkipsRollback,
    /// Batches run whatever their guard says.
    IgnoresGuard,
    /// Statements change as many rows as they like.
    IgnoresExpectedRows,
    /// The statement after the one that failed is said to have failed.
    ReportsWrongStatement,
    /// Batches that are not atomic run to their end in any case.
    GoesOnAfterFailure,
    /// Everybody has the lock.
    IgnoresLock,
    /// Only closing the session frees the lock.
    KeepsLockAfterDeath,
    /// The lock is free after the first batch.
    LosesLockInBatch,
    /// Readers have all rights.
    WritesOnReadAccess,
    /// Partial indexes are not read.
    ForgetsPartialIndexes,
    /// Comments on columns are not read.
    ForgetsColumnComments,
    /// What foreign keys do is not read.
    ForgetsReferentialActions,
    /// Columns that are added with a default take NULL.
    LosesNotNull,
    /// Columns are added without their default.
    LosesDefault,
    /// A row gets lost when a column gets another type.
    LosesRowsOnRetype,
    /// What is not supported is taken for done.
    AcceptsUnsupported,
    /// Each time that a schema is normalized, a comment gets longer.
    NormalizesTwice,
    /// Backslashes do not arrive.
    DropsBackslashes,
    /// A locker that has to wait does not.
    LocksAtOnce,
    /// All statements are said to have changed one row.
    CountsOne,
    /// All tables are read, whichever were asked for.
    IgnoresOnly,
    /// Tables are read that should be left out.
    IgnoresExclude,
    /// All errors of statements in batches are of one kind.
    HidesKinds,
    /// Names are written in quotes as they are.
    QuotesNaively,
    /// What was set for the session stays set.
    KeepsSettings,
    /// Rows do not arrive, and nobody is told.
    LosesInserts,
    /// No row is said to have changed.
    CountsNothing,
    /// A session is of no use after an error.
    BreaksAfterFailure,
    /// What follows a semicolon is dropped.
    SplitsStatements,
    /// The rows of a guard must come in its order.
    OrdersGuard,
    /// All errors of queries are of one kind.
    HidesKindsOfQueries,
    /// A database that is missing is a server that cannot be reached.
    HidesMissingDatabases,
    /// Messages are sentences.
    EndsInPeriod,
    /// Numbers are read as others, and text without its end.
    ReadsWrongValues,
    /// Nobody reads while the lock is held.
    LocksOutReaders,
    /// There is one lock for all databases.
    LocksEverything,
    /// Readers see no rows.
    HidesRowsFromReaders,
    /// Connecting creates no database.
    CreatesNothing,
    /// Introspection leaves a table behind.
    CreatesWhileReading,
    /// A table is read that is not there.
    ShowsGhosts,
    /// A session sees no indexes when it looks again.
    SeesLessTheSecondTime,
    /// All columns are read as if they could be NULL.
    ForgetsNotNull,
    /// Each time that a schema is normalized, columns change.
    NormalizesBackAndForth,
    /// There is neither lock nor guard, and runs keep step.
    KeepsNobodyOut,
    /// Only the default namespace is read.
    SeesOneNamespace,
    /// All statements are said to run in transactions.
    SaysAllCanBeRolledBack,
    /// Names are said to be longer than they can be.
    PromisesLongerNames,
    /// All definitions are said to be the same.
    TakesAllForTheSame,
    /// A definition is said to be another one each time.
    KnowsNothingAgain,
    /// What is asked about stays in the database.
    KeepsWhatIsAsked,
    /// One definition that cannot be asked for fails all others.
    FailsTogether,
    /// Each batch of a transaction commits by itself.
    CommitsEachBatch,
    /// Transactions are never committed.
    NeverCommits,
}
