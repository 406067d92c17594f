use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn users() -> QualifiedName {
    QualifiedName::unqualified("users")
}

#[test]
fn renaming_a_column_touches_only_the_column() {
    fn check(before: &str, after: &str) {
        let renamed =
            rename_column(&Expression::new(before), &users(), &Name::new("email"), &Name::new("mail"));
        assert_eq!(renamed.as_str(), after);
        let mentioned = mentions_column(&Expression::new(before), &users(), &Name::new("email"));
        assert_eq!(mentioned, before != after, "{before}");
    }
    check("email <> ''", "mail <> ''");
    check("EMAIL <> ''", "mail <> ''");
    check("\"email\" <> '' AND `email` > 1", "\"mail\" <> '' AND `mail` > 1");
    check("\"Email\" <> ''", "\"Email\" <> ''");
    check("users.email = other.email", "users.mail = other.email");
    check(
        "'email' = $$email$$ -- email\n/* email /* email */ */",
        "'email' = $$email$$ -- email\n/* email /* email */ */",
    );
    check("e'\\'' || email || E'email'", "e'\\'' || mail || E'email'");
    check("'it''s email' || email", "'it''s email' || mail");
    check("email(email)", "email(mail)");
    check("x::email AND CAST(y AS email)", "x::email AND CAST(y AS email)");
    check("x COLLATE email", "x COLLATE email");
    check("email '2020'", "email '2020'");
    check("extract(email FROM email) > 1", "extract(email FROM mail) > 1");
    check("(email).email", "(mail).email");
    check("emails + email2 + é", "emails + email2 + é");
    check("email[1]", "mail[1]");
}

#[test]
fn a_keyword_is_a_column_only_in_quotes() {
    let end = Name::new("end");
    let case = Expression::new("CASE WHEN x THEN \"end\" ELSE 2 END");
    assert_eq!(
        rename_column(&case, &users(), &end, &Name::new("finish")).as_str(),
        "CASE WHEN x THEN \"finish\" ELSE 2 END"
    );
    let time = Expression::new("x AT TIME ZONE 'UTC' > y");
    assert!(!mentions_column(&time, &users(), &Name::new("time")));
    let quoted = rename_column(&Expression::new("x > 1"), &users(), &Name::new("x"), &Name::new("a \"b\""));
    assert_eq!(quoted.as_str(), "\"a \"\"b\"\"\" > 1");
    let reserved = rename_column(&Expression::new("x > 1"), &users(), &Name::new("x"), &Name::new("order"));
    assert_eq!(reserved.as_str(), "\"order\" > 1");
}

#[test]
fn queries_name_relations_in_known_places() {
    fn check(query: &str, expected: Expect) {
        let relations: Vec<_> = scan(query)
            .paths
            .iter()
            .filter(|path| path.role == Role::Relation)
            .map(|path| path.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("."))
            .collect();
        expected.assert_eq(&relations.join(" "));
    }
    check("SELECT users FROM a, n.b AS c JOIN d ON d.x = a.x", expect!["a n.b d"]);
    check("SELECT (SELECT max(x) FROM a), b FROM (SELECT y FROM c WHERE e IN (f, g)) h, i", expect!["a c i"]);
    check("SELECT extract(year FROM a), b IS DISTINCT FROM c FROM (d JOIN e USING (f))", expect!["d e"]);
    check("SELECT x FROM generate_series(a, b) g, LATERAL (SELECT 1) l, ONLY c", expect!["c"]);
    check("SELECT DISTINCT x FROM a UNION ALL SELECT y FROM b ORDER BY c, d", expect!["a b"]);
    check(
        "CREATE TRIGGER t AFTER UPDATE OF x ON a BEGIN INSERT INTO b (c) VALUES (NEW.d); UPDATE e SET f = 1; DELETE FROM g WHERE h; END",
        expect!["a b e g"],
    );
}

#[test]
fn queries_read_from_relations_that_are_not_their_own() {
    fn check(query: &str, expected: Expect) {
        let relations: Vec<_> = relations_of(query).iter().map(ToString::to_string).collect();
        expected.assert_eq(&relations.join(" "));
    }
    check("WITH x AS (SELECT 1 FROM a) SELECT * FROM x, n.x, \"X\"", expect!["a n.x X"]);
    check(
        "WITH RECURSIVE t (n, m) AS (SELECT 1, (2) UNION ALL SELECT n FROM t), u AS NOT MATERIALIZED (SELECT 1) \
         SELECT * FROM b, T JOIN u ON true",
        expect!["b"],
    );
    check("SELECT CAST(a AS int), (SELECT 1) AS x FROM x", expect!["x"]);
    check("AS (", expect![""]);
}

