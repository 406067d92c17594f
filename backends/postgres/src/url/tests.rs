use expect_test::{Expect, expect};

use super::*;

/// Shows what differs from a URL that says nothing.
fn check(url: &str, expected: Expect) {
    let shown = match Target::parse(&url.parse().unwrap()) {
        Ok(target) => show(&target),
        Err(error) => format!("{:?}: {error}", error.kind()),
    };
    expected.assert_eq(&shown);
}

fn show(target: &Target) -> String {
    let Target { hosts, login, tls, connect_timeout, keepalive, session } = target;
    let mut parts: Vec<String> = hosts
        .iter()
        .map(|host| match (&host.name, host.address) {
            (HostName::Default, _) => format!("default:{}", host.port),
            (_, Some(address)) => format!("{host}={address}"),
            (_, None) => host.to_string(),
        })
        .collect();
    let text = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}={value}"));
    parts.extend(text("user", &login.user));
    parts.extend(text("password", &login.password.as_ref().map(|secret| secret.0.clone())));
    parts.extend(text("database", &login.database));
    parts.extend((login.application_name != "retort").then(|| format!("app={}", login.application_name)));
    parts.extend(text("options", &login.options));
    if login.channel_binding != ChannelBinding::Prefer {
        parts.push(format!("binding={:?}", login.channel_binding));
    }
    if tls != &(TlsSettings { mode: SslMode::Prefer, direct: false, roots: None, identity: None }) {
        parts.push(format!("{tls:?}"));
    }
    if *connect_timeout != Some(DEFAULT_CONNECT_TIMEOUT) {
        parts.push(format!("timeout={connect_timeout:?}"));
    }
    if *keepalive != Some(Keepalive { idle: Some(DEFAULT_KEEPALIVE), interval: None, count: None }) {
        parts.push(format!("{keepalive:?}"));
    }
    if *session != TargetSession::Any {
        parts.push(format!("{session:?}"));
    }
    parts.join(" ")
}

#[test]
fn users_hosts_and_databases_are_read() {
    check("postgresql://", expect!["default:5432"]);
    check("postgresql:///", expect!["default:5432"]);
    check("postgres://localhost", expect!["localhost:5432"]);
    check("postgresql://localhost:5433", expect!["localhost:5433"]);
    check("postgresql://localhost/mydb", expect!["localhost:5432 database=mydb"]);
    check("postgresql://user@localhost", expect!["localhost:5432 user=user"]);
    check("postgresql://user:secret@localhost", expect!["localhost:5432 user=user password=secret"]);
    check("postgresql://user:@localhost/", expect!["localhost:5432 user=user"]);
    check(
        "postgresql+psycopg2://scott:tiger@db:5432/test",
        expect!["db:5432 user=scott password=tiger database=test"],
    );
    check(
        "postgresql+asyncpg://scott:t%40i%2Fg%3Fe%25r%23@db/test",
        expect!["db:5432 user=scott password=t@i/g?e%r# database=test"],
    );
    check("postgresql://u:a:b@db/x", expect!["db:5432 user=u password=a:b database=x"]);
    check("postgresql://user@db/a/b", expect!["db:5432 user=user database=a/b"]);
    check("postgresql://%C3%A9@db/caf%C3%A9%20x", expect!["db:5432 user=é database=café x"]);
}

#[test]
fn there_may_be_several_hosts() {
    check("postgresql://a:1,b,c:3/db", expect!["a:1 b:5432 c:3 database=db"]);
    check("postgresql://u@/db?host=a,b&port=1,2", expect!["a:1 b:2 user=u database=db"]);
    check("postgresql://a,b/db?port=7", expect!["a:7 b:7 database=db"]);
    check("postgresql://u:p@/db?host=a:1&host=b:2", expect!["a:1 b:2 user=u password=p database=db"]);
    check("postgresql://a:7/db?host=b", expect!["b:7 database=db"]);
    check("postgresql://a,b/db?port=1,2,3", expect!["Url: PostgreSQL URL has not as many `port` as hosts"]);
    check("postgresql://a,b/db?hostaddr=10.0.0.1,::1", expect!["a:5432=10.0.0.1 b:5432=::1 database=db"]);
    check(
        "postgresql:///db?hostaddr=10.0.0.1,10.0.0.2",
        expect!["10.0.0.1:5432=10.0.0.1 10.0.0.2:5432=10.0.0.2 database=db"],
    );
    check(
        "postgresql://a/db?hostaddr=10.0.0.1,10.0.0.2",
        expect!["Url: PostgreSQL URL has not as many `hostaddr` as hosts"],
    );
    check("postgresql://a/db?hostaddr=b", expect!["Url: `hostaddr=b` is not an IP address"]);
    check("postgresql://a,b/?target_session_attrs=read-write", expect!["a:5432 b:5432 ReadWrite"]);
    check(
        "postgresql://a,b/?target_session_attrs=master",
        expect![
            "Url: `target_session_attrs=master` is not one of `any`, `read-write`, `read-only`, `primary`, `standby`, `prefer-standby`"
        ],
    );
}

