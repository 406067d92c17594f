//! `retort introspect`

use expect_test::expect;

use crate::environment::TestEnvironment;

const SHOP: &str = "
CREATE TABLE customer (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL, \"Last Order\" INTEGER REFERENCES purchase (id));
CREATE TABLE purchase (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    total NUMERIC(10, 2) DEFAULT 0 CHECK (total >= 0)
);
CREATE TABLE strict_one (id INTEGER PRIMARY KEY, what TEXT) STRICT;
CREATE UNIQUE INDEX uq_email ON customer (email);
CREATE INDEX ix_total ON purchase (total DESC) WHERE total > 100;
CREATE VIEW big AS SELECT id FROM purchase WHERE total > 1000;
CREATE VIEW a_big_one AS SELECT id FROM big;
CREATE TRIGGER stamp AFTER INSERT ON purchase BEGIN UPDATE customer SET email = email; END;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
";

fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("shop.db");
    environment.sql("shop.db", SHOP);
    environment
}

#[test]
fn a_database_is_written_as_models() {
    shop().check(
        "retort introspect",
        expect![[r#"
        $ retort introspect
        CREATE TABLE purchase (
            id INTEGER PRIMARY KEY,
            customer_id INTEGER NOT NULL,
            total NUMERIC(10, 2) DEFAULT 0 CHECK (total >= 0)
        );
        CREATE INDEX ix_total ON purchase (total DESC) WHERE total > 100;

        CREATE TABLE customer (
            id INTEGER PRIMARY KEY,
            email VARCHAR(100) NOT NULL,
            "Last Order" INTEGER REFERENCES purchase (id)
        );
        CREATE UNIQUE INDEX uq_email ON customer (email);

        -- @only sqlite
        CREATE TABLE strict_one (id INTEGER PRIMARY KEY, what TEXT) STRICT;
        -- @all

        ALTER TABLE purchase ADD FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE;

        CREATE VIEW big AS
        SELECT id FROM purchase WHERE total > 1000;

        CREATE VIEW a_big_one AS
        SELECT id FROM big;

        -- Outside of models, and left as it is in the database:
        --   trigger stamp on purchase
        ! environment default, database sqlite://shop.db (from DATABASE_URL)
    "#]],
    );
}

#[test]
fn patterns_choose_tables() {
    shop().check(
        "retort introspect --include \"p*\" --include \"*big*\" --quiet
        retort introspect --exclude \"*purchase\" --exclude strict_one
        retort introspect --include nothing",
        expect![[r#"
            $ retort introspect --include "p*" --include "*big*" --quiet
            CREATE TABLE purchase (
                id INTEGER PRIMARY KEY,
                customer_id INTEGER NOT NULL,
                total NUMERIC(10, 2) DEFAULT 0 CHECK (total >= 0)
            );
            CREATE INDEX ix_total ON purchase (total DESC) WHERE total > 100;

            CREATE VIEW big AS
            SELECT id FROM purchase WHERE total > 1000;

            CREATE VIEW a_big_one AS
            SELECT id FROM big;

            -- Outside of models, and left as it is in the database:
            --   trigger stamp on purchase
            $ retort introspect --exclude "*purchase" --exclude strict_one
            CREATE TABLE customer (
                id INTEGER PRIMARY KEY,
                email VARCHAR(100) NOT NULL,
                "Last Order" INTEGER
            );
            CREATE UNIQUE INDEX uq_email ON customer (email);
            ! environment default, database sqlite://shop.db (from DATABASE_URL)
            ! warning: left out as well: foreign keys of customer to tables that are left out
            ! warning: left out as well: view big, which reads from what is left out
            ! warning: left out as well: view a_big_one, which reads from what is left out
            $ retort introspect --include nothing
            ! environment default, database sqlite://shop.db (from DATABASE_URL)
            ! there are no tables, views and types
        "#]],
    );
    let environment = shop();
    environment.write("retort.toml", "exclude = [\"*\"]\n");
    environment.check(
        "retort introspect --include strict_one --exclude x --format sql",
        expect![[r#"
            $ retort introspect --include strict_one --exclude x --format sql
            -- @only sqlite
            CREATE TABLE strict_one (id INTEGER PRIMARY KEY, what TEXT) STRICT;
            -- @all
            ! environment default, database sqlite://shop.db (from DATABASE_URL)
        "#]],
    );
}

#[test]
fn files_are_written_into_a_new_directory() {
    let environment = shop();
    environment.write("taken/x", "");
    environment.check(
        "retort introspect --output db/models
        retort introspect --output db/models
        retort introspect -o taken
        retort introspect -o taken/x
        retort introspect --output again --include strict_one --format json",
        expect![[r#"
            $ retort introspect --output db/models
            Generating db/models/purchase.sql ...  done
            Generating db/models/customer.sql ...  done
            Generating db/models/strict_one.sql ...  done
            Generating db/models/big.sql ...  done
            Generating db/models/a_big_one.sql ...  done
            Generating db/models/outside.sql ...  done
            ! environment default, database sqlite://shop.db (from DATABASE_URL)
            $ retort introspect --output db/models
            ! error: Directory db/models already exists and is not empty
            ! hint: name a new directory, compare, and move what you want
            [exit status: 1]
            $ retort introspect -o taken
            ! error: Directory taken already exists and is not empty
            ! hint: name a new directory, compare, and move what you want
            [exit status: 1]
            $ retort introspect -o taken/x
            ! error: cannot write taken/x
            !   caused by: Not a directory (os error 20)
            [exit status: 1]
            $ retort introspect --output again --include strict_one --format json
            {"created":["again/strict_one.sql"]}
        "#]],
    );
    let text = std::fs::read_to_string(environment.path().join("db/models/purchase.sql")).unwrap();
    expect![[r#"
        CREATE TABLE purchase (
            id INTEGER PRIMARY KEY,
            customer_id INTEGER NOT NULL,
            total NUMERIC(10, 2) DEFAULT 0 CHECK (total >= 0)
        );
        CREATE INDEX ix_total ON purchase (total DESC) WHERE total > 100;

        ALTER TABLE purchase ADD FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE;
    "#]]
    .assert_eq(&text);
    let files: Vec<String> = environment.files().into_iter().filter(|file| file.starts_with("db/")).collect();
    expect![[r#"
        [
            "db/models/a_big_one.sql",
            "db/models/big.sql",
            "db/models/customer.sql",
            "db/models/outside.sql",
            "db/models/purchase.sql",
            "db/models/strict_one.sql",
        ]
    "#]]
    .assert_debug_eq(&files);
}

#[test]
fn a_schema_is_json_for_scripts() {
    let run = shop().run("retort introspect --format json --include purchase");
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    expect![[r#"
        {
          "backend": "sqlite",
          "namespaces": [],
          "enums": [],
          "tables": [
            {
              "namespace": null,
              "name": "purchase",
              "comment": null,
              "columns": [
                {
                  "name": "id",
                  "type": "INTEGER",
                  "nullable": false,
                  "default": null,
                  "identity": null,
                  "generated": null,
                  "collation": null,
                  "comment": null,
                  "options": {}
                },
                {
                  "name": "customer_id",
                  "type": "INTEGER",
                  "nullable": false,
                  "default": null,
                  "identity": null,
                  "generated": null,
                  "collation": null,
                  "comment": null,
                  "options": {}
                },
                {
                  "name": "total",
                  "type": "NUMERIC(10, 2)",
                  "nullable": true,
                  "default": "0",
                  "identity": null,
                  "generated": null,
                  "collation": null,
                  "comment": null,
                  "options": {}
                }
              ],
              "primary_key": {
                "name": "pk_purchase",
                "columns": [
                  "id"
                ]
              },
              "unique": [],
              "foreign_keys": [],
              "checks": [
                {
                  "name": "ck_purchase_total",
                  "expression": "total >= 0",
                  "validated": true
                }
              ],
              "indexes": [
                {
                  "name": "ix_total",
                  "unique": false,
                  "key": [
                    {
                      "column": "total",
                      "expression": null,
                      "collation": null,
                      "operator_class": null,
                      "descending": true,
                      "nulls": null,
                      "prefix": null
                    }
                  ],
                  "where": "total > 100",
                  "include": [],
                  "method": null,
                  "nulls_not_distinct": false,
                  "options": {}
                }
              ],
              "options": {}
            }
          ],
          "views": [],
          "outside": [
            {
              "kind": "trigger",
              "namespace": null,
              "name": "stamp",
              "table": {
                "namespace": null,
                "name": "purchase"
              },
              "definition": "CREATE TRIGGER stamp AFTER INSERT ON purchase BEGIN UPDATE customer SET email = email; END"
            }
          ]
        }
    "#]].assert_eq(&format!("{}{document:#}\n", run.stderr));
}

#[test]
fn nothing_is_created_and_nothing_found() {
    let mut environment = TestEnvironment::new();
    environment.use_database("absent.db");
    environment.check(
        "retort introspect",
        expect![[r#"
        $ retort introspect
        ! environment default, database sqlite://absent.db (from DATABASE_URL)
        ! error: there is no database `absent.db`
        ! hint: create the database, or correct the URL that DATABASE_URL gives
        [exit status: 1]
    "#]],
    );
    environment.sql("empty.db", "CREATE TABLE gone (id INT); DROP TABLE gone;");
    environment.use_database("empty.db");
    environment.check(
        "retort introspect\nretort introspect -o models",
        expect![[r#"
        $ retort introspect
        ! environment default, database sqlite://empty.db (from DATABASE_URL)
        ! there are no tables, views and types
        $ retort introspect -o models
        ! environment default, database sqlite://empty.db (from DATABASE_URL)
        ! there are no tables, views and types
    "#]],
    );
    assert_eq!(environment.files(), ["empty.db"]);
}
