//! Names that are hard to handle.

use retort_core::schema::{ConstraintKind, IndexKey, Name, QualifiedName};

use super::support::{ENGINES, TestDatabase};
use crate::syntax::SYNTAX;

#[test]
fn any_name_is_read_as_it_is() {
    let long = "n".repeat(64);
    let names = [
        long.as_str(),
        "a`b",
        "`",
        "``",
        "größe",
        "日本",
        "two words",
        "select",
        "it's",
        "\"quoted\"",
        "a.b",
        "a,b)",
        "-- x",
        "/* x */",
        "a\\b",
        "Mixed",
        "#",
        "$",
        "1",
        "%",
        "a\tb",
    ];
    for engine in ENGINES {
        let mut database = TestDatabase::create(engine);
        for name in names {
            let quoted = SYNTAX.quote_identifier(name);
            let trigger = SYNTAX.quote_identifier(&format!("t{}", name.chars().skip(1).collect::<String>()));
            database.run(&format!(
                "CREATE TABLE {quoted} ({quoted} INT NOT NULL, b INT AS ({quoted} + 1) STORED, PRIMARY KEY ({quoted}), INDEX {quoted} ({quoted}),
                     CONSTRAINT {quoted} CHECK ({quoted} > 0));
                 CREATE TABLE child (a INT, UNIQUE KEY {quoted} (a, b), b INT, CONSTRAINT {quoted} FOREIGN KEY (a) REFERENCES {quoted} ({quoted}));
                 CREATE VIEW view_of_it AS SELECT {quoted} FROM {quoted};
                 CREATE TRIGGER {trigger} BEFORE INSERT ON {quoted} FOR EACH ROW SET NEW.{quoted} = 1;"
            ));
            let schema = database.read();
            let expected = Name::new(name);
            let qualified = QualifiedName::unqualified(name);
            let table =
                schema.tables.get(&qualified).unwrap_or_else(|| panic!("{engine:?}: {name:?}: {schema:#?}"));
            assert_eq!(table.columns[0].name, expected, "{engine:?}");
            assert!(table.columns[1].generated.is_some());
            assert_eq!(table.primary_key().expect("has one").columns, std::slice::from_ref(&expected));
            assert_eq!(table.indexes[0].name, expected);
            assert_eq!(table.indexes[0].key[0].key, IndexKey::Column(expected.clone()));
            assert!(table.constraint(&expected).is_some());
            let child = &schema.tables[&QualifiedName::unqualified("child")];
            let key = child.constraints.iter().find_map(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => Some((constraint, key)),
                _ => None,
            });
            let (constraint, key) = key.expect("is one");
            assert_eq!(constraint.name, Some(expected.clone()));
            assert_eq!((&key.references, &key.referenced_columns), (&qualified, &vec![expected.clone()]));
            assert_eq!(child.indexes, []);
            let view = &schema.views[&QualifiedName::unqualified("view_of_it")];
            assert!(!view.query.as_str().contains(database.name()), "{}", view.query);
            assert!(view.columns.is_empty(), "{view:?}");
            assert_eq!(schema.unmanaged[0].table, Some(qualified));
            database.run(&format!("DROP VIEW view_of_it; DROP TABLE child; DROP TABLE {quoted}"));
        }
    }
}
