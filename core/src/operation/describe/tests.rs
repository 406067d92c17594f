use expect_test::{Expect, expect};

use super::*;
use crate::schema::{
    Check, EnumType, Expression, ForeignKey, Identity, IndexKeyPart, PrimaryKey, Table, Type, View,
};

fn users() -> QualifiedName {
    QualifiedName::unqualified("users")
}

fn check(operation: Operation, expected: Expect) {
    expected.assert_eq(&operation.describe());
}

fn check_change(change: ColumnChange, expected: Expect) {
    check(Operation::AlterColumn { table: users(), column: Name::new("age"), change }, expected);
}

fn check_constraint(constraint: Constraint, expected: Expect) {
    check(Operation::AddConstraint { table: users(), constraint }, expected);
}

#[test]
fn tables_and_columns() {
    let name = QualifiedName::qualified("finance", "users");
    check(
        Operation::CreateTable { table: Table::new(name, Vec::new()), if_not_exists: true },
        expect!["create table finance.users"],
    );
    let column = Column::new("email", Type::VarChar(Some(320)));
    let add = |column| Operation::AddColumn { table: users(), column, if_not_exists: false };
    check(add(column.clone()), expect!["add column users.email VARCHAR(320)"]);
    check(
        add(column.not_null().with_default("'?'")),
        expect!["add column users.email VARCHAR(320) not null default '?'"],
    );
    check(
        Operation::SetTableComment { table: users(), comment: None },
        expect!["drop comment on table users"],
    );
}

#[test]
fn column_changes() {
    check_change(
        ColumnChange::Type { ty: Type::BigInt, collation: None, using: Some("age::bigint".into()) },
        expect!["alter column users.age: set type BIGINT using age::bigint"],
    );
    check_change(ColumnChange::Nullable(false), expect!["alter column users.age: set not null"]);
    check_change(ColumnChange::Default(None), expect!["alter column users.age: drop default"]);
    check_change(
        ColumnChange::Identity(Some(Identity::by_default())),
        expect!["alter column users.age: set identity"],
    );
}

#[test]
fn constraints_and_indexes() {
    let key = ForeignKey::new(
        vec![Name::new("team_id")],
        QualifiedName::unqualified("teams"),
        vec![Name::new("id")],
    );
    check_constraint(
        Constraint::named("fk_team", ConstraintKind::ForeignKey(key)),
        expect!["add foreign key users.fk_team (team_id) → teams (id)"],
    );
    let columns = vec![Name::new("a"), Name::new("b")];
    check_constraint(
        Constraint { name: None, kind: ConstraintKind::PrimaryKey(PrimaryKey { columns }) },
        expect!["add primary key users (a, b)"],
    );
    let long = Check { expression: Expression::new(format!("a > {}", "1 + ".repeat(20))), validated: true };
    check_constraint(
        Constraint::named("ck", ConstraintKind::Check(long)),
        expect![
            "add check constraint users.ck (a > 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 +…)"
        ],
    );
    let mut index = Index::on_columns("ix", [Name::new("a")]);
    index.unique = true;
    let lower = IndexKey::Expression("lower(b)".into());
    index.key.push(IndexKeyPart { key: lower, ..IndexKeyPart::column(Name::new("b")) });
    check(
        Operation::CreateIndex { table: users(), index, concurrently: true, if_not_exists: false },
        expect!["create unique index ix concurrently on users (a, (lower(b)))"],
    );
}

#[test]
fn everything_else() {
    check(
        Operation::AddEnumValue {
            name: QualifiedName::unqualified("mood"),
            value: "sad".to_owned(),
            position: EnumValuePosition::Before("ok".to_owned()),
            if_not_exists: false,
        },
        expect!["add value 'sad' to type mood before 'ok'"],
    );
    check(
        Operation::CreateEnum { enum_type: EnumType::new(QualifiedName::unqualified("mood"), ["sad"]) },
        expect!["create type mood"],
    );
    let view = View { name: users(), columns: Vec::new(), query: "SELECT 1".into(), comment: None };
    check(Operation::CreateView { view, or_replace: true }, expect!["create or replace view users"]);
    check(
        Operation::SetComment { on: CommentTarget::View(users()), comment: Some("x".to_owned()) },
        expect!["set comment on view users"],
    );
}

#[test]
fn statements_are_cut_to_one_line() {
    let raw = |sql: &str| Operation::Raw { sql: sql.to_owned() };
    check(raw("UPDATE users\n   SET age = 1"), expect!["run UPDATE users SET age = 1"]);
    check(
        raw("UPDATE users SET name = 'a very long name that does not fit in one line'"),
        expect!["run UPDATE users SET name = 'a very long name that does not fit…"],
    );
    check(raw(" "), expect!["run"]);
    check(raw(&"é".repeat(60)), expect!["run éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"]);
    check(raw(&"é".repeat(61)), expect!["run éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…"]);
}
