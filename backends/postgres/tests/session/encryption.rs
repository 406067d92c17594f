//! TLS: every mode does what libpq does with the same URL, which `psql` is
//! asked, and what fails says why.

use std::{fs, path::Path};

use expect_test::{Expect, expect};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair,
};
use retort_core::backend::Access;
use tempfile::TempDir;

use crate::{
    server::{Identity, Server, psql},
    support::{connect, describe, rows},
};

type Authority = CertifiedIssuer<'static, KeyPair>;

/// What says whether the session is encrypted.
const IS_ENCRYPTED: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str) -> Authority {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The certificate and the key of who has these parameters.
fn certified(params: &CertificateParams, by: &Authority) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, by).unwrap().pem(), key.serialize_pem())
}

fn with_names(mut params: CertificateParams, names: &[&str]) -> CertificateParams {
    let names = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    params.subject_alt_names = names.unwrap().subject_alt_names;
    params
}

/// A server, and a directory with the certificates of who may be trusted.
struct Fixture {
    server: Server,
    files: TempDir,
}

impl Fixture {
    fn new(identity: Option<&Identity>, trusted: &str) -> Self {
        let files = TempDir::new().unwrap();
        fs::write(files.path().join("right.crt"), trusted).unwrap();
        fs::write(files.path().join("wrong.crt"), authority("somebody else").pem()).unwrap();
        Self { server: Server::start(identity), files }
    }

    /// A server that an authority certified for `localhost`, and also certifies
    /// clients.
    fn certified() -> (Self, Authority) {
        let authority = authority("root");
        let params = with_names(named("db.example.com"), &["localhost"]);
        let (certificate, key) = certified(&params, &authority);
        let identity = Identity { certificate, key, clients: authority.pem() };
        (Self::new(Some(&identity), &authority.pem()), authority)
    }

    /// A server whose certificate has only a subject.
    fn by_subject(subject: &str) -> Self {
        let authority = authority("root");
        let (certificate, key) = certified(&named(subject), &authority);
        let identity = Identity { certificate, key, clients: authority.pem() };
        Self::new(Some(&identity), &authority.pem())
    }

    /// A server that certified itself, as the manual says is simplest.
    fn self_signed() -> Self {
        let authority = authority("localhost");
        let key = authority.key().serialize_pem();
        let identity = Identity { certificate: authority.pem(), key, clients: authority.pem() };
        Self::new(Some(&identity), &authority.pem())
    }

    /// A server whose certificate was made by the commands of the manual.
    fn version_1() -> Self {
        let file = |name: &str| {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/session/certificates");
            fs::read_to_string(directory.join(name)).unwrap()
        };
        let root = file("version_1_root.crt");
        let (certificate, key) = (file("version_1.crt"), file("version_1.key"));
        Self::new(Some(&Identity { certificate, key, clients: root.clone() }), &root)
    }

    /// The URL for a user, with `DIR` for the directory of the certificates.
    fn url(&self, user: &str, parameters: &str) -> String {
        self.server.url(user, &parameters.replace("DIR", self.files.path().to_str().unwrap()))
    }

    /// Whether a session is encrypted, or none, for us and for libpq.
    async fn check(&self, user: &str, parameters: &str) {
        let url = self.url(user, parameters);
        let ours = match connect(&url, Access::Read).await {
            Ok(mut session) => Some(rows(&mut session, IS_ENCRYPTED).await == "1i"),
            Err(_) => None,
        };
        let theirs = psql(&url, IS_ENCRYPTED).map(|encrypted| encrypted == "t");
        assert_eq!(ours, theirs, "{user} with {parameters}: {:?}", connect(&url, Access::Read).await);
    }

    async fn explain(&self, user: &str, parameters: &str, expected: Expect) {
        let url = self.url(user, parameters);
        let text = match connect(&url, Access::Read).await {
            Ok(mut session) => format!("encrypted: {}", rows(&mut session, IS_ENCRYPTED).await),
            Err(error) => describe(&error),
        };
        let text = text.replace(&self.server.port().to_string(), "PORT");
        expected.assert_eq(&text.replace(self.files.path().to_str().unwrap(), "DIR"));
    }
}

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

#[tokio::test]
async fn every_mode_does_what_libpq_does() {
    for fixture in [Fixture::certified().0, Fixture::new(None, &authority("root").pem())] {
        for user in ["postgres", "tls_only", "plain_only", "stranger"] {
            for mode in MODES {
                for roots in ["", "&sslrootcert=DIR/right.crt", "&sslrootcert=DIR/wrong.crt"] {
                    fixture.check(user, &format!("sslmode={mode}{roots}")).await;
                }
            }
            fixture.check(user, "").await;
        }
    }
}

