//! PostgreSQL's catalog, in its own words: what `pg_dump --schema-only` is made
//! of, without a process for each look.

use super::Entry;
use crate::site::Site;

pub(super) fn read(site: &mut Site) -> Vec<Entry> {
    // With an empty path every name comes with its namespace.
    let rows = site.rows(&query()).unwrap_or_else(|error| panic!("the catalog cannot be read: {error}"));
    site.run("RESET ALL").unwrap();
    let entries = rows.into_iter().map(|row| {
        let [is_outside, kind, name, table, text] = <[_; 5]>::try_from(row).unwrap();
        Entry {
            kind: kind.unwrap(),
            name: name.unwrap(),
            table,
            text: text.unwrap_or_default(),
            is_outside: is_outside.as_deref() == Some("t"),
        }
    });
    entries.collect()
}

/// Reads all, in one spelling where the server keeps which of two was used: six
/// digits of a second are what there is without saying so, and `AT TIME ZONE` is
/// another form of a call.
fn query() -> String {
    format!(
        r"SET search_path TO '';
        WITH own AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
             found (is_outside, kind, name, relation, text) AS ({})
        SELECT is_outside, kind, name, relation,
               regexp_replace(regexp_replace(text, '\m(time|timestamp)\(6\)', '\1', 'g'),
                              '\(([^() ]+(?:\(\))?) AT TIME ZONE ([^()]+)\)', 'timezone(\2, \1)', 'g')
        FROM found",
        QUERIES.join("\nUNION ALL\n")
    )
}

