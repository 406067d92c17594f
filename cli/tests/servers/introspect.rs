//! `retort introspect` on servers.

use retort_test_servers::{Database, Engine};

use crate::{on_each_engine, project::Project};

on_each_engine!(what_is_introspected_makes_the_same_database);

const SHOP: &str = "
CREATE TABLE customer (id INT PRIMARY KEY, email VARCHAR(100) NOT NULL UNIQUE, favourite INT);
CREATE TABLE purchase (
    id BIGINT PRIMARY KEY,
    customer_id INT NOT NULL,
    total DECIMAL(10, 2) DEFAULT 0,
    CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE,
    CONSTRAINT not_negative CHECK (total >= 0)
);
ALTER TABLE customer ADD CONSTRAINT favours FOREIGN KEY (favourite) REFERENCES customer (id);
CREATE INDEX ix_total ON purchase (total);
CREATE VIEW big AS SELECT id FROM purchase WHERE total > 1000;
";

fn what_is_introspected_makes_the_same_database(engine: Engine) {
    let project = Project::new(engine, &[]);
    project.database.run(SHOP);
    let sql = project.ok("introspect --quiet");
    let json = project.ok("introspect --format json");
    let copy = Project::on(Database::create(engine), &[("aaaa", &format!("-- @upgrade\n{sql}"))]);
    copy.ok("upgrade head");
    assert_eq!(copy.ok("introspect --quiet"), sql);
    assert_eq!(copy.ok("introspect --format json"), json);
    assert!(sql.contains("CONSTRAINT not_negative CHECK (total >= 0)"), "{sql}");
    assert!(json.starts_with(&format!("{{\"backend\":\"{}\"", engine.name())), "{json}");
}
