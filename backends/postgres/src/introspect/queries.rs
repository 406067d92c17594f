//! The SQL that reads PostgreSQL's catalog.
//!
//! Each query goes to `pg_catalog` directly, and reads one kind of thing for all
//! tables. What can be put together from plain columns is put together in
//! Rust: calling the server's deparser for each row is what takes time.

use crate::{server::Server, types};

/// Whether the session is outside a transaction: only then does a transaction
/// begin with the statement. The simple protocol sets both clocks at once.
pub(super) const PROBE: &str = "SELECT pg_catalog.transaction_timestamp() = pg_catalog.statement_timestamp()";

/// Gives one snapshot to all queries.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// Ends what [`BEGIN`] began.
pub(super) const COMMIT: &str = "COMMIT";

/// Stands in for [`BEGIN`] within a transaction, so that settings can be put
/// back and an error does no harm.
pub(super) const SAVEPOINT: &str = "SAVEPOINT retort_introspect";

/// Ends what [`SAVEPOINT`] began.
pub(super) const ROLLBACK: &str =
    "ROLLBACK TO SAVEPOINT retort_introspect; RELEASE SAVEPOINT retort_introspect";

/// Makes the deparser write the same text in every session: names relative to
/// the default namespace alone, constants in one style. Compiling the queries
/// would take longer than running them.
pub(super) const SETTINGS: &str = "\
    SELECT set_config('search_path', coalesce(quote_ident(s.namespace), '\"\"') || ', pg_temp', true), \
           set_config('quote_all_identifiers', 'off', true), set_config('jit', 'off', true), \
           set_config('standard_conforming_strings', 'on', true), set_config('DateStyle', 'ISO, YMD', true), \
           set_config('IntervalStyle', 'postgres', true), set_config('TimeZone', 'UTC', true), \
           set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true), \
           set_config('lc_monetary', 'C', true) \
    FROM (SELECT current_schema() AS namespace OFFSET 0) s";

/// Namespaces that are not the server's own.
pub(super) const NAMESPACES: &str = "\
    SELECT n.oid, n.nspname, coalesce(n.nspname = current_schema(), false), \
           EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid \
                   AND d.deptype = 'e') \
    FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// Enum types.
pub(super) const ENUMS: &str = "\
    SELECT t.oid, t.typarray, t.typnamespace, t.typname, \
           ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), \
           obj_description(t.oid, 'pg_type'), \
           EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid \
                   AND d.deptype = 'e') \
    FROM pg_type t WHERE t.typtype = 'e'";

/// The oids of the namespaces that [`NAMESPACES`] reads.
pub(super) const OWN_NAMESPACES: &str =
    "(SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')";

/// The oids of the tables in `$1` and `$2`, arrays of namespaces and names.
pub(super) const NAMED_TABLES: &str = "\
    (SELECT c.oid FROM unnest($1::text[], $2::text[]) AS o (namespace, name) \
     JOIN pg_namespace n ON n.nspname = coalesce(o.namespace, current_schema()) \
     JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = o.name)";

/// What the queries are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// All objects.
    Everything,
    /// Some tables, which are the parameters.
    Tables,
}

impl Reach {
    /// The condition that `pg_class AS c` must satisfy.
    fn of_relations(self) -> String {
        match self {
            Self::Everything => format!("c.relnamespace IN {OWN_NAMESPACES}"),
            Self::Tables => format!("c.oid IN {NAMED_TABLES}"),
        }
    }
}

/// Whether no extension brought the object along.
fn is_no_part_of_extension(catalog: &str, oid: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '{catalog}'::regclass AND x.objid = {oid} \
         AND x.deptype = 'e')"
    )
}