#[test]
fn addresses_of_either_family_and_sockets_are_hosts() {
    check("postgresql://[2001:db8::1234]/db", expect!["[2001:db8::1234]:5432 database=db"]);
    check("postgresql://[::1]:5433,127.0.0.1:5434/db", expect!["[::1]:5433 127.0.0.1:5434 database=db"]);
    check("postgresql:///db?host=::1", expect!["[::1]:5432 database=db"]);
    check("postgresql://[::1/db", expect!["Url: IPv6 address in PostgreSQL URL has no closing `]`"]);
    check("postgresql://[::1]5433/db", expect!["Url: only a port can follow the `]` of a PostgreSQL URL"]);
    check(
        "postgresql://%2Fvar%2Frun%2Fpostgresql/db",
        expect!["/var/run/postgresql/.s.PGSQL.5432 database=db"],
    );
    check("postgresql://%2Ftmp:5433/db", expect!["/tmp/.s.PGSQL.5433 database=db"]);
    check(
        "postgresql:///db?host=/var/run/postgresql&port=5433",
        expect!["/var/run/postgresql/.s.PGSQL.5433 database=db"],
    );
    check(
        "postgresql+psycopg2://u:p@/db?host=/var/run/postgresql",
        expect!["/var/run/postgresql/.s.PGSQL.5432 user=u password=p database=db"],
    );
}

#[test]
fn parameters_are_read() {
    check(
        "postgresql:///?user=u&password=p%26q&dbname=d&host=h&port=1",
        expect!["h:1 user=u password=p&q database=d"],
    );
    check("postgresql://a:b@c/d?user=u&password=p&dbname=e", expect!["c:5432 user=u password=p database=e"]);
    check("postgresql://h/d?application_name=deploy", expect!["h:5432 database=d app=deploy"]);
    check("postgresql://h/d?fallback_application_name=deploy", expect!["h:5432 database=d app=deploy"]);
    check(
        "postgresql://h/d?options=-c%20search_path%3Dapp,public",
        expect!["h:5432 database=d options=-c search_path=app,public"],
    );
    check(
        "postgresql://h/d?options=-csearch_path=app",
        expect!["h:5432 database=d options=-csearch_path=app"],
    );
    check("postgresql://h/d?connect_timeout=3", expect!["h:5432 database=d timeout=Some(3s)"]);
    check("postgresql://h/d?connect_timeout=0", expect!["h:5432 database=d timeout=None"]);
    check("postgresql://h/d?connect_timeout=soon", expect!["Url: `connect_timeout=soon` is not a number"]);
    check("postgresql://h/d?keepalives=0", expect!["h:5432 database=d None"]);
    check(
        "postgresql://h/d?keepalives_idle=60&keepalives_interval=5&keepalives_count=3",
        expect!["h:5432 database=d Some(Keepalive { idle: Some(60s), interval: Some(5s), count: Some(3) })"],
    );
    check("postgresql://h/d?channel_binding=require", expect!["h:5432 database=d binding=Require"]);
    check("postgresql://h/d?client_encoding=utf-8&gssencmode=disable", expect!["h:5432 database=d"]);
    check("postgresql://h/d?client_encoding=latin1", expect!["Url: `client_encoding` can only be `UTF8`"]);
    check(
        "postgresql://h/d?gssencmode=require",
        expect!["Url: `gssencmode=require` is not one of `disable`, `prefer`"],
    );
    check("postgresql://h/d?sslmode=", expect!["h:5432 database=d"]);
}

