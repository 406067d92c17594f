use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(url: &str, expected: Expect) {
    let parsed: DatabaseUrl = url.parse().unwrap();
    let found = match Location::parse(&parsed) {
        Ok(location) => {
            let Location { place, user, password, database, tls, connect_timeout } = location;
            let Tls { mode, authorities, identity } = tls;
            let mut text = format!("{place} user={user:?} password={password:?} database={database:?}");
            if mode != TlsMode::Preferred {
                text = format!("{text} {}", mode.name());
            }
            if let Some(authorities) = authorities {
                text = format!("{text} ca={}", authorities.display());
            }
            if let Some((certificate, key)) = identity {
                text = format!("{text} cert={} key={}", certificate.display(), key.display());
            }
            if connect_timeout != DEFAULT_CONNECT_TIMEOUT {
                text = format!("{text} timeout={connect_timeout:?}");
            }
            text
        }
        Err(error) => {
            assert_eq!(error.kind(), BackendErrorKind::Url);
            format!("error: {error}")
        }
    };
    expected.assert_eq(&found);
}

#[test]
fn schemes_of_other_tools_mean_the_same() {
    for scheme in [
        "mysql",
        "mariadb",
        "mysql+pymysql",
        "mysql+mysqldb",
        "mysql+mysqlconnector",
        "mysql+asyncmy",
        "mysql+aiomysql",
        "mariadb+pymysql",
        "mariadb+mariadbconnector",
        "MySQL",
    ] {
        let url: DatabaseUrl = format!("{scheme}://u:p@db.example:3307/app").parse().unwrap();
        let location = Location::parse(&url).unwrap();
        assert_eq!(location.place, Place::Tcp { host: "db.example".into(), port: 3307 }, "{scheme}");
        assert_eq!(location.database, "app", "{scheme}");
        let backends = [crate::MySql::default(), crate::MySql::mariadb()];
        let selected = backends
            .iter()
            .filter(|backend| retort_core::backend::Backend::schemes(*backend).contains(&&*url.scheme()));
        assert_eq!(selected.count(), 1, "{scheme}");
    }
}