/// Tables, views, and what looks like them. The form of a view depends on the
/// tables that it reads, so that it is not read without them.
pub(super) fn relations(reach: Reach) -> String {
    let kinds = match reach {
        Reach::Everything => "'r', 'v', 'm', 'p', 'f'",
        Reach::Tables => "'r', 'm', 'p', 'f'",
    };
    format!(
        "SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relispartition, c.relpersistence, \
                CASE WHEN tc.reloptions IS NULL THEN c.reloptions \
                     ELSE c.reloptions || ARRAY(SELECT 'toast.' || o FROM unnest(tc.reloptions) AS o) END, \
                am.amname, ts.spcname, \
                CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, ds.description, \
                ARRAY(SELECT i.inhparent FROM pg_inherits i \
                      WHERE i.inhrelid = c.oid ORDER BY i.inhseqno), \
                CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END, \
                c.relrowsecurity, c.relforcerowsecurity, c.relreplident \
         FROM pg_class c \
         LEFT JOIN pg_am am ON am.oid = c.relam AND am.amname <> 'heap' \
         LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace \
         LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid \
         LEFT JOIN pg_description ds ON ds.classoid = 'pg_class'::regclass AND ds.objoid = c.oid \
                                    AND ds.objsubid = 0 \
         WHERE c.relkind IN ({kinds}) AND {} AND {}",
        reach.of_relations(),
        is_no_part_of_extension("pg_class", "c.oid"),
    )
}

/// Columns of tables and views. Only types that are not known by their number
/// are written by the server.
pub(super) fn columns(reach: Reach, server: Server) -> String {
    let known = types::read::known_oids();
    let compression = if server.is_at_least(14) { "a.attcompression" } else { "''::\"char\"" };
    format!(
        "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, \
                CASE WHEN a.atttypid NOT IN ({known}) THEN format_type(a.atttypid, a.atttypmod) END, \
                a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), \
                co.collname, ds.description, \
                CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage ELSE '' END, {compression}, \
                CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::integer END, a.attoptions \
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         JOIN pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef \
         LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation \
         LEFT JOIN pg_description ds ON ds.classoid = 'pg_class'::regclass AND ds.objoid = a.attrelid \
                                    AND ds.objsubid = a.attnum \
         WHERE c.relkind IN ('r', 'v') AND {}",
        reach.of_relations(),
    )
}

/// Constraints of tables, but for those that refuse NULL, which the columns
/// tell, and those that are triggers; without the foreign keys that the server
/// makes to each partition of what one refers to.
pub(super) fn constraints(reach: Reach, server: Server) -> String {
    let only_some = if server.is_at_least(15) { "con.confdelsetcols IS NOT NULL" } else { "false" };
    let by_period = if server.is_at_least(18) { "con.conperiod OR NOT con.conenforced" } else { "false" };
    format!(
        "SELECT con.conrelid, con.conname, con.contype, con.conkey, con.conindid, con.confupdtype, con.confdeltype, \
                con.confmatchtype, con.condeferrable, con.condeferred, con.convalidated, \
                CASE WHEN con.contype = 'c' THEN pg_get_expr(con.conbin, con.conrelid) END, \
                CASE WHEN con.contype = 'x' OR con.contype = 'c' AND con.connoinherit \
                       OR con.contype = 'p' AND con.condeferrable OR {only_some} OR {by_period} \
                       OR i.indnkeyatts <> i.indnatts OR ic.reloptions IS NOT NULL OR ic.reltablespace <> 0 \
                     THEN pg_get_constraintdef(con.oid) END, \
                ds.description, f.relnamespace, f.relname, \
                CASE WHEN con.contype = 'f' THEN ARRAY(SELECT k.attname::text FROM unnest(con.confkey) \
                     WITH ORDINALITY AS o (attnum, at) JOIN pg_attribute k ON k.attrelid = con.confrelid \
                     AND k.attnum = o.attnum ORDER BY o.at) END \
         FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid \
         LEFT JOIN pg_class f ON f.oid = con.confrelid \
         LEFT JOIN pg_index i ON i.indexrelid = con.conindid AND con.contype IN ('p', 'u') \
         LEFT JOIN pg_class ic ON ic.oid = i.indexrelid \
         LEFT JOIN pg_description ds ON ds.classoid = 'pg_constraint'::regclass AND ds.objoid = con.oid \
         WHERE c.relkind = 'r' AND con.contype IN ('p', 'u', 'f', 'c', 'x') \
           AND (con.contype <> 'f' OR con.conparentid = 0) AND {}",
        reach.of_relations(),
    )
}

