//! Encryption under the rules of libpq: whom to trust, and the handshake.

mod verify;

use std::{
    fs, io,
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use retort_core::backend::{BackendError, BackendErrorKind};
use rustls::{
    ClientConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

use self::verify::{Names, Trust, Verifier};
use crate::{
    connection::Stream,
    url::{Roots, SslMode, TlsSettings},
};

/// What bytes go through once they are encrypted.
pub(crate) type TlsStream = <MakeRustlsConnect as MakeTlsConnect<Stream>>::Stream;

/// The means of encryption, once certificates and keys are read.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: MakeRustlsConnect,
    names: Names,
}

impl Tls {
    /// Reads what the settings name.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Url`] if a file that the URL names is
    /// missing or is not what it must be.
    pub(crate) fn load(settings: &TlsSettings) -> Result<Self, BackendError> {
        let names = if settings.mode == SslMode::VerifyFull { Names::Checked } else { Names::Ignored };
        let roots = match &settings.roots {
            Some(roots) => Some(roots),
            None if settings.mode >= SslMode::VerifyCa => Some(&Roots::System),
            // As with libpq, without a root certificate anybody is trusted.
            None => None,
        };
        let trust = match roots {
            Some(Roots::File(path)) => Some(Trust::new(certificates(path)?)),
            Some(Roots::System) => Some(system_roots()),
            None => None,
        };
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier::new(trust, names, provider.signature_verification_algorithms);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("TLS cannot be set up", error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &settings.identity {
            None => config.with_no_client_auth(),
            Some((certificate, key)) => {
                let message =
                    || format!("`{}` and `{}` are no identity", certificate.display(), key.display());
                config
                    .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
                    .map_err(|error| unusable(message(), error))?
            }
        };
        if settings.direct {
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Self { connector: MakeRustlsConnect::new(config), names })
    }

    /// A handshake with the server of that name.
    pub(crate) fn handshake(&self, host: &str) -> Handshake {
        // A name that cannot be in a certificate is sent as none.
        let is_name = self.names == Names::Checked || ServerName::try_from(host).is_ok();
        let host = if is_name { host } else { "0.0.0.0" };
        let Ok(connect) = MakeTlsConnect::<Stream>::make_tls_connect(&mut self.connector.clone(), host);
        Handshake { connect: Some(connect), progress: Progress::default() }
    }
}

/// One handshake; a driver's [`TlsConnect`] that tells how far it came.
pub(crate) struct Handshake {
    connect: Option<<MakeRustlsConnect as MakeTlsConnect<Stream>>::TlsConnect>,
    progress: Progress,
}

/// How far a handshake came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU8>);

const BEGUN: u8 = 1;
const DONE: u8 = 2;

impl Progress {
    /// Whether the server agreed to a handshake, which did not end well.
    pub(crate) fn has_failed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == BEGUN
    }

    /// Whether the connection is encrypted.
    pub(crate) fn is_done(&self) -> bool {
        self.0.load(Ordering::Relaxed) == DONE
    }
}

impl Handshake {
    /// The handshake of a connection that is not encrypted.
    pub(crate) fn none() -> Self {
        Self { connect: None, progress: Progress::default() }
    }

    /// How far it came, to be looked at later.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }
}

impl TlsConnect<Stream> for Handshake {
    type Stream = TlsStream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TlsStream>> + Send>>;

    fn connect(self, stream: Stream) -> Self::Future {
        Box::pin(async move {
            let Self { connect: Some(connect), progress } = self else {
                return Err(io::Error::from(io::ErrorKind::Unsupported));
            };
            progress.0.store(BEGUN, Ordering::Relaxed);
            let stream = connect.connect(stream).await?;
            progress.0.store(DONE, Ordering::Relaxed);
            Ok(stream)
        })
    }
}

/// The certificates that the system trusts, or Mozilla's where it has none. As
/// everywhere, `SSL_CERT_FILE` and `SSL_CERT_DIR` say where the system's are.
fn system_roots() -> Trust {
    let native = rustls_native_certs::load_native_certs().certs;
    if native.is_empty() { Trust::of_anchors(webpki_roots::TLS_SERVER_ROOTS) } else { Trust::new(native) }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, BackendError> {
    let text = read(path)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let not_pem = || format!("`{}` holds no certificates in PEM form", path.display());
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(BackendError::new(BackendErrorKind::Url, not_pem()))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(not_pem(), error)),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, BackendError> {
    PrivateKeyDer::from_pem_slice(&read(path)?)
        .map_err(|error| unusable(format!("`{}` holds no unencrypted private key", path.display()), error))
}

fn read(path: &Path) -> Result<Vec<u8>, BackendError> {
    fs::read(path).map_err(|error| unusable(format!("`{}` cannot be read", path.display()), error))
}

fn unusable(
    message: impl Into<String>,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> BackendError {
    BackendError::new(BackendErrorKind::Url, message).with_source(error)
}
