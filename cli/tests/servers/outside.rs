//! What PostgreSQL has and portable SQL has not: in the way, beside it, and
//! changed under `@only`.

use retort_test_servers::Engine;

use crate::project::{Project, on};

const THERE: &str = "CREATE EXTENSION hstore; CREATE EXTENSION btree_gist;
    CREATE TABLE event (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE INDEX ix_event ON event (at);
    CREATE TABLE refers (id int, at date, FOREIGN KEY (id, at) REFERENCES event);
    CREATE TABLE inherits () INHERITS (refers);
    CREATE UNLOGGED TABLE fast (a int);
    CREATE MATERIALIZED VIEW numbers AS SELECT 1 AS a;
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TABLE odd (a positive, b int4range, c hstore, d tsvector, EXCLUDE USING gist (b WITH &&));
    CREATE VIEW seen AS SELECT a FROM odd;
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
    CREATE TRIGGER t BEFORE INSERT ON odd FOR EACH ROW EXECUTE FUNCTION f();
    INSERT INTO event VALUES (1, '2020-02-02'); INSERT INTO odd VALUES (1, '[1,2)', 'a=>1', 'x');";

const BESIDE: &str = "-- @upgrade
ALTER TABLE refers ADD COLUMN x INTEGER;
ALTER TABLE odd ADD COLUMN y TEXT;
ALTER TABLE odd ALTER COLUMN a TYPE BIGINT;
CREATE TABLE uses (a positive, c hstore);
CREATE VIEW both_of AS SELECT event.id FROM event JOIN numbers ON numbers.a = event.id;
-- @only postgresql
ALTER TABLE event ADD COLUMN note text;
CREATE INDEX CONCURRENTLY ix_note ON event_2020 (note);";

#[test]
fn tables_beside_it_are_changed() {
    on(Engine::Postgresql, |engine| {
        let project = Project::new(engine, &[("aaaa", BESIDE)]);
        project.database.run(THERE);
        project.ok("upgrade head");
        assert_eq!(project.database.rows("SELECT * FROM odd"), ["1|[1,2)|\"a\"=>\"1\"|'x'|NULL"]);
        assert_eq!(project.database.rows("SELECT * FROM both_of"), ["1"]);
        assert_eq!(project.database.rows("SELECT * FROM seen"), ["1"]);
        assert_eq!(project.database.rows("SELECT * FROM event"), ["1|2020-02-02|NULL"]);
        let refused = project.fails("downgrade base");
        assert!(refused.contains("no earlier revision created odd"), "{refused}");
    });
}

#[test]
fn what_is_there_is_not_said_to_be_missing() {
    on(Engine::Postgresql, |engine| {
        for (sql, said) in [
            ("ALTER TABLE event ADD COLUMN a INTEGER;", "\"event\" is a partitioned table, which is beyond"),
            (
                "ALTER TABLE event_2020 ADD COLUMN a INTEGER;",
                "\"event_2020\" is a partition, which is beyond",
            ),
            ("DROP VIEW numbers;", "\"numbers\" is a materialized view, which is beyond portable SQL"),
            ("DROP TYPE positive;", "\"positive\" is a domain, which is beyond portable SQL"),
            (
                "CREATE TABLE e (id INTEGER, at DATE, FOREIGN KEY (id, at) REFERENCES public.event);",
                "\"event\" is a partitioned table, which is beyond",
            ),
        ] {
            let project = Project::new(engine, &[("aaaa", &format!("-- @upgrade\n{sql}"))]);
            project.database.run(THERE);
            let refused = project.fails("upgrade head");
            assert!(refused.contains(said), "{refused}");
            assert!(refused.contains("migrations/aaaa_.sql:6:1"), "{refused}");
            assert!(refused.contains("hint: write the statement for this database"), "{refused}");
        }
    });
}

#[test]
fn what_the_user_may_not_do_is_shown() {
    on(Engine::Postgresql, |engine| {
        let project = Project::new(engine, &[("aaaa", "-- @upgrade\nCREATE TABLE t (id INTEGER);")]);
        let url = project.database.url();
        let separator = if url.contains('?') { '&' } else { '?' };
        let nowhere = format!("upgrade head --url {url}{separator}options=-csearch_path%3Dnowhere");
        let refused = project.fails(&nowhere);
        assert!(
            refused.contains("error: no schema of the search_path `nowhere` is there, or the role"),
            "{refused}"
        );
        let low = format!("upgrade head --url {url}{separator}options=-crole%3Dpg_monitor");
        let refused = project.fails(&low);
        assert!(refused.contains("error: permission denied for schema public"), "{refused}");
        assert!(
            refused.contains("hint: the statement is: CREATE TABLE IF NOT EXISTS \"alembic_version\""),
            "{refused}"
        );
        project.ok("upgrade head");
        let refused = project.fails(&low);
        assert!(refused.contains("error: permission denied for table alembic_version"), "{refused}");
        assert!(refused.contains("hint: the statement is: SELECT \"version_num\""), "{refused}");
    });
}
