//! Names for constraints and indexes that have none.

use super::{
    constraint::ConstraintKind,
    mention,
    name::{Name, QualifiedName},
};

/// PostgreSQL's limit in bytes, the smallest among the backends.
const LONGEST: usize = 63;

/// How unnamed constraints and indexes are named: the same on every backend,
/// so that a later revision can drop them by name anywhere.
///
/// Names are `pk_<table>`, `uq_<table>_<columns>`, `fk_<table>_<columns>_<other>`,
/// `ck_<table>_<columns>` with the columns that the expression mentions, in the
/// order of their first mention, and `ix_<table>_<columns>`. Namespaces are not
/// part of a name. A name that is taken gets a number: `ck_t_a_1`.
///
/// A name longer than 63 bytes, PostgreSQL's limit and the smallest among the
/// backends, is cut and ends in eight hexadecimal digits: the 64-bit FNV-1a
/// hash of the whole name, its two halves combined by exclusive or.
#[derive(Debug, Clone, Default)]
pub struct NamingConvention {}

impl NamingConvention {
    /// The name of a constraint. `taken` says which names the table has
    /// already used; a name that is taken gets a number.
    pub fn constraint(
        &self,
        table: &QualifiedName,
        kind: &ConstraintKind,
        taken: impl Fn(&Name) -> bool,
    ) -> Name {
        let whole = match kind {
            ConstraintKind::PrimaryKey(_) => join("pk", table, &[], None),
            ConstraintKind::Unique(unique) => join("uq", table, &unique.columns, None),
            ConstraintKind::ForeignKey(key) => join("fk", table, &key.columns, Some(&key.references)),
            ConstraintKind::Check(check) => join("ck", table, &mention::columns_of(&check.expression), None),
        };
        first_free(&whole, taken)
    }

    /// The name of an index on these columns.
    pub fn index(&self, table: &QualifiedName, columns: &[Name], taken: impl Fn(&Name) -> bool) -> Name {
        first_free(&join("ix", table, columns, None), taken)
    }
}

fn join(prefix: &str, table: &QualifiedName, columns: &[Name], other: Option<&QualifiedName>) -> String {
    let names = [&table.name].into_iter().chain(columns).chain(other.map(|other| &other.name));
    let mut whole = prefix.to_owned();
    for name in names {
        whole.push('_');
        whole.push_str(name.as_str());
    }
    whole
}

fn first_free(whole: &str, taken: impl Fn(&Name) -> bool) -> Name {
    let mut name = Name::new(shortened(whole, ""));
    let mut number = 0_u64;
    while taken(&name) && number < u64::MAX {
        number += 1;
        name = Name::new(shortened(whole, &format!("_{number}")));
    }
    name
}

/// The name with the suffix, cut so that both fit.
fn shortened(whole: &str, suffix: &str) -> String {
    let room = LONGEST.saturating_sub(suffix.len());
    if whole.len() <= room {
        return format!("{whole}{suffix}");
    }
    let hash = fnv_1a(whole.as_bytes());
    let digits = format!("_{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff));
    let kept = whole.floor_char_boundary(room.saturating_sub(digits.len()));
    format!("{}{digits}{suffix}", whole.get(..kept).unwrap_or_default())
}

/// The 64-bit FNV-1a hash, which is the same on every machine and in every
/// version.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::schema::{Check, Deferrable, ForeignKey, PrimaryKey, Unique};

    fn names(columns: &str) -> Vec<Name> {
        columns.split_whitespace().map(Name::from).collect()
    }

    fn unique(columns: Vec<Name>) -> ConstraintKind {
        ConstraintKind::Unique(Unique { columns, nulls_not_distinct: false, deferrable: Deferrable::No })
    }

    fn check(table: &str, kind: ConstraintKind, taken: &str, expected: Expect) {
        let taken = names(taken);
        let table = QualifiedName::qualified("finance", table);
        let name = NamingConvention::default().constraint(&table, &kind, |name| taken.contains(name));
        expected.assert_eq(name.as_str());
    }

    #[test]
    fn constraints_are_named_by_table_and_columns() {
        check("t", ConstraintKind::PrimaryKey(PrimaryKey { columns: names("a b") }), "", expect!["pk_t"]);
        check("t", unique(names("a b")), "", expect!["uq_t_a_b"]);
        let other = QualifiedName::qualified("crm", "users");
        let key = ForeignKey::new(names("user_id"), other, Vec::new());
        check("orders", ConstraintKind::ForeignKey(key), "", expect!["fk_orders_user_id_users"]);
        let index =
            NamingConvention::default().index(&QualifiedName::unqualified("t"), &names("a b"), |_| false);
        expect!["ix_t_a_b"].assert_eq(index.as_str());
    }

    #[test]
    fn checks_are_named_by_the_columns_that_they_mention() {
        let over = |sql: &str| ConstraintKind::Check(Check { expression: sql.into(), validated: true });
        check(
            "t",
            over("Price >= 0 AND lower(kind) IN ('a', 'b') AND price < t.\"Max\""),
            "",
            expect!["ck_t_price_kind_Max"],
        );
        check("t", over("1 = 1"), "", expect!["ck_t"]);
        check("t", over("1 = 1"), "ck_t ck_t_1", expect!["ck_t_2"]);
    }

    #[test]
    fn a_long_name_is_cut_and_hashed_and_numbered() {
        let long = "é".repeat(40);
        check("t", unique(names(&long)), "", expect!["uq_t_éééééééééééééééééééééééé_a841a828"]);
        let cut = "uq_t_éééééééééééééééééééééééé_a841a828";
        check("t", unique(names(&long)), cut, expect!["uq_t_ééééééééééééééééééééééé_a841a828_1"]);
        check(
            "t",
            unique(names(&"a".repeat(58))),
            "",
            expect!["uq_t_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
        );
        check(
            "t",
            unique(names(&"a".repeat(59))),
            "",
            expect!["uq_t_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_d6cd83d6"],
        );
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // The test vectors of the algorithm's authors.
        assert_eq!(fnv_1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv_1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv_1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    proptest! {
        #[test]
        fn names_fit_and_are_free(table in ".{0,80}", column in ".{0,80}", uses in 1_usize..12) {
            let table = QualifiedName::unqualified(table.as_str());
            let columns = [Name::new(column)];
            let mut used = Vec::new();
            for _ in 0..uses {
                let name = NamingConvention::default().index(&table, &columns, |name| used.contains(name));
                prop_assert!(name.as_str().len() <= LONGEST);
                prop_assert!(!used.contains(&name));
                used.push(name);
            }
        }
    }
}
