//! Names that are easily mistaken for something else.

use std::collections::BTreeSet;

use retort_core::{
    backend::{Row, Value},
    operation::{ColumnChange, Operation},
    schema::{
        Check, Column, Constraint, ConstraintKind, ForeignKey, Index, Name, PrimaryKey, QualifiedName,
        Schema, Table, Type, Unique,
    },
    sql::{LengthUnit, Syntax},
};

use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::Context,
    project::Project,
    session::{Refusal, Session},
    site::{Site, same_schema, told},
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = NAMES
        .iter()
        .map(|(name, text)| {
            Case::with_database(format!("hostile_name::{name}"), move |context| {
                Box::pin(hostile(context, text))
            })
        })
        .collect();
    cases.push(case!("hostile_name::longest", longest));
    cases.push(case!("hostile_name::too_long", too_long));
    cases.push(case!("hostile_name::tables_that_differ_in_case", tables_in_case));
    cases.push(case!("hostile_name::columns_that_differ_in_case", columns_in_case));
    cases
}

/// Names that are fine everywhere as long as they are in quotes.
const NAMES: &[(&str, &str)] = &[
    ("reserved_word", "select"),
    ("another_reserved_word", "table"),
    ("primary", "primary"),
    ("upper_case", "Total"),
    ("space", "two words"),
    ("double_quote", "a\"b"),
    ("only_double_quote", "\""),
    ("single_quote", "it's"),
    ("backtick", "a`b"),
    ("only_backtick", "`"),
    ("brackets", "[a]"),
    ("backslash", "a\\b"),
    ("percent", "100%s"),
    ("semicolon", "a;b"),
    ("line_comment", "-- a"),
    ("block_comment", "/* a"),
    ("dollar", "$1"),
    ("colon", ":a"),
    ("question_mark", "a?"),
    ("dot", "a.b"),
    ("digit_first", "1a"),
    ("only_digits", "42"),
    ("accents", "prénom"),
    ("other_script", "漢字"),
    ("new_line", "a\nb"),
];

/// A table with the name in each place, and a suffix where a name must be
/// another one.
fn table_called(name: &str, suffixed: impl Fn(&str) -> Name) -> Vec<Table> {
    let of = |text: &str| Name::new(text);
    let parent = QualifiedName::unqualified(of(name));
    let id = of(name);
    let mut table = Table::new(
        parent.clone(),
        vec![Column::new(id.clone(), Type::Integer).not_null(), Column::new("plain", Type::Integer)],
    );
    table.constraints = vec![
        Constraint::named(
            suffixed("p"),
            ConstraintKind::PrimaryKey(PrimaryKey { columns: vec![id.clone()] }),
        ),
        Constraint::named(
            suffixed("u"),
            ConstraintKind::Unique(Unique {
                columns: vec!["plain".into()],
                nulls_not_distinct: false,
                deferrable: retort_core::schema::Deferrable::No,
            }),
        ),
        Constraint::named(
            suffixed("c"),
            ConstraintKind::Check(Check {
                expression: format!("{} > 0", Syntax::PORTABLE.quote_identifier(name)).into(),
                validated: true,
            }),
        ),
    ];
    table.indexes = vec![Index::on_columns(suffixed("i"), [id.clone(), "plain".into()])];
    let mut child =
        Table::new(QualifiedName::unqualified(suffixed("t")), vec![Column::new(id.clone(), Type::Integer)]);
    child.constraints = vec![Constraint::named(
        suffixed("f"),
        ConstraintKind::ForeignKey(ForeignKey::new(vec![id.clone()], parent, vec![id])),
    )];
    vec![table, child]
}

async fn hostile(context: &Context, name: &'static str) -> Verdict {
    check_tables(context, name, table_called(name, |suffix| Name::new(format!("{name}{suffix}")))).await
}

