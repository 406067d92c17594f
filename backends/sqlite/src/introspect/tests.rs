use std::{env, fs, path::Path};

use expect_test::{Expect, expect};
use retort_core::schema::{Type, View};

use super::*;

fn database(sql: &str) -> Connection {
    let connection = Connection::open_in_memory().expect("opens");
    connection.execute_batch(sql).expect("is valid");
    connection
}

fn read(sql: &str) -> Schema {
    introspect(&database(sql), &Scope::default()).expect("introspects")
}

/// What a schema holds, one line a thing.
fn describe(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for table in schema.tables.values() {
        let options: Vec<_> = table.options.keys().map(String::as_str).collect();
        lines.push(format!("table {} {}", table.name, options.join(" ")).trim_end().to_owned());
        for column in &table.columns {
            let mut line = format!("  {} {}", column.name, column.ty);
            line.extend((!column.nullable).then_some(" not null"));
            line.extend(column.default.as_ref().map(|default| format!(" default {default}")));
            line.extend(column.identity.as_ref().map(|_| " identity"));
            line.extend(column.generated.as_ref().map(|generated| format!(" as {}", generated.expression)));
            line.extend(column.collation.as_ref().map(|collation| format!(" collate {collation}")));
            line.extend(column.comment.as_ref().map(|comment| format!(" -- {comment}")));
            lines.push(line.trim_end().to_owned());
        }
        for constraint in &table.constraints {
            let name = constraint.name.as_ref().expect("has a name");
            let columns: Vec<_> = constraint.columns().iter().map(ToString::to_string).collect();
            let mut line = format!("  {} {name} {}", constraint.kind.noun(), columns.join(", "));
            match &constraint.kind {
                ConstraintKind::Check(check) => line.push_str(check.expression.as_str()),
                ConstraintKind::ForeignKey(key) => {
                    let columns: Vec<_> = key.referenced_columns.iter().map(ToString::to_string).collect();
                    line.extend([" to ", &key.references.to_string(), " (", &columns.join(", "), ")"]);
                }
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {}
            }
            lines.push(line);
        }
        lines.extend(
            table.indexes.iter().map(|index| format!("  index {} of {}", index.name, index.key.len())),
        );
    }
    lines.extend(schema.enums.values().map(|found| format!("enum {} {:?}", found.name, found.values)));
    for View { name, query, .. } in schema.views.values() {
        lines.push(format!("view {name} {query}"));
    }
    for item in &schema.unmanaged {
        let table = item.table.as_ref().map(|table| format!(" of {table}")).unwrap_or_default();
        lines.push(format!("unmanaged {} {}{table}", item.kind, item.name));
    }
    lines.join("\n") + "\n"
}

fn check(sql: &str, expected: Expect) {
    expected.assert_eq(&describe(&read(sql)));
}

