//! The queries of a minimal reader, one after the other.

use std::time::Instant;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder};
use rusqlite::{Connection, OpenFlags};
use tokio_postgres::NoTls;

use crate::{Read, Result};

/// Each reads one kind of thing, the first the tables.
const POSTGRESQL: [&str; 6] = [
    "SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.reloptions, obj_description(c.oid, 'pg_class'), \
     CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END \
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
    "SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, \
     a.attgenerated, pg_get_expr(d.adbin, d.adrelid), co.collname, ds.description \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     JOIN pg_type t ON t.oid = a.atttypid \
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
     LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation \
     LEFT JOIN pg_description ds ON ds.classoid = 'pg_class'::regclass AND ds.objoid = c.oid \
                                AND ds.objsubid = a.attnum \
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
     ORDER BY a.attrelid, a.attnum",
    "SELECT con.conrelid, con.conname, con.contype, con.conkey, con.confrelid, con.confkey, con.confupdtype, \
     con.confdeltype, con.confmatchtype, con.condeferrable, con.condeferred, con.convalidated, con.conindid, \
     CASE WHEN con.contype IN ('c', 'x') THEN pg_get_constraintdef(con.oid) END \
     FROM pg_constraint con WHERE con.connamespace = 'public'::regnamespace",
    "SELECT i.indrelid, ic.relname, am.amname, i.indisunique, i.indisprimary, i.indnkeyatts, i.indkey::int2[], \
     i.indoption::int2[], i.indclass::oid[], i.indcollation::oid[], ic.reloptions, \
     pg_get_expr(i.indpred, i.indrelid), CASE WHEN i.indexprs IS NOT NULL THEN pg_get_indexdef(i.indexrelid) END \
     FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam \
     WHERE ic.relnamespace = 'public'::regnamespace",
    "SELECT t.oid, t.typname, t.typtype, format_type(t.typbasetype, t.typtypmod), \
     array_agg(e.enumlabel ORDER BY e.enumsortorder) \
     FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid \
     WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd') GROUP BY t.oid",
    "SELECT s.seqrelid, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.refobjid, \
     d.refobjsubid, d.deptype FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid \
     LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid \
          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') \
     WHERE c.relnamespace = 'public'::regnamespace",
];

const MYSQL: [&str; 6] = [
    "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, TABLE_COMMENT, CREATE_OPTIONS \
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
    "SELECT TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, \
     CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_COMMENT, GENERATION_EXPRESSION FROM information_schema.COLUMNS \
     WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION",
    "SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, COLLATION, SUB_PART, INDEX_TYPE, \
     INDEX_COMMENT FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() \
     ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
    "SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION, REFERENCED_TABLE_SCHEMA, \
     REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE \
     WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION",
    "SELECT TABLE_NAME, CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, MATCH_OPTION, UPDATE_RULE, DELETE_RULE \
     FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()",
    "SELECT CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS \
     WHERE CONSTRAINT_SCHEMA = DATABASE()",
];

const SQLITE: [&str; 4] = [
    "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "SELECT m.name, x.* FROM sqlite_schema m, pragma_table_xinfo(m.name) x WHERE m.type = 'table'",
    "SELECT m.name, f.* FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
    "SELECT m.name, l.name, l.\"unique\", l.origin, l.partial, x.seqno, x.cid, x.name, x.\"desc\", x.coll, x.key \
     FROM sqlite_schema m, pragma_index_list(m.name) l, pragma_index_xinfo(l.name) x WHERE m.type = 'table'",
];

/// Runs the queries of the engine, and counts the tables.
pub(crate) async fn read(url: &str) -> Result<Read> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        sqlite(path)
    } else if url.starts_with("postgresql:") {
        postgresql(url).await
    } else {
        mysql(&url.replacen("mariadb:", "mysql:", 1)).await
    }
}

async fn postgresql(url: &str) -> Result<Read> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let begun = Instant::now();
    let mut tables = 0;
    for (at, query) in POSTGRESQL.into_iter().enumerate() {
        let rows = client.query_typed(query, &[]).await?;
        if at == 0 {
            tables = rows.len();
        }
    }
    let took = begun.elapsed();
    drop(client);
    connection.await??;
    Ok((tables, took))
}

async fn mysql(url: &str) -> Result<Read> {
    let options = OptsBuilder::from_opts(Opts::from_url(url)?).prefer_socket(false);
    let mut connection = Conn::new(options).await?;
    let begun = Instant::now();
    let mut tables = 0;
    for (at, query) in MYSQL.into_iter().enumerate() {
        let rows: Vec<mysql_async::Row> = connection.query(query).await?;
        if at == 0 {
            tables = rows.len();
        }
    }
    let took = begun.elapsed();
    connection.disconnect().await?;
    Ok((tables, took))
}

fn sqlite(path: &str) -> Result<Read> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let begun = Instant::now();
    let mut tables = 0;
    for (at, query) in SQLITE.into_iter().enumerate() {
        let mut statement = connection.prepare(query)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                row.get_ref(column)?;
            }
            count += 1;
        }
        if at == 0 {
            tables = count;
        }
    }
    Ok((tables, begun.elapsed()))
}
