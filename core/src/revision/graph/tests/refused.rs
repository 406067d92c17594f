//! Revisions that make no graph.

use expect_test::{Expect, expect};

use super::parse;
use crate::revision::Revision;
use crate::revision::graph::RevisionGraph;

#[test]
fn links_that_make_no_graph() {
    check_refused(
        "aaaa <- aaaa",
        expect![[r#"
        cycle: Self-loop is detected in revisions (aaaa)
        hint: correct `@revises` in aaaa.sql
        files: aaaa.sql"#]],
    );
    check_refused(
        "aaaa ~> aaaa",
        expect![[r#"
        dependency-cycle: Dependency self-loop is detected in revisions (aaaa)
        hint: correct `@depends-on` in aaaa.sql
        files: aaaa.sql"#]],
    );
    check_refused(
        "aaaa = self\naaaa ~> self",
        expect![[r#"
        dependency-cycle: Dependency self-loop is detected in revisions (aaaa)
        hint: correct `@depends-on` in aaaa.sql
        files: aaaa.sql"#]],
    );
    check_refused(
        "aaaa <- bbbb\nbbbb <- aaaa",
        expect![[r#"
        cycle: Cycle is detected in revisions (aaaa, bbbb)
        hint: correct `@revises` in one of these files
        files: aaaa.sql bbbb.sql"#]],
    );
    // Cut off from the base by a cycle.
    check_refused(
        "base1 <- aaaa\ndddd <- bbbb\nbbbb <- cccc\ncccc <- bbbb",
        expect![[r#"
        cycle: Cycle is detected in revisions (bbbb, cccc, dddd)
        hint: correct `@revises` in one of these files
        files: bbbb.sql cccc.sql dddd.sql"#]],
    );
    // Alembic misses this one: every member lies between a base and a head.
    check_refused(
        "base1 <- bbbb\nbbbb <- cccc\ncccc <- bbbb head1",
        expect![[r#"
        cycle: Cycle is detected in revisions (bbbb, cccc)
        hint: correct `@revises` in one of these files
        files: bbbb.sql cccc.sql"#]],
    );
    check_refused(
        "aaaa ~> bbbb\nbbbb ~> aaaa",
        expect![[r#"
        dependency-cycle: Dependency cycle is detected in revisions (aaaa, bbbb)
        hint: correct `@depends-on` in one of these files
        files: aaaa.sql bbbb.sql"#]],
    );
    check_refused(
        "aaaa <- bbbb\naaaa ~> bbbb",
        expect![[r#"
        dependency-cycle: Dependency cycle is detected in revisions (aaaa, bbbb)
        hint: correct `@depends-on` in one of these files
        files: aaaa.sql bbbb.sql"#]],
    );
    check_refused(
        "aaaa ~> nosuch",
        expect![[r#"
        missing-dependency: Revision nosuch referenced from aaaa is not present
        hint: restore its file, or correct `@depends-on` in aaaa.sql
        files: aaaa.sql"#]],
    );
    check_refused(
        "aaaa <- bbbb bbbb",
        expect![[r#"
        duplicate-link: revision bbbb names aaaa twice
        hint: remove the repetition from bbbb.sql
        files: bbbb.sql"#]],
    );
    check_refused(
        "aaaa\nbbbb ~> aaaa aaaa",
        expect![[r#"
        duplicate-link: revision bbbb names aaaa twice
        hint: remove the repetition from bbbb.sql
        files: bbbb.sql"#]],
    );

    let mut orphan = parse("aaaa <- bbbb");
    orphan.remove(0);
    check_error(
        orphan,
        expect![[r#"
        missing-parent: Revision aaaa referenced from bbbb is not present
        hint: restore its file, or correct `@revises` in bbbb.sql
        files: bbbb.sql"#]],
    );
}

#[test]
fn names_that_cannot_be_used() {
    check_refused(
        "a@b:+-",
        expect![[r#"
        illegal-name: Character(s) '+, -, :, @' not allowed in revision identifier 'a@b:+-'
        hint: rename it in a@b:+-.sql
        files: a@b:+-.sql"#]],
    );
    check_refused(
        "head",
        expect![[r#"
        illegal-name: 'head' is not allowed as a revision identifier: as a target it means something else
        hint: rename it in head.sql
        files: head.sql"#]],
    );
    check_refused(
        "aaaa = base",
        expect![[r#"
        illegal-name: 'base' is not allowed as a branch label: as a target it means something else
        hint: rename it in aaaa.sql
        files: aaaa.sql"#]],
    );
    check_refused(
        "aaaa = a@b",
        expect![[r#"
        illegal-name: 'a@b' is not allowed as a branch label: targets use `@` and `:`
        hint: rename it in aaaa.sql
        files: aaaa.sql"#]],
    );
    check_refused(
        "aaaa = release-2",
        expect![[r#"
        illegal-name: 'release-2' is not allowed as a branch label: as a target it would count steps
        hint: rename it in aaaa.sql
        files: aaaa.sql"#]],
    );
    check_refused(
        "aaaa <- bbbb\naaaa = shop\nbbbb = shop",
        expect![[r#"
        duplicate-label: Branch name 'shop' in revision bbbb already used by revision aaaa
        hint: descendants carry the label already; remove it from `@labels` in bbbb.sql
        files: bbbb.sql aaaa.sql"#]],
    );
    check_refused(
        "aaaa <- bbbb\nbbbb = aaaa",
        expect![[r#"
        duplicate-label: Branch name 'aaaa' in revision bbbb already used by revision aaaa
        hint: descendants carry the label already; remove it from `@labels` in bbbb.sql
        files: bbbb.sql aaaa.sql"#]],
    );

    let mut twice = parse("aaaa <- bbbb");
    twice.extend(twice.clone());
    check_error(
        twice,
        expect![[r#"
        duplicate-revision: Revision aaaa is present more than once
        hint: remove aaaa.sql or aaaa.sql, or give one of them another id
        files: aaaa.sql aaaa.sql"#]],
    );
    let mut nameless = parse("aaaa");
    nameless[0].id = "".into();
    check_error(
        nameless,
        expect![[r#"
        illegal-name: '' is not allowed as a revision identifier: it is empty
        hint: rename it in aaaa.sql
        files: aaaa.sql"#]],
    );
}

fn check_refused(text: &str, expected: Expect) {
    check_error(parse(text), expected);
}

fn check_error(revisions: Vec<Revision>, expected: Expect) {
    let error = RevisionGraph::new(revisions).expect_err("the graph is not sound");
    let paths: Vec<String> = error.paths().map(|path| path.display().to_string()).collect();
    expected.assert_eq(&format!(
        "{}: {error}\nhint: {}\nfiles: {}",
        error.code(),
        error.hint().unwrap_or_default(),
        paths.join(" "),
    ));
}
