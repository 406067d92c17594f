    FOR dependent IN
        WITH RECURSIVE used (view, depth) AS (
            {seed}
            UNION
            SELECT rule.ev_class, used.depth + 1
            FROM used
            JOIN pg_depend AS dependency
                ON dependency.refclassid = 'pg_class'::regclass AND dependency.refobjid = used.view
            JOIN pg_rewrite AS rule
                ON dependency.classid = 'pg_rewrite'::regclass AND dependency.objid = rule.oid
            WHERE rule.ev_class <> used.view
        )
        SELECT view.oid, view.oid::regclass::text AS name, view.reloptions, view.relowner,
            -- None where a new view gets just these.
            CASE WHEN view.relacl IS NOT NULL OR EXISTS (SELECT FROM pg_default_acl WHERE defaclobjtype = 'r')
                THEN coalesce(view.relacl, acldefault('r', view.relowner)) END AS privileges,
            max(used.depth) AS depth
        FROM used JOIN pg_class AS view ON view.oid = used.view
        WHERE view.relkind = 'v'
        GROUP BY view.oid
        ORDER BY depth DESC
    LOOP
        SELECT string_agg(statement, E';\n' ORDER BY place) || E';\n' || definitions
        INTO definitions
        FROM (
            SELECT 1, {create}
            UNION ALL
            SELECT 2, format('ALTER VIEW %s OWNER TO %I', dependent.name, pg_get_userbyid(dependent.relowner))
            WHERE dependent.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
            UNION ALL
            SELECT 3, format('REVOKE ALL ON %s FROM %s', dependent.name,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
            FROM (
                SELECT dependent.relowner
                UNION
                SELECT acl.grantee
                FROM pg_default_acl, aclexplode(defaclacl) AS acl
                WHERE defaclobjtype = 'r'
            ) AS holder (grantee)
            WHERE dependent.privileges IS NOT NULL
            UNION ALL
            SELECT 4, format('GRANT %s ON %s TO %s%s', privilege_type, dependent.name,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
            FROM aclexplode(dependent.privileges)
            UNION ALL
            SELECT 5, format('COMMENT ON VIEW %s IS %L', dependent.name, comment)
            FROM obj_description(dependent.oid, 'pg_class') AS comment
            WHERE comment IS NOT NULL
            UNION ALL
            SELECT 6, pg_get_triggerdef(oid)
            FROM pg_trigger
            WHERE tgrelid = dependent.oid AND NOT tgisinternal
            UNION ALL
            SELECT 7, rtrim(pg_get_ruledef(oid), ';')
            FROM pg_rewrite
            WHERE ev_class = dependent.oid AND rulename <> '_RETURN'
            UNION ALL
            SELECT 8, column_statement
            FROM pg_attribute AS attribute
            CROSS JOIN LATERAL (
                SELECT format('COMMENT ON COLUMN %s.%I IS %L', dependent.name, attname, comment)
                FROM col_description(dependent.oid, attnum) AS comment
                WHERE comment IS NOT NULL
                UNION ALL
                SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', dependent.name, attname,
                    pg_get_expr(adbin, adrelid))
                FROM pg_attrdef
                WHERE adrelid = dependent.oid AND adnum = attnum
                UNION ALL
                SELECT format('GRANT %s (%I) ON %s TO %s%s', privilege_type, attname, dependent.name,
                    CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                    CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
                FROM aclexplode(attacl)
            ) AS of_column (column_statement)
            WHERE attribute.attrelid = dependent.oid AND dependent.depth > 0
        ) AS statements (place, statement);
        EXECUTE format('DROP VIEW %s', dependent.name);
    END LOOP;
