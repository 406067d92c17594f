//! Views that PostgreSQL does not let stay while something changes under them.
//!
//! Which views use a column, and what hangs on them, is found out on the server
//! when the statement runs: the schema that a plan is made with has the text of
//! a view as it was written, and does not follow the renaming of columns in it.

use retort_core::{
    backend::Statement,
    schema::{Name, QualifiedName, Schema, View},
};

use super::{literal, mentions, quote_qualified, view::create_view};

/// Drops the views that use something, those that use others first, and writes
/// how to create them again to `definitions`: with their owners, privileges,
/// comments, defaults, triggers and rules.
const SET_ASIDE: &str = include_str!("set_views_aside.sql");

/// The setting that holds the definitions while the views are gone.
const SETTING: &str = "retort.views";

/// Wraps statements that PostgreSQL refuses while views use these columns.
/// Does nothing if no view of the schema mentions the table.
pub(super) fn around_columns(
    table: &QualifiedName,
    columns: &[Name],
    statements: Vec<Statement>,
    before: &Schema,
) -> Vec<Statement> {
    if columns.is_empty() || !any_view_mentions(&[&table.name], before) {
        return statements;
    }
    let names: Vec<String> = columns.iter().map(|column| literal(column.as_str())).collect();
    let of_columns = format!(
        "attrelid = {}::regclass AND attname IN ({})",
        literal(&quote_qualified(table)),
        names.join(", ")
    );
    around(&uses_columns(&of_columns), statements)
}

/// Wraps statements that PostgreSQL refuses while views use the enum type, or
/// columns of it. Does nothing if no view of the schema mentions the type or one
/// of these tables.
pub(super) fn around_type(
    ty: &QualifiedName,
    tables: &[&Name],
    statements: Vec<Statement>,
    before: &Schema,
) -> Vec<Statement> {
    let mut names = vec![&ty.name];
    names.extend(tables);
    if !any_view_mentions(&names, before) {
        return statements;
    }
    let oid = format!("{}::regtype", literal(&quote_qualified(ty)));
    let types = format!("SELECT oid FROM pg_type WHERE {oid} IN (oid, typelem)");
    let seed = format!(
        "{}
                OR (dependency.refclassid = 'pg_type'::regclass AND dependency.refobjid IN ({types}))",
        uses_columns(&format!("atttypid IN ({types})"))
    );
    around(&seed, statements)
}

/// Gives an existing view another query: in place, or by creating it again
/// where PostgreSQL would change none of its columns.
pub(super) fn replace_view(view: &View) -> Statement {
    let seed = format!("SELECT {}::regclass::oid, 0", literal(&quote_qualified(&view.name)));
    let again = format!(
        "CASE dependent.depth WHEN 0 THEN {} ELSE {CREATE_AGAIN} END",
        literal(&create_view(view, false))
    );
    let body = format!(
        "    BEGIN
        EXECUTE {};
        RETURN;
    EXCEPTION WHEN invalid_table_definition THEN
        -- Its columns change, so that it has to be created again.
    END;
{}    EXECUTE definitions;\n",
        literal(&create_view(view, true)),
        set_aside(&seed, &again)
    );
    run(&body, &VARIABLES)
}

/// How a view is created again as it is.
const CREATE_AGAIN: &str = "format('CREATE VIEW %s%s AS %s', dependent.name, \
     ' WITH (' || array_to_string(dependent.reloptions, ', ') || ')', \
     rtrim(pg_get_viewdef(dependent.oid), ';'))";

const VARIABLES: [&str; 2] = ["dependent record", "definitions text := ''"];

fn any_view_mentions(names: &[&Name], before: &Schema) -> bool {
    before.views.values().any(|view| names.iter().any(|name| mentions(view.query.as_str(), name)))
}

/// The views whose rules depend on columns that fulfil a condition.
fn uses_columns(condition: &str) -> String {
    format!(
        "SELECT rule.ev_class, 1
            FROM pg_depend AS dependency
            JOIN pg_rewrite AS rule
                ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
            WHERE (dependency.refclassid = 'pg_class'::regclass
                AND (dependency.refobjid, dependency.refobjsubid) IN (
                    SELECT attrelid, attnum FROM pg_attribute WHERE {condition}))"
    )
}

fn around(seed: &str, statements: Vec<Statement>) -> Vec<Statement> {
    let keep =
        format!("{}    PERFORM set_config('{SETTING}', definitions, true);\n", set_aside(seed, CREATE_AGAIN));
    let again = format!("    -- Put the views back.\n    EXECUTE current_setting('{SETTING}');\n");
    let mut wrapped = vec![run(&keep, &VARIABLES)];
    wrapped.extend(statements);
    wrapped.push(run(&again, &[]));
    wrapped
}

fn set_aside(seed: &str, create: &str) -> String {
    let (before, rest) = SET_ASIDE.split_once("{seed}").unwrap_or_default();
    let (between, after) = rest.split_once("{create}").unwrap_or_default();
    format!("{before}{seed}{between}{create}{after}")
}

/// A statement that runs a body of PL/pgSQL.
fn run(body: &str, variables: &[&str]) -> Statement {
    let declarations: String = variables.iter().map(|variable| format!("    {variable};\n")).collect();
    let declare = if variables.is_empty() { "" } else { "DECLARE\n" };
    // A tag that the body does not contain.
    let tags = std::iter::once("$retort$".to_owned()).chain((1..).map(|number| format!("$retort{number}$")));
    let tag = tags.into_iter().find(|tag| !body.contains(tag.as_str())).unwrap_or_default();
    Statement::new(format!("DO {tag}\n{declare}{declarations}BEGIN\n{body}END\n{tag}"))
}
