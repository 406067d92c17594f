//! Sessions that only read.

use retort_core::{
    backend::{Access, BackendErrorKind, Batch, BatchError, Scope, Statement},
    schema::Schema,
};

use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::Context,
    session::Session,
    site::Site,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("read_access::creates_no_database", creates_no_database),
        case!("read_access::leaves_a_new_database_empty", leaves_it_empty),
        case!("read_access::reads", reads),
        case!("read_access::does_not_write", does_not_write),
        case!("write_access::creates_the_database", creates_the_database),
    ]
}

async fn creates_no_database(context: &Context) -> Verdict {
    if !context.backend().capabilities().creates_database {
        return Err(Stop::skipped("connecting creates no database"));
    }
    let database = context.database();
    for attempt in ["first", "second"] {
        match context.connect(database.url(), Access::Read).await {
            Err(error) if error.kind() == BackendErrorKind::DatabaseMissing => {}
            Err(error) => {
                return Err(Stop::failed(format!("the {attempt} look fails as {:?}: {error}", error.kind())));
            }
            Ok(_) => return Err(Stop::failed(format!("the {attempt} look finds a database"))),
        }
    }
    Ok(())
}

async fn creates_the_database(context: &Context) -> Verdict {
    if !context.backend().capabilities().creates_database {
        return Err(Stop::skipped("connecting creates no database"));
    }
    let session = Session::new(context).await?;
    let reader = session.another(Access::Read).await?;
    reader.close().await?;
    session.close().await
}

async fn leaves_it_empty(context: &Context) -> Verdict {
    let mut writer = Session::new(context).await?;
    let mut reader = writer.another(Access::Read).await?;
    reader.connection.introspect(&Scope::default()).await?;
    reader.connection.fetch(&Statement::new("SELECT 1")).await?;
    reader.close().await?;
    let found = writer.introspect(&Schema::default()).await?;
    same(&found, &Schema::default(), || "after a reader".to_owned())?;
    if let Some(mut witness) = writer.witness() {
        let tables = witness.tables().await.map_err(|error| Stop::failed(error.to_string()))?;
        ensure!(tables.is_empty(), "the witness sees {tables:?}");
    }
    writer.close().await
}

async fn reads(context: &Context) -> Verdict {
    let mut site = Site::with(context, "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(20))").await?;
    site.session.run(&["INSERT INTO t (id, a) VALUES (1, 'x')"]).await?;
    let mut reader = site.session.another(Access::Read).await?;
    let (here, there) =
        (site.session.rows("SELECT id, a FROM t").await?, reader.rows("SELECT id, a FROM t").await?);
    same(&there, &here, || "rows of a reader".to_owned())?;
    let (here, there) = (site.session.introspect(&site.model).await?, reader.introspect(&site.model).await?);
    same(&there, &here, || "schema of a reader".to_owned())?;
    reader.close().await?;
    site.session.close().await
}

async fn does_not_write(context: &Context) -> Verdict {
    let mut site = Site::with(context, "CREATE TABLE t (id INTEGER PRIMARY KEY)").await?;
    let mut reader = site.session.another(Access::Read).await?;
    for sql in ["INSERT INTO t (id) VALUES (1)", "CREATE TABLE u (id INTEGER)", "DROP TABLE t"] {
        let alone = !sql.starts_with("INSERT") && !reader.backend.capabilities().transactional_ddl;
        for atomic in [true, false] {
            if atomic && alone {
                continue;
            }
            let batch = Batch { atomic, ..Batch::atomic(vec![Statement::new(sql)]) };
            let error = match reader.connection.execute(&batch).await {
                Ok(_) => return Err(Stop::failed(format!("a reader ran `{sql}`"))),
                Err(BatchError::Statement { source, .. } | BatchError::Backend(source)) => source,
                Err(error) => return Err(error.into()),
            };
            ensure!(
                error.kind() == BackendErrorKind::ReadOnly,
                "`{sql}` of a reader fails as {:?}: {error}",
                error.kind()
            );
        }
    }
    reader.close().await?;
    site.check(|| "after a reader".to_owned()).await?;
    let rows = site.session.rows("SELECT id FROM t").await?;
    ensure!(rows.is_empty(), "a reader left {rows:?}");
    site.session.close().await
}