#[test]
fn parts_have_defaults() {
    check("mysql://app@db/shop", expect![[r#"db:3306 user=Some("app") password=None database="shop""#]]);
    check("mysql:///shop", expect![[r#"localhost:3306 user=None password=None database="shop""#]]);
    check(
        "mysql://root:@db:3307/shop",
        expect![[r#"db:3307 user=Some("root") password=None database="shop""#]],
    );
    check("mysql://[::1]/shop", expect![[r#"[::1]:3306 user=None password=None database="shop""#]]);
    check(
        "mysql://[2001:db8::7]:3307/shop",
        expect![[r#"[2001:db8::7]:3307 user=None password=None database="shop""#]],
    );
}

#[test]
fn escapes_are_decoded_once() {
    check(
        "mysql://a%40b:p%3Aw%2F%3F%23%25@db/caf%C3%A9%2Fx",
        expect![[r#"db:3306 user=Some("a@b") password=Some("p:w/?#%") database="café/x""#]],
    );
    check(
        "mysql://u:100%2525@db/shop",
        expect![[r#"db:3306 user=Some("u") password=Some("100%25") database="shop""#]],
    );
    // What other tools let pass in a password.
    check(
        "mysql://u:a@b/c:d#e@db/shop",
        expect![[r#"db:3306 user=Some("u") password=Some("a@b/c:d#e") database="shop""#]],
    );
}

#[test]
fn parameters_are_read_in_every_spelling() {
    check(
        "mysql://u@h/d?socket=/run/mysqld/mysqld.sock",
        expect![[r#"/run/mysqld/mysqld.sock user=Some("u") password=None database="d""#]],
    );
    check(
        "mysql://u@h/d?unix_socket=%2Ftmp%2Fmy%20sql.sock",
        expect![[r#"/tmp/my sql.sock user=Some("u") password=None database="d""#]],
    );
    check(
        "mysql://u@h/d?ssl-mode=REQUIRED",
        expect![[r#"h:3306 user=Some("u") password=None database="d" REQUIRED"#]],
    );
    check(
        "mysql://u@h/d?ssl_mode=disabled",
        expect![[r#"h:3306 user=Some("u") password=None database="d" DISABLED"#]],
    );
    check(
        "mysql://u@h/d?sslmode=verify-identity",
        expect![[r#"h:3306 user=Some("u") password=None database="d" VERIFY_IDENTITY"#]],
    );
    check(
        "mysql://u@h/d?ssl-ca=/etc/ca.pem",
        expect![[r#"h:3306 user=Some("u") password=None database="d" VERIFY_CA ca=/etc/ca.pem"#]],
    );
    check(
        "mysql://u@h/d?ssl_ca=ca.pem&ssl-mode=REQUIRED&ssl_cert=c.pem&ssl_key=k.pem",
        expect![[
            r#"h:3306 user=Some("u") password=None database="d" REQUIRED ca=ca.pem cert=c.pem key=k.pem"#
        ]],
    );
    check(
        "mysql://u@h/d?charset=utf8mb4&connect_timeout=3",
        expect![[r#"h:3306 user=Some("u") password=None database="d" timeout=3s"#]],
    );
    check("mysql://u@h/d?&charset=UTF8&", expect![[r#"h:3306 user=Some("u") password=None database="d""#]]);
}

#[test]
fn what_is_wrong_is_named() {
    check(
        "mysql:u@h/d",
        expect!["error: `//` is missing after `mysql:`; write `mysql://user@host/database`"],
    );
    check(
        "mysql://u:p@h",
        expect!["error: URL names no database; write it after the host, as in `mysql://host/database`"],
    );
    check(
        "mariadb://u:p@[::1]:3307/",
        expect!["error: URL names no database; write it after the host, as in `mariadb://host/database`"],
    );
    check("mysql://u@h:port/d", expect!["error: port in URL is not a number from 1 to 65535"]);
    check("mysql://u@h:0/d", expect!["error: port in URL is not a number from 1 to 65535"]);
    check("mysql://u@h:70000/d", expect!["error: port in URL is not a number from 1 to 65535"]);
    check("mysql://u@::1/d", expect!["error: an IPv6 address in URL must be written in brackets: `[::1]`"]);
    check("mysql://u@[::1/d", expect!["error: `[` in URL is not closed by `]`"]);
    check("mysql://u@[db]/d", expect!["error: `db` is not an IPv6 address"]);
    check("mysql://u@[::1]x/d", expect!["error: only a port can follow `]` in URL"]);
    check(
        "mysql://u:50%@h/d",
        expect![
            "error: `%` in the password of the URL must be followed by two hexadecimal digits; write `%25` for it"
        ],
    );
    check(
        "mysql://u:%zz@h/d",
        expect![
            "error: `%` in the password of the URL must be followed by two hexadecimal digits; write `%25` for it"
        ],
    );
    check("mysql://u:%ff@h/d", expect!["error: the password of the URL is not UTF-8"]);
    check("mysql://u@h/d%00", expect!["error: the database name of the URL holds a NUL character"]);
    check("mysql://u@h/d?charset=latin1", expect!["error: `charset=latin1` is not possible, only `utf8mb4`"]);
    check(
        "mysql://u@h/d?connect_timeout=soon",
        expect!["error: `connect-timeout=soon` is not a number of seconds above zero"],
    );
    check(
        "mysql://u@h/d?connect_timeout=0",
        expect!["error: `connect-timeout=0` is not a number of seconds above zero"],
    );
    check(
        "mysql://u@h/d?ssl-mode=on",
        expect![
            "error: `ssl-mode=on` is not one of `DISABLED`, `PREFERRED`, `REQUIRED`, `VERIFY_CA`, `VERIFY_IDENTITY`"
        ],
    );
    check("mysql://u@h/d?ssl-mode=", expect!["error: parameter `ssl-mode` in URL has no value"]);
    check("mysql://u@h/d?ssl-cert=c.pem", expect!["error: URL has `ssl-cert` without `ssl-key`"]);
    check("mysql://u@h/d?ssl-key=k.pem", expect!["error: URL has `ssl-key` without `ssl-cert`"]);
    check(
        "mysql://u@h/d?sslmodus=REQUIRED",
        expect!["error: unknown parameter `sslmodus` in URL; did you mean `ssl-mode`?"],
    );
    check(
        "mysql://u@h/d?conect-timeout=3",
        expect!["error: unknown parameter `conect-timeout` in URL; did you mean `connect-timeout`?"],
    );
    check(
        "mysql://u@h/d?pool=3",
        expect![
            "error: unknown parameter `pool` in URL; the parameters are `charset`, `connect-timeout`, `socket`, `ssl-ca`, `ssl-cert`, `ssl-key`, `ssl-mode`, `unix-socket`"
        ],
    );
}

#[test]
fn a_password_is_in_no_message_and_no_debug_text() {
    for url in [
        "mysql://u:hunter2%@h/d",
        "mysql://u:hunter2?x@h/d",
        "mysql://u:hunter2@h",
        "mysql://u:hunter2@h:x/d",
        "mysql://u:hunter2@h/d?nonsense=1",
    ] {
        let error = Location::parse(&url.parse().unwrap()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{url}: {error}");
    }
    let location = Location::parse(&"mysql://u:hunter2@h/d".parse().unwrap()).unwrap();
    assert!(!format!("{location:?}").contains("hunter2"));
}

#[test]
fn no_odd_character_of_a_password_shows_the_rest() {
    for odd in "?@:/#&=%+ \\'\"`;,!$^*()[]{}<>|~.-_ä".chars() {
        for password in [
            format!("Alpha{odd}Bravo{odd}Charlie"),
            format!("Alpha{odd}Bravo=Charlie"),
            format!("{odd}Alpha"),
        ] {
            for rest in ["db:3306/app", "db", "db/app?sslmode=never", "db:x/app"] {
                let url = format!("mysql://ada:{password}@{rest}");
                let Err(error) = Location::parse(&url.parse().unwrap()) else { continue };
                let told = format!("{error} {error:?}");
                let leaks = ["Alpha", "Bravo", "Charlie"].iter().any(|part| told.contains(part));
                assert!(!leaks, "{url}: {told}");
            }
        }
    }
}

proptest! {
    /// Whatever somebody types is a location or an error, and neither shows
    /// what stands where a password does.
    #[test]
    fn any_text_is_read(text in "[a-z/:@?&=%\\[\\]0-9é_#-]{0,40}", secret in "HUNTER[?@:/%=&]{0,3}2") {
        for url in [format!("mysql:{text}"), format!("mysql://u:{secret}@{text}"), format!("mysql://{text}:{secret}@h/d")] {
            let parsed: DatabaseUrl = url.parse().unwrap();
            if let Err(error) = Location::parse(&parsed) {
                prop_assert!(!error.to_string().contains("HUNTER"), "{url}: {error}");
            }
        }
    }
}