#[test]
fn a_catalog_of_everything() {
    check(
        "CREATE TABLE Parent (Id INTEGER PRIMARY KEY AUTOINCREMENT, Code TEXT UNIQUE COLLATE NOCASE) ;
         CREATE TABLE child (id INT PRIMARY KEY, parent_id REFERENCES PARENT, code REFERENCES parent (CODE),
             mood TEXT /*@enum mood*/ DEFAULT 'a' CHECK (mood IN ('a', 'b')), total NUMERIC(8, 2) CHECK (TOTAL > 0),
             twice AS (total * 2), is_on BOOLEAN NOT NULL DEFAULT 1 /*@comment not an annotation here*/,
             note VARCHAR(10) /*@comment of note*/, CHECK (is_on OR note <> '')) WITHOUT ROWID;
         CREATE INDEX ix ON CHILD (Note, total DESC) WHERE is_on;
         CREATE VIEW v AS SELECT ID, note FROM child;
         CREATE TRIGGER tr AFTER INSERT ON Child BEGIN SELECT 1; END;
         CREATE TABLE \"odd \"\" name\" (\"a b\" INT REFERENCES missing (Y), FOREIGN KEY (\"A B\") REFERENCES missing);",
        expect![[r#"
            table Parent
              Id INTEGER not null identity
              Code TEXT collate nocase
              primary key pk_Parent Id
              unique constraint uq_Parent_Code Code
            table child without_rowid
              id INTEGER not null
              parent_id
              code
              mood mood default 'a'
              total NUMERIC(8, 2)
              twice  as total * 2
              is_on BOOLEAN not null default TRUE
              note VARCHAR(10) -- of note
              primary key pk_child id
              foreign key fk_child_parent_id_PARENT parent_id to Parent (Id)
              foreign key fk_child_code_parent code to Parent (Code)
              check constraint ck_child_total total > 0
              check constraint ck_child_is_on_note is_on OR note <> ''
              index ix of 2
            table odd " name
              a b INTEGER
              foreign key fk_odd " name_a b_missing a b to missing (Y)
              foreign key fk_odd " name_a b_missing_1 a b to missing ()
            enum mood ["a", "b"]
            view v SELECT ID, note FROM child
            unmanaged trigger tr of Child
        "#]],
    );
}

#[test]
fn virtual_tables_are_not_managed() {
    check(
        "CREATE VIRTUAL TABLE doc_text USING fts5(body); CREATE VIRTUAL TABLE doc USING fts5(body);
         CREATE TABLE doc_extra (a INT);",
        expect![[r#"
            table doc_extra
              a INTEGER
            unmanaged virtual table doc_text
            unmanaged virtual table doc_text_data of doc_text
            unmanaged virtual table doc_text_idx of doc_text
            unmanaged virtual table doc_text_content of doc_text
            unmanaged virtual table doc_text_docsize of doc_text
            unmanaged virtual table doc_text_config of doc_text
            unmanaged virtual table doc
            unmanaged virtual table doc_data of doc
            unmanaged virtual table doc_idx of doc
            unmanaged virtual table doc_content of doc
            unmanaged virtual table doc_docsize of doc
            unmanaged virtual table doc_config of doc
        "#]],
    );
}

#[test]
fn the_scope_leaves_tables_out_with_what_is_theirs() {
    let connection = database(
        "CREATE TABLE Journal (a INT); CREATE INDEX ij ON journal (a);
         CREATE TRIGGER tj AFTER INSERT ON journal BEGIN SELECT 1; END; CREATE TABLE kept (a INT UNIQUE); ANALYZE;",
    );
    let scope = Scope { exclude: vec![QualifiedName::unqualified("journal")], ..Scope::default() };
    let schema = introspect(&connection, &scope).expect("introspects");
    assert_eq!(schema.tables.keys().map(ToString::to_string).collect::<Vec<_>>(), ["kept"]);
    assert_eq!(schema.unmanaged, []);
}

#[test]
fn enums_of_one_name_have_one_list_of_labels() {
    let schema = read(
        "CREATE TABLE a (m TEXT /*@enum mood*/ CHECK (m IN ('x', 'y')));
         CREATE TABLE b (m TEXT /*@enum mood*/ CHECK (\"m\" IN ('x','y')), n TEXT /*@enum mood*/ CHECK (n IN ('z')));
         CREATE TABLE c (m TEXT /*@enum mood*/ CHECK (m IN ('y', 'x')));",
    );
    assert_eq!(schema.enums.len(), 1);
    let c = &schema.tables[&QualifiedName::unqualified("c")];
    assert_eq!(c.columns[0].ty, Type::Text);
    assert_eq!(c.constraints.len(), 1);
    let b = &schema.tables[&QualifiedName::unqualified("b")];
    assert_eq!(b.columns[0].ty, Type::Enum(QualifiedName::unqualified("mood")));
    assert_eq!(b.columns[1].ty, Type::Text);
    assert_eq!(b.constraints.len(), 1);
}

#[test]
fn one_query_reads_any_catalog() {
    let connection = database(
        &(0..200)
            .map(|number| format!("CREATE TABLE t{number} (a INT); CREATE INDEX i{number} ON t{number} (a);"))
            .collect::<String>(),
    );
    let schema = introspect(&connection, &Scope::default()).expect("introspects");
    assert_eq!(schema.tables.len(), 200);
    assert!(schema.tables.values().all(|table| table.indexes.len() == 1));
}

#[test]
fn an_unreadable_definition_names_its_table() {
    let row = CatalogRow {
        kind: "table".to_owned(),
        name: "broken".to_owned(),
        table: "broken".to_owned(),
        sql: Some("CREATE TABLE broken (a INT CHECK".to_owned()),
        is_shadow: false,
    };
    let error = schema_of(&[row], &Scope::default()).expect_err("fails");
    assert_eq!(error.kind(), BackendErrorKind::Introspect);
    assert_eq!(error.to_string(), "cannot read the definition of table `broken`");
}

#[test]
fn chinook_is_read_completely() {
    let data = Path::new("shared/data/chinook/sqlite.sql");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let Some(sql) = beside.filter_map(|folder| fs::read_to_string(folder.join(data)).ok()).next() else {
        assert!(env::var_os("CI").is_none(), "{} is absent", data.display());
        skip(data);
        return;
    };
    // A few of its statements insert rows; the schema is all that matters here.
    let connection = database(sql.trim_start_matches('\u{feff}'));
    let schema = introspect(&connection, &Scope::default()).expect("introspects");
    let summary: Vec<String> = schema
        .tables
        .values()
        .map(|table| {
            let Table { name, columns, constraints, indexes, .. } = table;
            format!(
                "{name}: {} columns, {} constraints, {} indexes
",
                columns.len(),
                constraints.len(),
                indexes.len()
            )
        })
        .collect();
    expect![[r#"
        Album: 3 columns, 2 constraints, 1 indexes
        Artist: 2 columns, 1 constraints, 0 indexes
        Customer: 13 columns, 2 constraints, 1 indexes
        Employee: 15 columns, 2 constraints, 1 indexes
        Genre: 2 columns, 1 constraints, 0 indexes
        Invoice: 9 columns, 2 constraints, 1 indexes
        InvoiceLine: 5 columns, 3 constraints, 2 indexes
        MediaType: 2 columns, 1 constraints, 0 indexes
        Playlist: 2 columns, 1 constraints, 0 indexes
        PlaylistTrack: 2 columns, 3 constraints, 2 indexes
        Track: 9 columns, 4 constraints, 3 indexes
    "#]]
    .assert_eq(&summary.concat());
    assert_eq!(schema.unmanaged, []);
    for table in schema.tables.values() {
        assert!(!table.columns.iter().any(|column| matches!(column.ty, Type::Native(_))), "{}", table.name);
        for constraint in &table.constraints {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind {
                assert!(schema.tables[&key.references].column(&key.referenced_columns[0]).is_some());
            }
        }
    }
}

/// Makes a skipped test visible.
#[expect(clippy::print_stderr, reason = "a test that did nothing must say so")]
pub(crate) fn skip(path: &Path) {
    eprintln!("skipped: {} is absent", path.display());
}