#[test]
fn encryption_is_read() {
    for mode in ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] {
        let target = Target::parse(&format!("postgresql://h?sslmode={mode}").parse().unwrap()).unwrap();
        let debug = format!("{:?}", target.tls.mode);
        assert_eq!(debug.to_lowercase(), mode.replace('-', ""));
    }
    check(
        "postgresql://h?ssl=true",
        expect!["h:5432 TlsSettings { mode: Require, direct: false, roots: None, identity: None }"],
    );
    check(
        "postgresql://h?ssl=verify-full",
        expect!["h:5432 TlsSettings { mode: VerifyFull, direct: false, roots: None, identity: None }"],
    );
    check(
        "postgresql://h?sslmode=on",
        expect![
            "Url: `sslmode=on` is not one of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`"
        ],
    );
    check(
        "postgresql://h?sslrootcert=/etc/ca.pem&sslmode=verify-ca",
        expect![[
            r#"h:5432 TlsSettings { mode: VerifyCa, direct: false, roots: Some(File("/etc/ca.pem")), identity: None }"#
        ]],
    );
    check(
        "postgresql://h?sslrootcert=system",
        expect![
            "h:5432 TlsSettings { mode: VerifyFull, direct: false, roots: Some(System), identity: None }"
        ],
    );
    check(
        "postgresql://h?sslrootcert=system&sslmode=require",
        expect!["Url: `sslrootcert=system` needs `sslmode=verify-full`"],
    );
    check(
        "postgresql://h?sslcert=c.pem&sslkey=k.pem",
        expect![[
            r#"h:5432 TlsSettings { mode: Prefer, direct: false, roots: None, identity: Some(("c.pem", "k.pem")) }"#
        ]],
    );
    check("postgresql://h?sslcert=c.pem", expect!["Url: `sslcert` needs `sslkey`"]);
    check("postgresql://h?sslkey=k.pem", expect!["Url: `sslkey` needs `sslcert`"]);
    check(
        "postgresql://h?sslmode=require&sslnegotiation=direct",
        expect!["h:5432 TlsSettings { mode: Require, direct: true, roots: None, identity: None }"],
    );
    check(
        "postgresql://h?sslnegotiation=direct",
        expect!["Url: `sslnegotiation=direct` needs `sslmode=require` or stronger"],
    );
}

#[test]
fn what_is_unknown_is_named_with_what_is_near() {
    check(
        "postgresql://h/d?ssl_mode=require",
        expect!["Url: unknown parameter `ssl_mode` in PostgreSQL URL; did you mean `sslmode`?"],
    );
    check(
        "postgresql://h/d?sslmod=require",
        expect!["Url: unknown parameter `sslmod` in PostgreSQL URL; did you mean `sslmode`?"],
    );
    check(
        "postgresql://h/d?timeout=3",
        expect!["Url: unknown parameter `timeout` in PostgreSQL URL; did you mean `connect_timeout`?"],
    );
    check(
        "postgresql://h/d?schema=app",
        expect!["Url: unknown parameter `schema` in PostgreSQL URL; did you mean `options=-csearch_path=…`?"],
    );
    check(
        "postgresql://h/d?passfile=x",
        expect!["Url: parameter `passfile` of libpq has no equivalent in Retort"],
    );
    check(
        "postgresql://h/d?sslmode",
        expect!["Url: parameter `sslmode` in PostgreSQL URL has no `=` and value"],
    );
    check("postgresql:h/d", expect!["Url: PostgreSQL URL must begin with `postgresql://`"]);
    check("postgresql://h:0/d", expect!["Url: port in PostgreSQL URL is not a number from 1 to 65535"]);
    check(
        "postgresql://h%zz/d",
        expect!["Url: `%` in PostgreSQL URL must be followed by two hexadecimal digits; write `%25` for it"],
    );
    check(
        "postgresql://h/d%0",
        expect!["Url: `%` in PostgreSQL URL must be followed by two hexadecimal digits; write `%25` for it"],
    );
    check("postgresql://h/d%ff", expect!["Url: PostgreSQL URL is not UTF-8 once it is decoded"]);
    check("postgresql://h/d%00", expect!["Url: PostgreSQL URL holds a NUL character"]);
}

#[test]
fn no_message_shows_a_password() {
    for url in [
        "postgresql://user:hush@hush@host/db",
        "postgresql://user:hu/hush@host/db",
        "postgresql://user:hu?hush@host/db",
        "postgresql://user:hush/db",
        "postgresql://user:hush%zz@host/db",
        "postgresql://user:hush@host/db?password=hush%zz",
        "postgresql://user:hush@host/db?sslmode=never",
    ] {
        let error = Target::parse(&url.parse().unwrap()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"), "{url}: {error}");
    }
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
                let url = format!("postgresql://ada:{password}@{rest}");
                let Err(error) = Target::parse(&url.parse().unwrap()) else { continue };
                let told = format!("{error} {error:?}");
                let leaks = ["Alpha", "Bravo", "Charlie"].iter().any(|part| told.contains(part));
                assert!(!leaks, "{url}: {told}");
            }
        }
    }
}

#[test]
fn debug_shows_no_password() {
    let target = Target::parse(&"postgresql://u:hush@h?password=hush".parse().unwrap()).unwrap();
    assert!(!format!("{target:?}").contains("hush"));
}