/// Creates the tables, reads them back, changes them, and puts rows in. What
/// the backend does not do is left out, as long as there is a table.
async fn check_tables(context: &Context, name: &str, tables: Vec<Table>) -> Verdict {
    let mut site = Site::new(context).await?;
    let names: Vec<QualifiedName> = tables.iter().map(|table| table.name.clone()).collect();
    for table in tables {
        create(&mut site, table).await?;
    }
    let found = site.check(|| format!("with the name {name:?}")).await?;
    let there: BTreeSet<_> = found.tables.keys().collect();
    ensure!(there == names.iter().collect(), "there are {there:?}");
    let (table, column) = (site.session.quote(name), site.session.quote(name));
    site.session.run(&[&*format!("INSERT INTO {table} ({column}) VALUES (1)")]).await?;
    // What only the name could break: a change of the table, renames.
    let parent = names[0].clone();
    let added = Column::new("added", Type::VarChar(Some(20)));
    apply(&mut site, Operation::AddColumn { table: parent.clone(), column: added, if_not_exists: false })
        .await?;
    site.session.run(&[&*format!("UPDATE {table} SET added = 'x' WHERE {column} = 1")]).await?;
    let set_not_null = Operation::AlterColumn {
        table: parent.clone(),
        column: "added".into(),
        change: ColumnChange::Nullable(false),
    };
    try_apply(&mut site, set_not_null).await?;
    site.check(|| format!("after changes of the table {name:?}")).await?;
    let rename =
        Operation::RenameColumn { table: parent.clone(), from: Name::new(name), to: "renamed".into() };
    let back = Operation::RenameColumn { table: parent.clone(), from: "renamed".into(), to: Name::new(name) };
    if try_apply(&mut site, rename).await? {
        site.check(|| format!("after a rename of the column {name:?}")).await?;
        apply(&mut site, back).await?;
    }
    let rename = Operation::RenameTable { from: parent.clone(), to: "renamed".into() };
    let back = Operation::RenameTable { from: QualifiedName::unqualified("renamed"), to: Name::new(name) };
    if try_apply(&mut site, rename).await? {
        site.check(|| format!("after a rename of the table {name:?}")).await?;
        apply(&mut site, back).await?;
    }
    site.check(|| format!("after renames to {name:?}")).await?;
    let rows = site.session.rows(&format!("SELECT {column}, added FROM {table}")).await?;
    let expected = Row(vec![Value::Integer(1), Value::Text("x".to_owned())]);
    same(&rows, &vec![expected], || format!("rows of the table {name:?}"))?;
    if let Some(mut witness) = site.session.witness() {
        let columns = witness.columns(name).await.map_err(|error| Stop::failed(error.to_string()))?;
        let expected = [name, "plain", "added"].map(str::to_owned).to_vec();
        same(&columns, &expected, || "columns for the witness".to_owned())?;
    }
    // The child first, which refers to the other.
    for table in names.into_iter().rev() {
        apply(&mut site, Operation::DropTable { name: table, if_exists: false }).await?;
    }
    let found = site.check(|| format!("after dropping {name:?}")).await?;
    ensure!(found == Schema::default(), "this is left: {found:#?}");
    site.session.close().await
}

/// Creates the table with as much of what is on it as the backend has.
async fn create(site: &mut Site, table: Table) -> Verdict {
    let mut plain = table.clone();
    plain.constraints.retain(|constraint| {
        matches!(constraint.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_))
    });
    let bare = Table { constraints: Vec::new(), indexes: Vec::new(), ..table.clone() };
    for table in [table, plain] {
        let create = Operation::CreateTable { table, if_not_exists: false };
        if create.apply_to(&mut site.model.clone()).is_ok() && try_apply(site, create).await? {
            return Ok(());
        }
    }
    apply(site, Operation::CreateTable { table: bare, if_not_exists: false }).await
}

/// Carries out one operation, if the backend does that.
async fn try_apply(site: &mut Site, operation: Operation) -> Verdict<bool> {
    let operations = [operation];
    match site.apply(&operations).await {
        Ok(_) => Ok(true),
        Err(Refusal::Unsupported(_)) => Ok(false),
        Err(refusal) => Err(Stop::from(refusal).while_doing(|| told(&operations))),
    }
}

