//! How much is asked, and of what.

use retort_core::{
    backend::Scope,
    schema::{QualifiedName, Schema},
};

use super::support::{ENGINES, TestDatabase};

/// The number of queries that a session has run. Asking is one of them.
fn questions(database: &mut TestDatabase) -> u64 {
    database.number("SHOW SESSION STATUS LIKE 'Questions'")
}

fn tables(schema: &Schema) -> Vec<&str> {
    schema.tables.keys().map(|name| name.name.as_str()).collect()
}

fn unqualified(names: &[&str]) -> Vec<QualifiedName> {
    names.iter().map(|name| QualifiedName::unqualified(*name)).collect()
}

#[test]
fn the_number_of_queries_is_fixed() {
    for engine in ENGINES {
        let mut database = TestDatabase::create(engine);
        let mut count = |sql: &str, scope: &Scope| {
            database.run(sql);
            let before = questions(&mut database);
            database.read_scope(scope);
            questions(&mut database) - before - 1
        };
        let all = Scope::default();
        assert_eq!(count("DO 1", &all), 3, "{engine:?}, empty");
        let many: String = (0..50)
            .map(|at| {
                format!(
                    "CREATE TABLE t{at} (a INT PRIMARY KEY, b INT REFERENCES t0 (a), CHECK (b > 0), KEY (b));"
                )
            })
            .collect();
        assert_eq!(count("CREATE TABLE t (a INT)", &all), 7, "{engine:?}, one table");
        assert_eq!(count(&many, &all), 8, "{engine:?}, many tables");
        let rest = "CREATE VIEW v AS SELECT 1; CREATE PROCEDURE pr() SELECT 1;
            CREATE TABLE part (a INT) PARTITION BY HASH (a) PARTITIONS 2;
            CREATE TABLE fk (a INT, FOREIGN KEY (a) REFERENCES t0 (a));";
        assert_eq!(count(rest, &all), 11, "{engine:?}, one of each");
        let some = Scope { only: Some(unqualified(&["t1", "fk"])), ..Scope::default() };
        assert_eq!(count("DO 1", &some), 7, "{engine:?}, some tables");
        let none = Scope { only: Some(Vec::new()), ..Scope::default() };
        assert_eq!(count("DO 1", &none), 0, "{engine:?}, no table");
    }
}

#[test]
fn only_the_tables_in_scope_are_read() {
    for engine in ENGINES {
        let mut database = TestDatabase::create(engine);
        database.run(
            "CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE `it's` (id INT, CONSTRAINT fk FOREIGN KEY (id) REFERENCES a (id), CHECK (id > 0), KEY ix (id));
             CREATE TABLE c (id INT CHECK (id > 1), UNIQUE uq (id)); CREATE VIEW v AS SELECT 1 AS x; CREATE PROCEDURE pr() SELECT 1;
             CREATE TRIGGER tr_a BEFORE INSERT ON a FOR EACH ROW SET NEW.id = 1; CREATE TRIGGER tr_c BEFORE INSERT ON c FOR EACH ROW SET NEW.id = 1;",
        );
        let all = database.read();
        assert_eq!(tables(&all), ["a", "c", "it's"]);

        let scope = Scope { only: Some(unqualified(&["it's", "a", "missing"])), ..Scope::default() };
        let some = database.read_scope(&scope);
        assert_eq!(tables(&some), ["a", "it's"]);
        for (name, table) in &some.tables {
            assert_eq!(*table, all.tables[name]);
        }
        assert!(some.views.is_empty());
        assert_eq!(some.unmanaged.len(), 1);

        let scope = Scope { only: Some(unqualified(&["v"])), ..Scope::default() };
        let view = database.read_scope(&scope);
        assert!(view.tables.is_empty());
        assert_eq!(view.views, all.views);

        let scope = Scope { exclude: unqualified(&["c", "v"]), ..Scope::default() };
        let rest = database.read_scope(&scope);
        assert_eq!(tables(&rest), ["a", "it's"]);
        assert!(rest.views.is_empty());
        let names: Vec<_> = rest.unmanaged.iter().map(|item| item.name.to_string()).collect();
        assert_eq!(names, ["tr_a", "pr"]);
    }
}

#[test]
fn other_databases_are_not_read() {
    for engine in ENGINES {
        let mut other = TestDatabase::create(engine);
        other.run("CREATE TABLE parent (id INT PRIMARY KEY); CREATE VIEW v AS SELECT 1");
        let mut database = TestDatabase::create(engine);
        let name = other.name().to_owned();
        database.run(&format!(
            "CREATE TABLE t (a INT, CONSTRAINT fk FOREIGN KEY (a) REFERENCES {name}.parent (id)); CREATE VIEW v AS SELECT id FROM {name}.parent"
        ));
        let schema = database.read();
        assert_eq!(tables(&schema), ["t"]);
        let table = &schema.tables[&QualifiedName::unqualified("t")];
        let references = table.constraints[0].kind.references().expect("is a foreign key");
        assert_eq!(*references, QualifiedName::qualified(name.as_str(), "parent"));
        let view = &schema.views[&QualifiedName::unqualified("v")];
        assert!(view.query.as_str().contains(&format!("from {name}.parent")), "{}", view.query);
        drop(database);
    }
}