/// Each: whether it is outside the model, kind, name, table, text. What came
/// with an extension is left out.
const QUERIES: [&str; 16] = [
    "SELECT false, 'namespace', nspname::text, NULL::text, concat_ws(' ', nspname, obj_description(oid, 'pg_namespace'))
     FROM pg_catalog.pg_namespace n
     WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')",
    // Tables, and what looks like one.
    "SELECT c.relkind <> 'r' AND c.relkind <> 'v' OR c.relispartition,
            CASE WHEN c.relispartition THEN 'partition' WHEN c.relkind = 'r' THEN 'table' WHEN c.relkind = 'v' THEN 'view'
                 WHEN c.relkind = 'm' THEN 'materialized view' WHEN c.relkind = 'p' THEN 'partitioned table' ELSE 'foreign table' END,
            c.oid::regclass::text, NULL,
            concat_ws(' ', c.oid::regclass, c.relpersistence, c.relreplident, c.reloptions::text, am.amname, c.reltablespace,
                      pg_get_viewdef(c.oid), pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
                      CASE WHEN c.relkind IN ('r', 'v') THEN obj_description(c.oid, 'pg_class') END)
     FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
     WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND c.relnamespace IN (SELECT oid FROM own)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')",
    // A default of NULL is none. Columns, with the sequence of an identity column or of a serial one. An option `pg_attver` is the server's own.
    "SELECT c.relkind <> 'r' OR c.relispartition, 'column', a.attname::text, c.oid::regclass::text,
            concat_ws(' ', c.oid::regclass, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                      CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || substring(pg_get_expr(d.adbin, d.adrelid) FROM '^(?!NULL(?:::.*)?$).*'),
                      'identity ' || nullif(a.attidentity, '')::text, 'generated ' || nullif(a.attgenerated, '')::text,
                      'collation ' || nullif(a.attcollation, t.typcollation)::regcollation::text, 'storage ' || nullif(a.attstorage, t.typstorage)::text,
                      'compression ' || nullif(a.attcompression, '')::text, a.attstattarget,
                      (SELECT 'options ' || nullif(array_agg(o ORDER BY o)::text, '{}') FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg_attver=%'), a.attfdwoptions::text,
                      (SELECT concat_ws(' ', 'sequence', s.seqrelid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin,
                                        s.seqmax, s.seqcache, s.seqcycle)
                       FROM pg_catalog.pg_depend o JOIN pg_catalog.pg_sequence s ON s.seqrelid = o.objid
                       WHERE o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype IN ('i', 'a')),
                      CASE WHEN c.relkind = 'r' THEN 'comment ' || col_description(c.oid, a.attnum) END)
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND c.relnamespace IN (SELECT oid FROM own)",
    "SELECT con.contype NOT IN ('p', 'u', 'f', 'c') OR c.relkind <> 'r' OR c.relispartition,
            CASE con.contype WHEN 'x' THEN 'exclusion constraint' WHEN 't' THEN 'trigger' ELSE 'constraint' END,
            con.conname::text, con.conrelid::regclass::text,
            concat_ws(' ', con.conrelid::regclass, quote_ident(con.conname), replace(pg_get_constraintdef(con.oid), ' NO INHERIT', ''),
                      CASE WHEN con.contype IN ('p', 'u') THEN pg_get_indexdef(con.conindid) END)
     FROM pg_catalog.pg_constraint con JOIN pg_catalog.pg_class c ON c.oid = con.conrelid
     WHERE con.connamespace IN (SELECT oid FROM own)",
    "SELECT true, 'constraint clause', con.conname::text, con.conrelid::regclass::text, concat_ws(' ', con.conrelid::regclass, con.conname, 'NO INHERIT')
     FROM pg_catalog.pg_constraint con WHERE con.contype = 'c' AND con.connoinherit AND con.connamespace IN (SELECT oid FROM own)",
    "SELECT c.relkind <> 'r' OR c.relispartition, 'index', i.indexrelid::regclass::text, c.oid::regclass::text,
            concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered, i.indisreplident)
     FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace IN (SELECT oid FROM own)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint con WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x'))",
    "SELECT false, 'enum', t.oid::regtype::text, NULL,
            concat_ws(' ', t.oid::regtype, (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_catalog.pg_enum e
                                            WHERE e.enumtypid = t.oid), obj_description(t.oid, 'pg_type'))
     FROM pg_catalog.pg_type t WHERE t.typtype = 'e' AND t.typnamespace IN (SELECT oid FROM own)",
    "SELECT true, CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'composite type' END, t.oid::regtype::text, NULL,
            concat_ws(' ', t.oid::regtype, format_type(t.typbasetype, t.typtypmod), t.typdefault, t.typnotnull, t.typcollation,
                      (SELECT array_agg(con.conname || ' ' || pg_get_constraintdef(con.oid) ORDER BY con.conname)::text
                       FROM pg_catalog.pg_constraint con WHERE con.contypid = t.oid),
                      (SELECT array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)::text
                       FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND NOT a.attisdropped))
     FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
     WHERE (t.typtype IN ('d', 'r') OR t.typtype = 'c' AND c.relkind = 'c') AND t.typnamespace IN (SELECT oid FROM own)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')",
    // Sequences that belong to no column.
    "SELECT true, 'sequence', c.oid::regclass::text, NULL,
            concat_ws(' ', c.oid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)
     FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
     WHERE c.relnamespace IN (SELECT oid FROM own)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i', 'a'))",
    "SELECT true, 'function', p.oid::regproc::text, NULL, pg_get_functiondef(p.oid)
     FROM pg_catalog.pg_proc p WHERE p.prokind <> 'a' AND p.pronamespace IN (SELECT oid FROM own)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i'))",
    "SELECT true, 'trigger', t.tgname::text, t.tgrelid::regclass::text, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
     FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND c.relnamespace IN (SELECT oid FROM own)",
    "SELECT true, 'rule', r.rulename::text, r.ev_class::regclass::text, pg_get_ruledef(r.oid)
     FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
     WHERE r.rulename <> '_RETURN' AND c.relnamespace IN (SELECT oid FROM own)",
    "SELECT true, 'policy', p.polname::text, p.polrelid::regclass::text,
            concat_ws(' ', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive, p.polroles::text,
                      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
     FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid WHERE c.relnamespace IN (SELECT oid FROM own)",
    "SELECT true, 'row security', c.relname::text, c.oid::regclass::text, concat_ws(' ', c.oid::regclass, c.relrowsecurity, c.relforcerowsecurity)
     FROM pg_catalog.pg_class c WHERE (c.relrowsecurity OR c.relforcerowsecurity) AND c.relnamespace IN (SELECT oid FROM own)",
    "SELECT true, 'extension', extname::text, NULL, concat_ws(' ', extname, extnamespace::regnamespace)
     FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'",
    // Comments on what is outside the model belong to that; on constraints and indexes they are things of their own.
    "SELECT true, CASE WHEN con.oid IS NOT NULL OR x.indexrelid IS NOT NULL THEN 'comment' ELSE o.type END, split_part(split_part(o.identity, ' ', 1), '(', 1), coalesce(con.conrelid, x.indrelid)::regclass::text, concat_ws(' ', o.type, o.identity, d.description)
     FROM pg_catalog.pg_description d
     LEFT JOIN pg_catalog.pg_constraint con ON d.classoid = 'pg_catalog.pg_constraint'::regclass AND con.oid = d.objoid
     LEFT JOIN pg_catalog.pg_index x ON d.classoid = 'pg_catalog.pg_class'::regclass AND x.indexrelid = d.objoid
     LEFT JOIN pg_catalog.pg_class i ON d.classoid = 'pg_catalog.pg_class'::regclass AND i.oid = d.objoid,
     LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) o
     WHERE d.objsubid = 0 AND d.objoid >= 16384 AND coalesce(i.relkind, 'i') NOT IN ('r', 'v')
       AND d.classoid NOT IN ('pg_catalog.pg_type'::regclass, 'pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_extension'::regclass)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.objid = d.objoid AND e.deptype = 'e')",
];
