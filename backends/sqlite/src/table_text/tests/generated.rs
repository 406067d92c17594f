//! Generated tables, written in all the ways that SQLite accepts.

use proptest::{prelude::*, sample::select};

use super::oracle;

/// White space or comments.
fn space() -> impl Strategy<Value = String> {
    select(vec![" ", "\n\t", "/**/", "/* , ( */", "-- ) '\n", " /*@comment x, y*/ ", "--\n"])
        .prop_map(String::from)
}

/// Puts white space or comments wherever the text has a `|`.
fn spaced(text: String) -> impl Strategy<Value = String> {
    let words: Vec<String> = text.split('|').map(str::to_owned).collect();
    let count = words.len();
    proptest::collection::vec(space(), count).prop_map(move |spaces| {
        words.iter().zip(&spaces).map(|(word, space)| format!("{word}{space}")).collect::<String>()
    })
}

/// The name of the column of this number, quoted somehow.
fn name(number: usize) -> impl Strategy<Value = String> {
    let plain = ["a", "b", "c", "d"][number].to_owned();
    select(vec![
        plain.clone(),
        plain.to_uppercase(),
        format!("\"{plain}\""),
        format!("`{plain}`"),
        format!("[{plain}]"),
        format!("'{plain}'"),
    ])
}

fn ty() -> impl Strategy<Value = String> {
    select(vec![
        "",
        "INT",
        "INTEGER",
        "text",
        "VARCHAR|(|10|)",
        "NUMERIC|(|10|,|-2|)",
        "DOUBLE|PRECISION",
        "[my type]",
        "'odd'",
        "UNSIGNED|BIG|INT",
        "BLOB",
    ])
    .prop_map(String::from)
}

fn clause() -> impl Strategy<Value = String> {
    let kind = select(vec![
        "NOT|NULL",
        "NULL",
        "NOT|NULL|ON|CONFLICT|FAIL",
        "UNIQUE",
        "UNIQUE|ON|CONFLICT|ABORT",
        "CHECK|(|a IS NOT ')'|)",
        "CHECK|((|a|)|>|0|)",
        "DEFAULT|1",
        "DEFAULT|-|1",
        "DEFAULT|'x)'",
        "DEFAULT|(|1|+|2|)",
        "DEFAULT|x'00'",
        "DEFAULT|word",
        "DEFAULT|CURRENT_DATE",
        "COLLATE|nocase",
        "COLLATE|'RTRIM'",
        "REFERENCES|t",
        "REFERENCES|\"T\"|(|a|)|ON|DELETE|CASCADE",
        "REFERENCES|p|ON|UPDATE|SET|NULL|MATCH|FULL|DEFERRABLE",
        "REFERENCES|p|NOT|DEFERRABLE|INITIALLY|DEFERRED",
    ]);
    (
        proptest::option::of(select(vec![
            "CONSTRAINT|n",
            "CONSTRAINT|\"m n\"",
            "CONSTRAINT|[x]|CONSTRAINT|y",
        ])),
        kind,
    )
        .prop_map(|(name, kind)| match name {
            Some(name) => format!("{name}|{kind}"),
            None => kind.to_owned(),
        })
}

fn column(number: usize) -> impl Strategy<Value = String> {
    (name(number), ty(), proptest::collection::vec(clause(), 0..4)).prop_map(|(name, ty, clauses)| {
        let mut column = name;
        for part in std::iter::once(ty).chain(clauses).filter(|part| !part.is_empty()) {
            column.push('|');
            column.push_str(&part);
        }
        column
    })
}

fn table_constraint(columns: usize) -> impl Strategy<Value = String> {
    let a = (0..columns).prop_flat_map(name);
    let b = (0..columns).prop_flat_map(name);
    let shape = select(vec![
        "UNIQUE|(|{a}|)",
        "UNIQUE|(|{a}|COLLATE|nocase|DESC|)|ON|CONFLICT|ABORT",
        "CHECK|(|{a}|<|(|{b}|)|)",
        "FOREIGN|KEY|(|{a}|)|REFERENCES|p|(|x|)|ON|DELETE|SET|DEFAULT",
        "CONSTRAINT|f|FOREIGN|KEY|(|{a}|)|REFERENCES|t|DEFERRABLE|INITIALLY|DEFERRED",
        "CONSTRAINT|u|UNIQUE|((|{b}|))",
        "CONSTRAINT|none",
    ]);
    (a, b, shape).prop_map(|(a, b, shape)| shape.replace("{a}", &a).replace("{b}", &b))
}

/// A table whose parts are separated by `|` where there may be a gap.
fn table() -> impl Strategy<Value = String> {
    (1_usize..5).prop_flat_map(|count| {
        let columns: Vec<_> = (0..count).map(column).collect();
        let constraints =
            proptest::collection::vec((select(vec!["|,|", "|"]), table_constraint(count)), 0..4);
        let key = proptest::option::of((0..count).prop_flat_map(name));
        (columns, key, constraints, select(vec!["", "|WITHOUT|ROWID"])).prop_map(
            |(columns, key, constraints, option)| {
                let mut text = format!("CREATE|TABLE|t|(|{}", columns.join("|,|"));
                let mut is_first = true;
                for (comma, constraint) in constraints {
                    text.push_str(if is_first { "|,|" } else { comma });
                    text.push_str(&constraint);
                    is_first = false;
                }
                // A table without rowid needs a key.
                let key = key.or((!option.is_empty()).then(|| "a".to_owned()));
                if let Some(key) = key {
                    text.push_str(if is_first { "|,|" } else { "|" });
                    text.extend(["PRIMARY|KEY|(|", &key, "|)"]);
                }
                format!("{text}|){option}")
            },
        )
    })
}

proptest! {
    #[test]
    fn sqlite_agrees_about_any_table(text in table().prop_flat_map(spaced)) {
        prop_assert_eq!(oracle::compare(&[&text]), Ok(()), "{}", text);
    }

    #[test]
    fn no_text_panics(text in r#"CREATE TABLE t \(([a-c(),'"\[\]`*/ -]|CHECK|KEY|DEFAULT|\n|PRIMARY|NOT|é){0,40}"#) {
        if let Ok(table) = crate::table_text::TableText::parse(&text) {
            table.to_model();
        }
    }
}
