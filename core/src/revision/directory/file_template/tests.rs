use std::path::{Component, Path};

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::revision::directory::names::is_revision_path;

/// The name that a template makes of one revision, or what is wrong with it.
#[track_caller]
fn check(template: &str, expected: Expect) {
    let id = RevisionId::new("1975ea83b712");
    let created = DateTime::constant(2026, 1, 2, 3, 4, 5, 0);
    let file = NewFile { id: &id, slug: "add_it", created, epoch: 1_767_323_045 };
    expected.assert_eq(&match FileTemplate::parse(template) {
        Ok(template) => {
            let name = template.file_name(&file);
            assert!(is_revision_path(&name), "{name}");
            assert_eq!(template.has_directories(), name.contains('/'));
            name
        }
        Err(error) => format!("{} at `{}`: {}", error.message, &template[error.span], error.hint),
    });
}

#[test]
fn names_are_those_of_alembic() {
    let default = FileTemplate::parse("%(rev)s_%(slug)s").expect("it is valid");
    assert_eq!(default, FileTemplate::default());
    check("%(rev)s_%(slug)s", expect!["1975ea83b712_add_it.sql"]);
    // What a new alembic.ini suggests.
    check(
        "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s_%(slug)s",
        expect!["2026_01_02_0304-1975ea83b712_add_it.sql"],
    );
    check(
        "%(year)d/%(month).2d/%(day).2d_%(hour).2d%(minute).2d_%(second).2d_%(rev)s",
        expect!["2026/01/02_0304_05_1975ea83b712.sql"],
    );
    check("%(epoch)s_%(rev)s", expect!["1767323045_1975ea83b712.sql"]);
    check(
        "%(year)05d-%(month)02d-%(day)d-%(hour)i-%(minute)s-%(second).3d-%(rev)s.sql",
        expect!["02026-01-2-3-4-005-1975ea83b712.sql"],
    );
    check("100%%-é-%(rev)s", expect!["100%-é-1975ea83b712.sql"]);
}

#[test]
fn what_a_template_may_not_say() {
    check(
        "",
        expect![
            "the file template has no `%(rev)s`, so that two revisions could get one name at ``: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"
        ],
    );
    check(
        "%(slug)s",
        expect![
            "the file template has no `%(rev)s`, so that two revisions could get one name at `%(slug)s`: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"
        ],
    );
    check(
        "%%(rev)s_%%(slug)s",
        expect![
            "the file template has no `%(rev)s`, so that two revisions could get one name at `%%(rev)s_%%(slug)s`: write `%(rev)s`; only in alembic.ini each % is doubled"
        ],
    );
    check(
        "%(rev)s_%(slugs)s",
        expect![
            "unknown token `%(slugs)` at `%(slugs)`: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"
        ],
    );
    check(
        "%(rev)s_%",
        expect![
            "a `%` begins no token here; write `%%` for the character at `%`: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"
        ],
    );
    check(
        "%(rev)s_%é",
        expect![
            "a `%` begins no token here; write `%%` for the character at `%é`: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"
        ],
    );
    check(
        "%(rev)s_%(slug",
        expect![
            "a `%` begins no token here; write `%%` for the character at `%(`: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"
        ],
    );
    check(
        "%(rev)s_%(slug)",
        expect!["`%(slug)` is not how a token is written at `%(slug)`: write `%(slug)s`"],
    );
    check("%(rev)d", expect!["`%(rev)d` is not how a token is written at `%(rev)d`: write `%(rev)s`"]);
    check("%(rev).4s", expect!["`%(rev).4s` is not how a token is written at `%(rev).4s`: write `%(rev)s`"]);
    check(
        "%(rev)s_%(month)2d",
        expect!["`%(month)2d` is not how a token is written at `%(month)2d`: write `%(month).2d`"],
    );
    check(
        "%(rev)s_%(month).99d",
        expect!["`%(month).99d` is not how a token is written at `%(month).99d`: write `%(month).2d`"],
    );
    check(
        "%(rev)s_%(day).2é",
        expect!["`%(day).2é` is not how a token is written at `%(day).2é`: write `%(day).2d`"],
    );
    check(
        "/srv/%(rev)s",
        expect![
            "the file template is an absolute path at `/`: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        "../%(rev)s",
        expect![
            "the file template leaves the directory of the revision files at `..`: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        "%(year)d/./%(rev)s",
        expect![
            "the file template leaves the directory of the revision files at `.`: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        "%(year)d//%(rev)s",
        expect![
            "the file template has a directory without a name at `/`: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        "%(rev)s/",
        expect![
            "the file template ends with a directory at ``: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        ".%(rev)s",
        expect![
            "the file template makes hidden files, which are not read at `.%(rev)s`: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        "#%(rev)s",
        expect![
            "the file template makes hidden files, which are not read at `#%(rev)s`: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        ".old/%(rev)s",
        expect![
            "the file template makes hidden files, which are not read at `.old`: a path within the directory of the revision files is allowed: `%(year)d/%(rev)s_%(slug)s`"
        ],
    );
    check(
        "a\\%(rev)s",
        expect![[
            r#"a file name cannot have '\\' in it at `\`: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"#
        ]],
    );
    check(
        "%(rev)s\n",
        expect![[r#"
        a file name cannot have '\n' in it at `
        `: the tokens are %(rev)s, %(slug)s, %(epoch)s, %(year)d, %(month).2d, %(day).2d, %(hour).2d, %(minute).2d, %(second).2d; `%(rev)s` must be one of them"#]],
    );
}

#[test]
fn a_name_that_would_leave_its_directory_is_noticed() {
    // Nobody knows before there is a message.
    let template = FileTemplate::parse("%(slug)s/%(rev)s").expect("it is valid");
    let id = RevisionId::new("a");
    let created = DateTime::constant(2026, 1, 2, 3, 4, 5, 0);
    let name = template.file_name(&NewFile { id: &id, slug: "", created, epoch: 0 });
    assert_eq!(name, "/a.sql");
    assert!(!is_revision_path(&name));
}

proptest! {
    #[test]
    fn names_stay_in_their_directory(
        template in r"(\.|/|_|a|#|%%|\.sql|%\(rev\)s|%\(slug\)s|%\(year\)d|%\(day\)(\.[0-9]|0[0-9])?[dsi]){1,8}",
        slug in "[a-z_]{0,3}",
    ) {
        let Ok(parsed) = FileTemplate::parse(&template) else { return Ok(()) };
        let id = RevisionId::new("1975ea83b712");
        let created = DateTime::constant(2026, 1, 2, 3, 4, 5, 0);
        let name = parsed.file_name(&NewFile { id: &id, slug: &slug, created, epoch: 0 });
        prop_assert!(name.contains(id.as_str()) && name.ends_with(".sql"), "{}", name);
        prop_assert_eq!(parsed.has_directories(), name.contains('/'));
        if is_revision_path(&name) {
            let mut components = Path::new(&name).components();
            prop_assert!(components.all(|component| matches!(component, Component::Normal(_))), "{}", name);
        } else {
            // Only an empty message, or one that begins a name, can spoil it.
            prop_assert!(template.contains("slug"), "{} makes {}", template, name);
        }
    }
}
