//! What a user writes and what the server prints of a view have one form.

use retort_core::schema::{Schema, View};

use super::*;
use crate::introspect::tests::{Fixture, describe};

const TABLES: &str = "\
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE SCHEMA crm;
    CREATE TABLE users (id integer PRIMARY KEY, name varchar(50), email text, active boolean, born date, m mood, boss_id integer);
    CREATE TABLE orders (id integer PRIMARY KEY, user_id integer, total numeric(10, 2), placed timestamp, note text);
    CREATE TABLE items (id integer PRIMARY KEY, order_id integer, sku varchar(20), quantity integer, name text);
    CREATE TABLE crm.users (id integer PRIMARY KEY, name text, \"Mixed Case\" integer);
    CREATE VIEW base AS SELECT id, name AS title, born FROM users WHERE active;
    CREATE FUNCTION pairs(integer) RETURNS TABLE (x integer, y integer) LANGUAGE sql AS 'SELECT 1, 2';";

/// Queries that have one form.
const QUERIES: &[&str] = &[
    "SELECT id, name FROM users",
    "select ID, \"name\" from users where active",
    "SELECT users.id, users.name AS name FROM users",
    "SELECT u.id, u.name n FROM users u WHERE u.active AND u.name = 'x'",
    "SELECT u.id FROM users AS u",
    "SELECT * FROM users",
    "SELECT u.*, 1 AS one FROM users u",
    "SELECT id, lower(name), upper(email) AS mail FROM users",
    "SELECT count(*) FROM users",
    "SELECT m, count(*) AS n FROM users GROUP BY m HAVING count(*) > 1 ORDER BY n DESC, m",
    "SELECT m, count(*) FROM users GROUP BY 1 ORDER BY 2 DESC, 1 NULLS FIRST",
    "SELECT lower(name) AS k, max(born) FROM users GROUP BY k",
    "SELECT lower(name) AS name FROM users GROUP BY name",
    "SELECT lower(name) AS name FROM users u ORDER BY u.name",
    "SELECT DISTINCT name FROM users",
    "SELECT DISTINCT ON (m) m, name FROM users ORDER BY m, name DESC NULLS LAST",
    "SELECT id FROM users ORDER BY id ASC NULLS LAST LIMIT 10 OFFSET 5",
    "SELECT id FROM users FETCH FIRST 5 ROWS ONLY",
    "SELECT u.name, o.total FROM users u JOIN orders o ON o.user_id = u.id",
    "SELECT name, total FROM users JOIN orders ON user_id = users.id WHERE total > 10",
    "SELECT users.id, orders.id AS order_id FROM users INNER JOIN orders ON orders.user_id = users.id",
    "SELECT u.name, o.total FROM users u LEFT OUTER JOIN orders o ON o.user_id = u.id AND o.total > 0",
    "SELECT u.name, i.sku FROM users u JOIN orders o ON o.user_id = u.id JOIN items i ON i.order_id = o.id",
    "SELECT u.name, i.sku FROM users u LEFT JOIN (orders o JOIN items i ON i.order_id = o.id) ON o.user_id = u.id",
    "SELECT u.name, o.total FROM users u, orders o WHERE o.user_id = u.id",
    "SELECT u.name, o.total FROM users u CROSS JOIN orders o",
    "SELECT name, total FROM users FULL JOIN orders ON user_id = users.id",
    "SELECT id, u.name, o.total FROM users u JOIN orders o USING (id)",
    "SELECT u.name, i.sku, id FROM users u JOIN orders o USING (id) JOIN items i USING (id)",
    "SELECT a.name, b.name AS boss FROM users a LEFT JOIN users b ON b.id = a.boss_id",
    "SELECT o.*, u.name FROM orders o JOIN users u ON u.id = o.user_id",
    "SELECT id FROM users WHERE name IN ('a', 'b') AND born BETWEEN '2000-01-01' AND '2010-01-01'",
    "SELECT id FROM users WHERE id IN (SELECT user_id FROM orders WHERE total > 5)",
    "SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM orders)",
    "SELECT id FROM users WHERE id = ANY (SELECT user_id FROM orders)",
    "SELECT id FROM users u WHERE EXISTS (SELECT 1 FROM orders WHERE user_id = u.id)",
    "SELECT id FROM users WHERE EXISTS (SELECT * FROM orders o WHERE o.user_id = users.id AND active)",
    "SELECT id, (SELECT max(total) FROM orders o WHERE o.user_id = u.id) AS most FROM users u",
    "SELECT id, (SELECT count(*) FROM orders WHERE user_id = users.id) FROM users",
    "SELECT x.id, x.n FROM (SELECT user_id AS id, count(*) AS n FROM orders GROUP BY user_id) x WHERE x.n > 1",
    "SELECT n FROM (SELECT user_id, count(*) FROM orders GROUP BY user_id) AS x (id, n)",
    "SELECT name FROM users UNION SELECT name FROM items ORDER BY name",
    "SELECT id, name FROM users UNION ALL SELECT id, name FROM items UNION ALL SELECT 1, 'x'",
    "SELECT id FROM users EXCEPT (SELECT id FROM orders UNION SELECT id FROM items)",
    "SELECT id FROM users INTERSECT SELECT id FROM orders EXCEPT SELECT id FROM items ORDER BY 1 DESC LIMIT 3",
    "WITH big AS (SELECT user_id, total FROM orders WHERE total > 100) SELECT u.name, big.total FROM users u JOIN big ON big.user_id = u.id",
    "WITH a (x) AS (SELECT id FROM users), b AS (SELECT x FROM a) SELECT * FROM b",
    "SELECT coalesce(name, 'none') AS name, total * 2 AS twice, total::integer, born::text, CAST(users.id AS bigint) AS big FROM users, orders",
    "SELECT CASE WHEN active THEN 'yes' ELSE 'no' END AS is_active, CASE m WHEN 'sad' THEN 1 ELSE 2 END FROM users",
    "SELECT sum(total) FILTER (WHERE total > 0) AS s, row_number() OVER (PARTITION BY user_id ORDER BY placed DESC) AS n FROM orders GROUP BY user_id, placed",
    "SELECT extract(year FROM born) AS y, date_trunc('month', placed), born + 1 AS next, placed AT TIME ZONE 'UTC' AS at FROM users, orders",
    "SELECT 1 AS one, 'x' AS x, NULL AS nothing, NULL::integer AS number, true AS yes, 1.5 AS n, DATE '2020-01-01' AS d",
    "SELECT current_date, 1::bigint, 'a'::varchar(3), trim(name), name || 'x' AS y, ARRAY[1, 2], id = 1 FROM users",
    "SELECT true",
    "VALUES (1, 'a'), (2, 'b')",
    "SELECT title, base.born FROM base WHERE title LIKE 'a%'",
    "SELECT * FROM base",
    "SELECT g FROM generate_series(1, 10) AS g",
    "SELECT * FROM generate_series(1, 10)",
    "SELECT u.name, n FROM users u CROSS JOIN generate_series(1, u.id) AS n",
    "SELECT p.x, p.y FROM pairs(1) AS p (x, y)",
    "SELECT crm.users.name, \"Mixed Case\" AS m FROM crm.users",
    "SELECT u.name, c.name AS other FROM users u JOIN crm.users c ON c.id = u.id",
    "SELECT name -- the name\nFROM users /* all */ WHERE\n\tactive;",
    "SELECT \"Mixed Case\" AS \"select\", name AS \"A b\" FROM crm.users",
    "SELECT id FROM users WHERE ((active)) OR ((name) = ('x'))",
    "SELECT count(DISTINCT m), array_agg(name ORDER BY id DESC), string_agg(name, ',') FROM users",
];

/// Queries of which another text is read than was written, though one that
/// creates the same view.
const OTHERS: &[&str] = &[
    "SELECT m, active, count(*) AS n FROM users GROUP BY GROUPING SETS ((m), (active))",
    "SELECT id FROM users u NATURAL JOIN orders o",
    "SELECT * FROM users u JOIN orders o USING (id)",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r",
    "SELECT rank() OVER w AS r FROM users WINDOW w AS (ORDER BY id)",
    "SELECT u.id, x.n FROM users u, LATERAL (SELECT count(*) AS n FROM orders WHERE user_id = u.id) x",
    "SELECT * FROM pairs(1)",
    "SELECT id FROM users FOR UPDATE",
    "SELECT id FROM users TABLESAMPLE SYSTEM (10)",
];

fn schema_with(tables: &Schema, queries: impl Iterator<Item = (String, String)>) -> Schema {
    let mut schema = tables.clone();
    for (name, query) in queries {
        let name = QualifiedName::unqualified(name.as_str());
        let view = View { name: name.clone(), columns: Vec::new(), query: query.into(), comment: None };
        schema.views.insert(name, view);
    }
    schema
}

async fn create(fixture: &Fixture, queries: impl Iterator<Item = (String, String)>) {
    let mut refused = Vec::new();
    for (name, query) in queries {
        if let Err(error) = fixture.client.batch_execute(&format!("CREATE VIEW {name} AS {query}")).await {
            let why =
                error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
            refused.push(format!("{why}\n    {query}\n"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.concat());
}

fn named(queries: &[&str]) -> Vec<(String, String)> {
    queries.iter().enumerate().map(|(at, query)| (format!("v{at}"), (*query).to_owned())).collect()
}

/// What the server prints, which says all that a view is.
async fn definitions(fixture: &Fixture) -> Vec<(String, String)> {
    let sql = "SELECT c.relname, pg_get_viewdef(c.oid) FROM pg_class c \
               WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace ORDER BY 1";
    let rows = fixture.client.query(sql, &[]).await.expect("is read");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn recreates(fixture: &Fixture, read: &Schema) {
    let again = Fixture::new(TABLES).await;
    let views = read.views.values().filter(|view| view.name.name.as_str() != "base");
    create(&again, views.map(|view| (view.name.to_string(), view.query.to_string()))).await;
    let (before, after) = (definitions(fixture).await, definitions(&again).await);
    // AND within AND is printed with parentheses, and means the same.
    let bare = |text: &str| text.replace(|c: char| c.is_whitespace() || matches!(c, '(' | ')'), "");
    for ((name, one), (_, other)) in before.iter().zip(&after) {
        assert_eq!(bare(one), bare(other), "{name}");
    }
    assert_eq!(before.len(), after.len());
    let again = again.read().await;
    for (name, view) in &read.views {
        assert_eq!(again.views[name].query, view.query, "{name}");
    }
    assert_eq!(describe(&again), describe(read));
    assert_eq!(again, *read);
}

#[tokio::test]
async fn what_is_written_and_what_is_printed_have_one_form() {
    let fixture = Fixture::new(TABLES).await;
    let tables = fixture.read().await;
    let written = named(QUERIES);
    let mut normal = schema_with(&tables, written.clone().into_iter());
    normalize_views(&mut normal, fixture.server);
    create(&fixture, written.into_iter()).await;
    let read = fixture.read().await;
    let mut lost = Vec::new();
    for (name, view) in &read.views {
        let (normal, read) = (normal.views[name].query.as_str(), view.query.as_str());
        if normal != read {
            lost.push(format!("written {normal}\nread    {read}\n"));
        }
    }
    assert!(lost.is_empty(), "{} of {} are lost\n{}", lost.len(), QUERIES.len(), lost.concat());
    let mut again = read.clone();
    normalize_views(&mut again, fixture.server);
    assert_eq!(again, read);
    recreates(&fixture, &read).await;
}

#[tokio::test]
async fn the_names_of_columns_become_part_of_the_query() {
    let fixture = Fixture::new(TABLES).await;
    let tables = fixture.read().await;
    let columns =
        [["a", "b"], ["B", "id"], ["x", "b"], ["title", "born"]].map(|names| names.map(Name::from).to_vec());
    let queries = [
        "SELECT id, name FROM users ORDER BY id",
        "SELECT count(*), id FROM users GROUP BY 2",
        "SELECT id, lower(name) AS name FROM users UNION SELECT id, 'y' FROM items",
        "SELECT title, born, id FROM base",
    ];
    let mut normal = tables.clone();
    for (at, (columns, query)) in columns.into_iter().zip(queries).enumerate() {
        let name = QualifiedName::unqualified(format!("v{at}"));
        let list: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
        fixture.run(&format!("CREATE VIEW v{at} ({}) AS {query}", list.join(", "))).await;
        let view = View { name: name.clone(), columns, query: query.into(), comment: None };
        normal.views.insert(name, view);
    }
    normalize_views(&mut normal, fixture.server);
    assert_eq!(describe(&fixture.read().await), describe(&normal));
}

#[tokio::test]
async fn what_is_read_creates_the_same_view() {
    let fixture = Fixture::new(TABLES).await;
    create(&fixture, named(OTHERS).into_iter()).await;
    let read = fixture.read().await;
    let mut again = read.clone();
    normalize_views(&mut again, fixture.server);
    assert_eq!(again, read);
    recreates(&fixture, &read).await;
}
