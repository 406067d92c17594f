//! Encrypted connections: what `ssl-mode` asks for, in terms of the driver.

use std::{error::Error as StdError, fmt, fs, path::Path};

use mysql_async::{ClientIdentity, Error, IoError, SslOpts, TlsError};
use retort_core::backend::{BackendError, BackendErrorKind};
use rustls::{
    CertificateError, RootCertStore,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};

use crate::url::{Tls, TlsMode};

/// The driver's options for a connection that is encrypted, if it may be.
///
/// # Errors
///
/// Fails with [`BackendErrorKind::Url`] if a file that the URL names cannot be
/// used.
pub(crate) fn options(tls: &Tls) -> Result<Option<SslOpts>, BackendError> {
    let verifies = match tls.mode {
        TlsMode::Disabled => return Ok(None),
        TlsMode::Preferred | TlsMode::Required => false,
        TlsMode::VerifyCa | TlsMode::VerifyIdentity => true,
    };
    // The driver takes the provider of the process, and a program that links
    // two of them has none until it chooses.
    if CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, which is as good.
        let _ = ring::default_provider().install_default();
    }
    let mut options = SslOpts::default()
        .with_danger_accept_invalid_certs(!verifies)
        .with_danger_skip_domain_validation(tls.mode != TlsMode::VerifyIdentity);
    if verifies {
        let authorities = match &tls.authorities {
            Some(path) => read_authorities(path)?,
            None => system_authorities(),
        };
        if !authorities.is_empty() {
            let authorities = authorities.into_iter().map(Into::into).collect();
            options = options.with_root_certs(authorities).with_disable_built_in_roots(true);
        }
    }
    if let Some((certificate, key)) = &tls.identity {
        let certificates = read("ssl-cert", certificate)?;
        if CertificateDer::pem_slice_iter(&certificates).next().is_none() {
            return Err(unusable("ssl-cert", certificate, "holds no certificate"));
        }
        let private = read("ssl-key", key)?;
        if let Err(error) = PrivateKeyDer::from_pem_slice(&private) {
            return Err(unusable("ssl-key", key, "holds no private key").with_source(error));
        }
        options =
            options.with_client_identity(Some(ClientIdentity::new(certificates.into(), private.into())));
    }
    Ok(Some(options))
}

/// What was wrong with the encryption, if that is what failed.
pub(crate) fn failure(error: &Error) -> Option<Failure> {
    match error {
        Error::Io(IoError::Tls(TlsError::Tls(cause))) => Some(Failure(cause.to_string())),
        Error::Io(IoError::Tls(cause)) => Some(Failure(cause.to_string())),
        Error::Io(IoError::Io(_)) => rustls_error(error).map(|cause| match cause {
            rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                presented, ..
            }) if presented.is_empty() => Failure(
                "its certificate names no host (subjectAltName), and without one it cannot be verified"
                    .to_owned(),
            ),
            cause => Failure(cause.to_string()),
        }),
        _ => None,
    }
}

/// The name to ask for instead, where a certificate comes from a trusted
/// authority but is for another host than the one that was asked for.
///
/// With `ssl-mode=VERIFY_CA` the host does not matter. The driver's option for
/// that has no effect up to version 0.37.1 (blackbeam/mysql_async#404), but it
/// lets us choose the name to verify.
pub(crate) fn name_of_certificate(error: &Error) -> Option<String> {
    let Some(rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
        presented, ..
    })) = rustls_error(error)
    else {
        return None;
    };
    presented.iter().find_map(|name| {
        let name = name.split_once('(')?.1.strip_suffix(')')?.trim_matches('"');
        let name = match name.strip_prefix("*.") {
            Some(domain) => format!("any.{domain}"),
            None => name.to_owned(),
        };
        ServerName::try_from(&*name).is_ok().then_some(name)
    })
}

/// Why a connection could not be encrypted. It stands for an error of rustls,
/// whose own text repeats what is around it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Failure {}

/// The error of rustls that broke off a handshake.
fn rustls_error(error: &Error) -> Option<&rustls::Error> {
    match error {
        Error::Io(IoError::Io(error)) => error.get_ref()?.downcast_ref(),
        _ => None,
    }
}

fn read_authorities(path: &Path) -> Result<Vec<Vec<u8>>, BackendError> {
    let bytes = read("ssl-ca", path)?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let added = certificate.map(|certificate| store.add(certificate));
        if !matches!(added, Ok(Ok(()))) {
            return Err(unusable("ssl-ca", path, "holds a certificate that cannot be read"));
        }
    }
    if store.is_empty() {
        return Err(unusable("ssl-ca", path, "holds no certificate"));
    }
    Ok(vec![bytes])
}

/// The authorities that the system trusts. If there are none, the driver
/// trusts those of Mozilla.
fn system_authorities() -> Vec<Vec<u8>> {
    let found = rustls_native_certs::load_native_certs().certs;
    // The driver gives up at the first one that rustls does not understand.
    let is_usable =
        |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
    found.into_iter().filter(is_usable).map(|certificate| certificate.to_vec()).collect()
}

fn read(parameter: &str, path: &Path) -> Result<Vec<u8>, BackendError> {
    fs::read(path).map_err(|error| unusable(parameter, path, "cannot be read").with_source(error))
}

fn unusable(parameter: &str, path: &Path, why: &str) -> BackendError {
    let message = format!("`{}`, which the URL gives as `{parameter}`, {why}", path.display());
    BackendError::new(BackendErrorKind::Url, message)
}
