//! The SQL that reads what the model cannot hold.

use super::queries::{NAMED_TABLES, OWN_NAMESPACES, Reach};

/// Objects outside the model, in one query of many parts: their kind, namespace,
/// name, table and definition.
pub(super) fn unmanaged(reach: Reach) -> String {
    let parts: Vec<String> = PARTS
        .iter()
        .filter(|part| reach == Reach::Everything || part.is_of_table())
        .map(|part| part.to_sql(reach))
        .collect();
    parts.join("\nUNION ALL\n")
}

/// A kind of object, as a query on one catalog.
struct Part {
    /// The word for it, as an expression.
    kind: &'static str,
    /// The catalog.
    catalog: &'static str,
    /// The short name of the catalog, and what is joined to it.
    from: &'static str,
    /// The oid of the object.
    oid: &'static str,
    /// The oid of its namespace.
    namespace: &'static str,
    /// Its name.
    name: &'static str,
    /// The oid of its table.
    table: Option<&'static str>,
    /// The statement that creates it.
    definition: Option<&'static str>,
    /// Which objects of the catalog it is about.
    condition: &'static str,
}

const PARTS: &[Part] = &[
    Part {
        kind: "'trigger'",
        catalog: "pg_trigger",
        from: "t JOIN pg_class c ON c.oid = t.tgrelid",
        oid: "t.oid",
        namespace: "c.relnamespace",
        name: "t.tgname",
        table: Some("c.oid"),
        definition: Some("pg_get_triggerdef(t.oid, true)"),
        // Those of a partition come with those of its parent.
        condition: "NOT t.tgisinternal AND t.tgparentid = 0",
    },
    Part {
        kind: "'rule'",
        catalog: "pg_rewrite",
        from: "r JOIN pg_class c ON c.oid = r.ev_class",
        oid: "r.oid",
        namespace: "c.relnamespace",
        name: "r.rulename",
        table: Some("c.oid"),
        definition: Some("rtrim(pg_get_ruledef(r.oid, true), ';')"),
        condition: "r.rulename <> '_RETURN'",
    },
    Part {
        kind: "'policy'",
        catalog: "pg_policy",
        from: "p JOIN pg_class c ON c.oid = p.polrelid",
        oid: "p.oid",
        namespace: "c.relnamespace",
        name: "p.polname",
        table: Some("c.oid"),
        definition: Some(
            "format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', p.polname, c.oid::regclass, \
             CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, \
             CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' \
                           WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, \
             (SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ') \
              FROM unnest(p.polroles) AS role)) \
             || coalesce(' USING (' || pg_get_expr(p.polqual, c.oid) || ')', '') \
             || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, c.oid) || ')', '')",
        ),
        condition: "true",
    },
    Part {
        kind: "'statistics'",
        catalog: "pg_statistic_ext",
        from: "s JOIN pg_class c ON c.oid = s.stxrelid",
        oid: "s.oid",
        namespace: "s.stxnamespace",
        name: "s.stxname",
        table: Some("c.oid"),
        definition: Some("pg_get_statisticsobjdef(s.oid)"),
        condition: "true",
    },
    Part {
        kind: "CASE o.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' \
               WHEN 'w' THEN 'window function' ELSE 'function' END",
        catalog: "pg_proc",
        from: "o",
        oid: "o.oid",
        namespace: "o.pronamespace",
        name: "o.proname",
        table: None,
        definition: Some("CASE WHEN o.prokind <> 'a' THEN pg_get_functiondef(o.oid) END"),
        condition: "true",
    },
    Part {
        kind: "CASE o.typtype WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' \
               WHEN 'r' THEN 'range type' ELSE 'base type' END",
        catalog: "pg_type",
        from: "o LEFT JOIN pg_class c ON c.oid = o.typrelid",
        oid: "o.oid",
        namespace: "o.typnamespace",
        name: "o.typname",
        table: None,
        definition: Some(
            "CASE o.typtype WHEN 'd' THEN format('CREATE DOMAIN %s AS %s', o.oid::regtype, \
                  format_type(o.typbasetype, o.typtypmod)) \
                || coalesce((SELECT ' COLLATE ' || quote_ident(co.collname) FROM pg_collation co, pg_type base \
                             WHERE co.oid = o.typcollation AND base.oid = o.typbasetype \
                             AND base.typcollation <> o.typcollation), '') \
                || coalesce(' DEFAULT ' || o.typdefault, '') || CASE WHEN o.typnotnull THEN ' NOT NULL' ELSE '' END \
                || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', con.conname, \
                                    pg_get_constraintdef(con.oid)), '' ORDER BY con.conname) \
                             FROM pg_constraint con WHERE con.contypid = o.oid AND con.contype = 'c'), '') \
             WHEN 'c' THEN format('CREATE TYPE %s AS (%s)', o.oid::regtype, \
                  (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' \
                                     ORDER BY a.attnum) \
                   FROM pg_attribute a WHERE a.attrelid = o.typrelid AND a.attnum > 0 AND NOT a.attisdropped)) END",
        ),
        // Each table has a row type, each type an array type.
        condition: "(o.typtype IN ('d', 'r') OR o.typtype = 'c' AND c.relkind = 'c' \
                    OR o.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = o.oid))",
    },
    Part {
        kind: "'extension'",
        catalog: "pg_extension",
        from: "o",
        oid: "o.oid",
        namespace: "o.extnamespace",
        name: "o.extname",
        table: None,
        definition: Some(
            "format('CREATE EXTENSION %I WITH SCHEMA %s', o.extname, o.extnamespace::regnamespace)",
        ),
        condition: "true",
    },
    Part::plain("'collation'", "pg_collation", "o.collnamespace", "o.collname"),
    Part::plain("'conversion'", "pg_conversion", "o.connamespace", "o.conname"),
    Part::plain("'operator'", "pg_operator", "o.oprnamespace", "o.oprname"),
    Part::plain("'operator class'", "pg_opclass", "o.opcnamespace", "o.opcname"),
    Part::plain("'operator family'", "pg_opfamily", "o.opfnamespace", "o.opfname"),
    Part::plain("'text search configuration'", "pg_ts_config", "o.cfgnamespace", "o.cfgname"),
    Part::plain("'text search dictionary'", "pg_ts_dict", "o.dictnamespace", "o.dictname"),
    Part::plain("'text search parser'", "pg_ts_parser", "o.prsnamespace", "o.prsname"),
    Part::plain("'text search template'", "pg_ts_template", "o.tmplnamespace", "o.tmplname"),
];