/// Carries out one operation.
async fn apply(site: &mut Site, operation: Operation) -> Verdict {
    let operations = [operation];
    let applied = site.apply(&operations).await;
    applied.map_err(Stop::from).map_err(|stop| stop.while_doing(|| told(&operations)))?;
    Ok(())
}

/// A name of the greatest length that both the backend and portable SQL allow.
fn longest_name(syntax: &Syntax, more: usize) -> Option<String> {
    let limit = syntax.identifier_limit?;
    // Two bytes a character where characters are counted.
    let letter = match limit.unit {
        LengthUnit::Bytes => "x",
        LengthUnit::Chars => "é",
    };
    Some(format!("{}{}", letter.repeat(limit.max.saturating_sub(1)), "z".repeat(1 + more)))
}

async fn longest(context: &Context) -> Verdict {
    let Some(name) = longest_name(context.backend().syntax(), 0) else {
        return Err(Stop::skipped("names have no limit"));
    };
    // All of them are as long, and differ in the last letter.
    let suffixed = |suffix: &str| {
        let mut text = name.clone();
        text.pop();
        Name::new(text + suffix)
    };
    check_tables(context, &name, table_called(&name, suffixed)).await
}

/// A name that would be cut is refused by planning, or the database says no: two
/// names must not become one.
async fn too_long(context: &Context) -> Verdict {
    let Some(name) = longest_name(context.backend().syntax(), 1) else {
        return Err(Stop::skipped("names have no limit"));
    };
    let mut session = Session::new(context).await?;
    for sql in [
        format!("CREATE TABLE \"{name}\" (a INTEGER)"),
        format!("CREATE TABLE t (\"{name}\" INTEGER)"),
        format!("CREATE TABLE t (a INTEGER); CREATE INDEX \"{name}\" ON t (a)"),
    ] {
        let project = Project::new(&[("r1", &sql)]);
        let ran = project.upgrade(&mut *session.connection, "head").await;
        let mut found = session.introspect(&Schema::default()).await?;
        found.tables.retain(|name, _| !project.bookkeeping().contains(name));
        let length = name.chars().count();
        ensure!(ran.is_err(), "a name of {length} characters is one too long, but it became {found:#?}");
        ensure!(found == Schema::default(), "after a name that is too long, this is there: {found:#?}");
    }
    session.close().await
}

async fn tables_in_case(context: &Context) -> Verdict {
    let table = |name: &str, column: &str| Operation::CreateTable {
        table: Table::new(QualifiedName::unqualified(name), vec![Column::new(column, Type::Integer)]),
        if_not_exists: false,
    };
    both_or_one(context, table("name", "a"), table("Name", "b")).await
}

async fn columns_in_case(context: &Context) -> Verdict {
    let mut table = Table::new(QualifiedName::unqualified("t"), Vec::new());
    table.columns.push(Column::new("name", Type::Integer));
    let create = Operation::CreateTable { table, if_not_exists: false };
    let add = Operation::AddColumn {
        table: QualifiedName::unqualified("t"),
        column: Column::new("Name", Type::Integer),
        if_not_exists: false,
    };
    both_or_one(context, create, add).await
}

/// The second operation makes something of its own, or is refused.
async fn both_or_one(context: &Context, first: Operation, second: Operation) -> Verdict {
    let mut site = Site::new(context).await?;
    apply(&mut site, first).await?;
    let before = site.session.introspect(&site.model).await?;
    let second = [second];
    match site.apply(&second).await {
        Ok(_) => {
            site.check(|| told(&second)).await?;
        }
        Err(Refusal::Unsupported(_) | Refusal::Run(..)) => {
            let found = site.session.introspect(&site.model).await?;
            same_schema(&found, &before, || format!("refused: {}", told(&second)))?;
        }
        Err(refusal @ Refusal::Render(_)) => return Err(refusal.into()),
    }
    site.session.close().await
}