/// Indexes, those behind constraints among them. Keys that are expressions are
/// written by the server, one by one; the definition is there where the
/// columns do not say everything.
pub(super) fn indexes(reach: Reach, server: Server) -> String {
    let nulls_not_distinct = if server.is_at_least(15) { "i.indnullsnotdistinct" } else { "false" };
    format!(
        "SELECT i.indexrelid, i.indrelid, ic.relname, am.amname, i.indisunique, {nulls_not_distinct}, \
                i.indnkeyatts, i.indkey, i.indoption, \
                CASE WHEN i.indexprs IS NOT NULL THEN \
                     ARRAY(SELECT CASE WHEN k = 0 THEN pg_get_indexdef(i.indexrelid, at::integer, false) END \
                           FROM unnest(i.indkey) WITH ORDINALITY AS o (k, at) ORDER BY at) END, \
                CASE WHEN NOT i.indcollation::oid[] <@ ARRAY[0, 'pg_catalog.\"default\"'::regcollation]::oid[] THEN \
                     ARRAY(SELECT CASE WHEN co.oid IS DISTINCT FROM a.attcollation THEN co.collname::text END \
                           FROM unnest(i.indkey, i.indcollation) WITH ORDINALITY AS o (k, collation_oid, at) \
                           LEFT JOIN pg_collation co ON co.oid = o.collation_oid \
                           LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = o.k AND k <> 0 \
                           ORDER BY at) END, \
                CASE WHEN NOT i.indclass::oid[] <@ \
                          ARRAY(SELECT oid FROM pg_opclass WHERE opcdefault AND opcintype <> 'oid'::regtype) THEN \
                     ARRAY(SELECT CASE WHEN NOT op.opcdefault OR op.opcintype <> a.atttypid AND EXISTS \
                                (SELECT FROM pg_opclass better WHERE better.opcmethod = op.opcmethod \
                                 AND better.opcintype = a.atttypid AND better.opcdefault) THEN op.opcname::text END \
                           FROM unnest(i.indclass) WITH ORDINALITY AS o (class, at) \
                           JOIN pg_opclass op ON op.oid = o.class \
                           JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = o.at ORDER BY at) END, \
                pg_get_expr(i.indpred, i.indrelid), ic.reloptions, ts.spcname, i.indisvalid, \
                i.indisclustered, i.indisreplident, ds.description, \
                CASE WHEN c.relkind <> 'r' OR am.amname NOT IN ('btree', 'hash') OR i.indexprs IS NOT NULL \
                     THEN pg_get_indexdef(i.indexrelid) END, \
                am.amname NOT IN ('btree', 'hash') AND EXISTS (SELECT FROM pg_attribute a, unnest(a.attoptions) AS o \
                     WHERE a.attrelid = i.indexrelid AND o NOT LIKE 'pg_attver=%') \
         FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid \
         JOIN pg_am am ON am.oid = ic.relam LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace \
         LEFT JOIN pg_description ds ON ds.classoid = 'pg_class'::regclass AND ds.objoid = ic.oid \
                                    AND ds.objsubid = 0 \
         WHERE c.relkind IN ('r', 'm', 'p') AND {}",
        reach.of_relations(),
    )
}

/// Sequences, and the columns that they belong to.
pub(super) fn sequences(reach: Reach) -> String {
    let of_reach = match reach {
        Reach::Everything => reach.of_relations(),
        Reach::Tables => format!("d.refobjid IN {NAMED_TABLES}"),
    };
    format!(
        "SELECT c.relnamespace, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, \
                s.seqmax, s.seqcache, s.seqcycle, d.refobjid, d.refobjsubid, d.deptype \
         FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid \
         LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 \
              AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') \
         WHERE {of_reach} AND {}",
        is_no_part_of_extension("pg_class", "c.oid"),
    )
}
