use rusqlite::Connection;

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let columns = ["id", "Total", "order", "key"].map(Name::from);
    let columns = ColumnNames::new(&columns);
    assert_eq!(canonical_in(text, &columns), expected);
    assert_eq!(canonical_in(expected, &columns), expected, "the form of a form is the form");
}

#[test]
fn ways_of_writing_make_no_difference() {
    check("((ID>0))", "id > 0");
    check("( id ) > ( 0 )", "(id) > (0)");
    check("\"id\" /* the id */ is  NOT null", "id IS NOT NULL");
    check("id notnull AND id isnull", "id IS NOT NULL AND id IS NULL");
    check("`id` IN(1,2)AND[id]!=3 and id==4", "id IN (1, 2) AND id <> 3 AND id = 4");
    check("- 1", "-1");
    check("id- -1 - - 1", "id - -1 - -1");
    check("LOWER(\"id\")||'It''s'", "lower(id) || 'It''s'");
    check("X'ab'", "x'AB'");
    check("Cast(id AS Varchar(20)) || cast ( (id) as [my int])", "CAST(id AS TEXT) || CAST((id) AS INTEGER)");
    check("CAST(CAST(id AS double precision) AS date)", "CAST(CAST(id AS REAL) AS NUMERIC)");
    check("id->>'$.a' -> 1E3", "id ->> '$.a' -> 1e3");
    check("replace(id,'a','b') LIKE ('x')", "replace(id, 'a', 'b') LIKE ('x')");
    check("case WHEN id THEN -id end -1", "CASE WHEN id THEN -id END - 1");
}

#[test]
fn names_are_spelled_as_their_column() {
    check("total > 0", "\"Total\" > 0");
    check("\"TOTAL\" > 0", "\"Total\" > 0");
    check("\"ORDER\" > key", "\"order\" > key");
    check("\"Key\" = \"no column\"", "key = \"no column\"");
    // There is no other table that they could be of.
    check("t.Total = main.T.\"id\" * 1.5", "\"Total\" = id * 1.5");
}

#[test]
fn defaults_of_a_kind_are_equal() {
    let columns = ColumnNames::default();
    let normal = |text, ty| normal_default(text, ty, &columns).map(|default| default.as_str().to_owned());
    assert_eq!(normal("(null)", &Type::Text), None);
    assert_eq!(normal("1", &Type::Boolean).as_deref(), Some("TRUE"));
    assert_eq!(normal("true", &Type::Boolean).as_deref(), Some("TRUE"));
    assert_eq!(normal("1", &Type::Integer).as_deref(), Some("1"));
}

#[test]
fn a_cast_to_an_affinity_is_the_cast() {
    let connection = Connection::open_in_memory().expect("opens");
    for ty in [
        "VARCHAR(3)",
        "DATE",
        "DOUBLE PRECISION",
        "INT",
        "FLOATING POINT",
        "my_blob",
        "CLOB",
        "CHARINT",
        "BOOL",
    ] {
        for value in ["'1.50x'", "'2026-11-22'", "2.5", "7", "x'3132'", "NULL"] {
            let both =
                |written: &str| format!("typeof(CAST({value} AS {written})) || CAST({value} AS {written})");
            let sql = format!("SELECT {} IS {}", both(ty), both(affinity(ty)));
            let same: bool = connection.query_row(&sql, [], |row| row.get(0)).expect("runs");
            assert!(same, "{value} as {ty}");
        }
    }
}

#[test]
fn the_form_of_an_expression_has_its_value() {
    let connection = Connection::open_in_memory().expect("opens");
    connection
        .execute_batch(
            "CREATE TABLE t (id, \"Total\", \"order\", key); INSERT INTO t VALUES (1, 2.5, 'x', NULL)",
        )
        .expect("is valid");
    let columns = ["id", "Total", "order", "key"].map(Name::from);
    let columns = ColumnNames::new(&columns);
    for text in [
        "((ID) - -total)-(- -id)",
        "(id + 1) * (TOTAL - 1)",
        "key notnull = id isnull",
        "Key IS NULL and `order` in('x','y')",
        "case when [order]=='x' then X'6162' else 'b' end || 'IS  NOT'",
        "cast(total as int)/2 != id<<1|4",
        "'{\"a\":[1,2]}'->'$.a'->>1",
        "not id between 0 and 2 or total not like '2%'",
        "\"no column\" || 'x'",
        "0X1F + 1E1 + .5",
        "(select Max(id) from t as T2 where t2.\"ID\" = T.id)",
        "replace ( 'aXa' , 'X' , \"ORDER\" )",
        "-id /* one */ -- two\n + ~id",
    ] {
        let sql = format!("SELECT ({text}) IS ({}) FROM t", canonical_in(text, &columns));
        let same: bool = connection.query_row(&sql, [], |row| row.get(0)).expect(&sql);
        assert!(same, "{sql}");
    }
}

#[test]
fn no_keyword_is_mistaken_for_a_column() {
    let keywords = "abort action add after all alter always analyze and as asc attach autoincrement before begin \
        between by cascade case cast check collate column commit conflict constraint create cross current \
        current_date current_time current_timestamp database default deferrable deferred delete desc detach distinct \
        do drop each else end escape except exclude exclusive exists explain fail false filter first following for \
        foreign from full generated glob group groups having if ignore immediate in index indexed initially inner \
        insert instead intersect into is isnull join key last left like limit match materialized natural no not \
        nothing notnull null nulls of offset on or order others outer over partition plan pragma preceding primary \
        query raise range recursive references regexp reindex release rename replace restrict returning right \
        rollback row rows savepoint select set table temp temporary then ties to transaction trigger true unbounded \
        union unique update using vacuum values view virtual when where window with within without";
    for keyword in keywords.split_ascii_whitespace() {
        let connection = Connection::open_in_memory().expect("opens");
        let name = Name::new(keyword);
        let form = canonical_in(&format!("\"{keyword}\" = 5"), &ColumnNames::new([&name]));
        connection
            .execute_batch(&format!("CREATE TABLE t (\"{keyword}\" INT, CHECK ({form}))"))
            .expect(&form);
        connection.execute_batch("INSERT INTO t VALUES (5)").expect(&form);
        connection.execute_batch("INSERT INTO t VALUES (6)").expect_err(&form);
    }
}