#[tokio::test]
async fn every_certificate_is_as_good_as_it_is_for_libpq() {
    let fixtures = [
        Fixture::certified().0,
        Fixture::by_subject("localhost"),
        Fixture::by_subject("*.example.com"),
        Fixture::self_signed(),
        Fixture::version_1(),
    ];
    for fixture in fixtures {
        for mode in ["require", "verify-ca", "verify-full"] {
            for roots in ["right", "wrong"] {
                // The server is at the same address whatever it is called.
                for host in ["localhost", "127.0.0.1", "db.example.com", "example.com", "a.db.example.com"] {
                    let parameters = format!("sslmode={mode}&sslrootcert=DIR/{roots}.crt&host={host}");
                    fixture.check("postgres", &parameters).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn what_fails_says_why() {
    let (fixture, _) = Fixture::certified();
    let check = async |user, parameters, expected| fixture.explain(user, parameters, expected).await;
    check("postgres", "", expect!["encrypted: 1i"]).await;
    check("postgres", "sslmode=verify-ca", expect!["Connect: the TLS handshake with `localhost:PORT` failed <- invalid peer certificate: UnknownIssuer"]).await;
    check("postgres", "sslmode=verify-full&sslrootcert=DIR/right.crt", expect!["encrypted: 1i"]).await;
    check("postgres", "sslmode=verify-full&sslrootcert=DIR/right.crt&host=other", expect![[r#"Connect: the TLS handshake with `other:PORT` failed <- invalid peer certificate: certificate not valid for name "other"; certificate is only valid for DnsName("localhost")"#]]).await;
    check("postgres", "sslmode=verify-ca&sslrootcert=DIR/wrong.crt", expect!["Connect: the TLS handshake with `localhost:PORT` failed <- invalid peer certificate: UnknownIssuer"]).await;
    check("tls_only", "sslmode=disable", expect![[r#"Connect: no pg_hba.conf entry for host "127.0.0.1", user "tls_only", database "postgres", no encryption; the server may demand TLS, which `sslmode=disable` rules out"#]]).await;
    check("plain_only", "sslmode=require", expect![[r#"Authentication: no pg_hba.conf entry for host "127.0.0.1", user "plain_only", database "postgres", SSL encryption"#]]).await;
    check("tls_only", "sslmode=prefer&sslrootcert=DIR/wrong.crt", expect![[r#"Connect: the TLS handshake with `localhost:PORT` failed: invalid peer certificate: UnknownIssuer; and without encryption: no pg_hba.conf entry for host "127.0.0.1", user "tls_only", database "postgres", no encryption"#]]).await;
    check("scram:wrong", "", expect![[r#"Authentication: password authentication failed for user "scram""#]])
        .await;
    check(
        "postgres",
        "sslmode=verify-ca&sslrootcert=DIR/none.crt",
        expect!["Url: `DIR/none.crt` cannot be read <- No such file or directory (os error 2)"],
    )
    .await;
    fs::write(fixture.files.path().join("text.crt"), "nonsense").unwrap();
    check(
        "postgres",
        "sslmode=verify-ca&sslrootcert=DIR/text.crt",
        expect!["Url: `DIR/text.crt` holds no certificates in PEM form"],
    )
    .await;
    check(
        "postgres",
        "sslcert=DIR/right.crt&sslkey=DIR/text.crt",
        expect!["Url: `DIR/text.crt` holds no unencrypted private key <- no items found"],
    )
    .await;
    check(
        "certified",
        "sslmode=require",
        expect!["Authentication: connection requires a valid client certificate"],
    )
    .await;
}

#[tokio::test]
async fn a_client_can_have_a_certificate() {
    let (fixture, authority) = Fixture::certified();
    let mut params = named("certified");
    params.insert_extended_key_usage(ExtendedKeyUsagePurpose::ClientAuth);
    let (certificate, key) = certified(&params, &authority);
    fs::write(fixture.files.path().join("client.crt"), certificate).unwrap();
    fs::write(fixture.files.path().join("client.key"), key).unwrap();
    let identity =
        "sslmode=verify-full&sslrootcert=DIR/right.crt&sslcert=DIR/client.crt&sslkey=DIR/client.key";
    fixture.explain("certified", identity, expect!["encrypted: 1i"]).await;
}

#[tokio::test]
async fn a_password_can_be_bound_to_the_encryption() {
    let (fixture, _) = Fixture::certified();
    fixture.explain("scram:right", "channel_binding=require", expect!["encrypted: 1i"]).await;
    fixture
        .explain(
            "scram:right",
            "channel_binding=require&sslmode=disable",
            expect![
                "Authentication: the login at `localhost:PORT` failed <- server did not use channel binding"
            ],
        )
        .await;
}

#[tokio::test]
async fn the_lock_is_encrypted_too() {
    let (fixture, _) = Fixture::certified();
    let url = fixture.url("tls_only", "sslmode=verify-full&sslrootcert=DIR/right.crt");
    let mut session = connect(&url, Access::Write).await.unwrap();
    session.lock("retort", std::time::Duration::ZERO).await.unwrap();
    let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename = 'tls_only'";
    assert_eq!(rows(&mut session, encrypted).await, "2i");
    session.close().await.unwrap();
}