impl Part {
    /// A kind of object without a table and a definition that is cheap.
    const fn plain(
        kind: &'static str,
        catalog: &'static str,
        namespace: &'static str,
        name: &'static str,
    ) -> Self {
        Self {
            kind,
            catalog,
            from: "o",
            oid: "o.oid",
            namespace,
            name,
            table: None,
            definition: None,
            condition: "true",
        }
    }

    fn is_of_table(&self) -> bool {
        self.table.is_some()
    }

    fn to_sql(&self, reach: Reach) -> String {
        let Self { kind, catalog, from, oid, namespace, name, table, definition, condition } = self;
        let reach = match (reach, table) {
            (Reach::Tables, Some(table)) => format!("{table} IN {NAMED_TABLES}"),
            (Reach::Tables | Reach::Everything, _) => format!("{namespace} IN {OWN_NAMESPACES}"),
        };
        let (table, definition) = (table.unwrap_or("NULL::oid"), definition.unwrap_or("NULL"));
        // What an extension or another object brought along goes with it.
        format!(
            "SELECT {kind}, {namespace}, {name}::text, {table}, {definition} FROM {catalog} {from} \
             WHERE {condition} AND {reach} \
             AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '{catalog}'::regclass \
                             AND x.objid = {oid} AND x.deptype IN ('e', 'i'))"
        )
    }
}