#[test]
fn views_depend_on_the_columns_that_certainly_are_the_table_s() {
    fn check(query: &str, expected: bool) {
        let may_have = |other: &QualifiedName| other.name.as_str() != "orders";
        let depends = reads_column(query, &users(), &Name::new("email"), may_have);
        assert_eq!(depends, expected, "{query}");
    }
    check("SELECT email FROM users", true);
    check("SELECT id FROM users GROUP BY email", true);
    check("SELECT id FROM users WHERE name GLOB email", true);
    check("SELECT u.email FROM users u JOIN orders o ON true", true);
    check("SELECT u.email FROM users AS u, logs", true);
    check("SELECT o.email FROM users JOIN orders o ON true", false);
    check("SELECT orders.email FROM users JOIN orders ON true", false);
    check("SELECT email FROM users JOIN orders ON true", true);
    check("SELECT email FROM users JOIN logs ON true", false);
    check("SELECT users.email FROM users JOIN logs ON true", true);
    check("SELECT users.email FROM users u JOIN logs users ON true", false);
    check("SELECT * FROM users", false);
    check("SELECT name AS email, count(*) email FROM users", false);
    check("SELECT name email FROM users email", false);
    check("SELECT email FROM orders", false);
    check("SELECT email FROM finance.users", false);
}

#[test]
fn relations_are_renamed_only_when_nothing_else_is_meant() {
    fn check(query: &str, expected: Expect) {
        let rewrite = match rename_relation(query, &users(), &Name::new("people")) {
            Rewrite::Unaffected => "unaffected".to_owned(),
            Rewrite::Done(query) => query,
            Rewrite::Unsure => "unsure".to_owned(),
        };
        expected.assert_eq(&rewrite);
    }
    check("SELECT users.id, users.* FROM users", expect!["SELECT people.id, people.* FROM people"]);
    check("SELECT u.id FROM \"users\" u", expect![[r#"SELECT u.id FROM "people" u"#]]);
    check("SELECT users FROM users", expect!["unsure"]);
    check("SELECT 1 FROM users JOIN people ON true", expect!["unsure"]);
    check("WITH users AS (SELECT 1) SELECT * FROM users", expect!["unsure"]);
    check("SELECT users FROM orders", expect!["unaffected"]);
    check("SELECT 1 FROM finance.users", expect!["unaffected"]);
    check("SELECT u.x FROM finance.users u, users p", expect!["SELECT u.x FROM finance.users u, people p"]);
    check("SELECT users.x FROM finance.users, users p", expect!["unsure"]);
    check("SELECT users.* FROM users", expect!["SELECT people.* FROM people"]);
    check("SELECT people FROM users", expect!["unsure"]);
}

#[test]
fn namespaces_are_renamed_before_what_they_hold() {
    fn check(query: &str, expected: Expect) {
        let rewrite =
            rename_namespace_in_query(query, &Name::new("a"), &Name::new("b"), |name| name.as_str() == "t");
        expected.assert_eq(&format!("{rewrite:?}"));
    }
    check("SELECT a.t.x, a.t.* FROM a.t", expect![[r#"Done("SELECT b.t.x, b.t.* FROM b.t")"#]]);
    check("SELECT a.x FROM a.t", expect!["Unsure"]);
    check("SELECT x FROM t", expect!["Unaffected"]);
    assert_eq!(
        rename_namespace(&Expression::new("a.f(a.x) > 'y'::a.m"), &Name::new("a"), &Name::new("b")).as_str(),
        "b.f(a.x) > 'y'::b.m"
    );
}

proptest! {
    #[test]
    fn scanning_never_fails_and_renaming_to_itself_keeps_the_names(text in "[-a-c.,*()'\"`$/ \n\\\\é:]{0,40}") {
        let expression = Expression::new(text);
        let renamed = rename_column(&expression, &users(), &Name::new("a"), &Name::new("a"));
        prop_assert_eq!(columns_of(&renamed), columns_of(&expression));
        let gone = rename_column(&expression, &users(), &Name::new("a"), &Name::new("zz"));
        prop_assert!(!mentions_column(&gone, &users(), &Name::new("a")));
        rename_relation(expression.as_str(), &users(), &Name::new("a"));
        reads_column(expression.as_str(), &users(), &Name::new("a"), |_| false);
    }
}

#[test]
fn columns_without_a_name_are_noticed() {
    fn check(query: &str, expected: bool) {
        assert_eq!(names_no_columns(query), expected, "{query}");
    }
    check("SELECT * FROM t", true);
    check("SELECT a, t.* FROM t", true);
    check("SELECT DISTINCT ON (a) *, b FROM t", true);
    check("WITH x AS (SELECT * FROM t) SELECT a FROM x", true);
    check("SELECT a FROM t NATURAL JOIN u", true);
    check("SELECT count(*), a * 2, '*', \"*\" FROM t", false);
    check("SELECT \"natural\" FROM t", false);
}
