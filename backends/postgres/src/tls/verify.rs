//! Whether the certificate of a server is to be trusted.
//!
//! webpki, which rustls brings, is stricter than OpenSSL, which libpq uses. Two
//! kinds of certificates that PostgreSQL's manual tells how to make would be
//! refused: a self-signed one that is its own authority, and one of X.509
//! version 1, which has no extensions and so names the host in its subject.

use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor, verify_server_name,
    },
    crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime},
    server::ParsedCertificate,
};
use x509_cert::{
    Certificate, Version,
    der::{Decode, Encode, oid::db::rfc4519::CN},
    ext::pkix::{SubjectAltName, name::GeneralName},
    spki::AlgorithmIdentifierOwned,
};

/// Whether the name of the server counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// The certificate must have the name.
    Checked,
    /// It may have any.
    Ignored,
}

/// Whom to trust.
#[derive(Debug)]
pub(super) struct Trust {
    anchors: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// Trusts who has one of the certificates, or was certified by one.
    pub(super) fn new(certificates: Vec<CertificateDer<'static>>) -> Self {
        let mut anchors = RootCertStore::empty();
        // One that cannot be read certifies nothing.
        anchors.add_parsable_certificates(certificates.iter().cloned());
        Self { anchors, certificates }
    }

    /// Trusts who was certified by one of these.
    pub(super) fn of_anchors(anchors: &[TrustAnchor<'static>]) -> Self {
        Self { anchors: anchors.iter().cloned().collect(), certificates: Vec::new() }
    }
}

/// Verifies the certificates of servers.
#[derive(Debug)]
pub(super) struct Verifier {
    /// None to trust anybody.
    trust: Option<Trust>,
    names: Names,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(trust: Option<Trust>, names: Names, algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { trust, names, algorithms }
    }

    fn verify_chain(
        &self,
        trust: &Trust,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let certificate = parse(end_entity)?;
        let is_its_own_issuer = certificate.tbs_certificate.issuer == certificate.tbs_certificate.subject;
        if is_its_own_issuer
            && trust.certificates.iter().any(|trusted| trusted.as_ref() == end_entity.as_ref())
        {
            return check_validity(&certificate, now);
        }
        if certificate.tbs_certificate.version == Version::V1 {
            check_validity(&certificate, now)?;
            let mut issuers = trust.certificates.iter().filter_map(|issuer| parse(issuer).ok());
            let is_issued = issuers
                .any(|issuer| check_validity(&issuer, now).is_ok() && self.has_issued(&issuer, &certificate));
            return if is_issued { Ok(()) } else { Err(CertificateError::UnknownIssuer.into()) };
        }
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&parsed, &trust.anchors, intermediates, now, algorithms)
    }

    /// Whether the trusted certificate signed the other one.
    fn has_issued(&self, issuer: &Certificate, certificate: &Certificate) -> bool {
        let key = &issuer.tbs_certificate.subject_public_key_info;
        let (Some(key_algorithm), Some(signature_algorithm), Ok(signed)) = (
            identifier(&key.algorithm),
            identifier(&certificate.signature_algorithm),
            certificate.tbs_certificate.to_der(),
        ) else {
            return false;
        };
        issuer.tbs_certificate.subject == certificate.tbs_certificate.issuer
            && self.algorithms.all.iter().any(|algorithm| {
                algorithm.public_key_alg_id().as_ref() == key_algorithm
                    && algorithm.signature_alg_id().as_ref() == signature_algorithm
                    && algorithm
                        .verify_signature(
                            key.subject_public_key.raw_bytes(),
                            &signed,
                            certificate.signature.raw_bytes(),
                        )
                        .is_ok()
            })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(trust) = &self.trust {
            self.verify_chain(trust, end_entity, intermediates, now)?;
            if self.names == Names::Checked {
                verify_name(end_entity, server_name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.trust {
            Some(_) => verify_tls12_signature(message, cert, dss, &self.algorithms),
            // Who shows the certificate of another is as good as any other.
            None => Ok(HandshakeSignatureValid::assertion()),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.trust.is_none() {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let key = parse(cert)?.tbs_certificate.subject_public_key_info.to_der();
        let key = SubjectPublicKeyInfoDer::from(key.map_err(|_| CertificateError::BadEncoding)?);
        verify_tls13_signature_with_raw_key(message, &key, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Checks that a certificate names the server: among its alternative names, or
/// as its subject if it has no alternative names of hosts.
fn verify_name(end_entity: &CertificateDer<'_>, server_name: &ServerName<'_>) -> Result<(), Error> {
    let refused = match ParsedCertificate::try_from(end_entity) {
        Ok(parsed) => match verify_server_name(&parsed, server_name) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        },
        Err(_) => CertificateError::NotValidForName.into(),
    };
    let certificate = parse(end_entity)?;
    let names = certificate.tbs_certificate.get::<SubjectAltName>();
    let names = names.map_err(|_| CertificateError::BadEncoding)?;
    let is_host = |name: &GeneralName| matches!(name, GeneralName::DnsName(_));
    if names.is_some_and(|(_, names)| names.0.iter().any(is_host)) {
        return Err(refused);
    }
    let host = server_name.to_str();
    match common_name(&certificate) {
        Some(name) if names_host(name, &host) => Ok(()),
        Some(_) | None => Err(refused),
    }
}

/// Whether a name in a certificate, perhaps with `*` for its first label, is
/// that of the host.
fn names_host(name: &str, host: &str) -> bool {
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    match (name.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => {
            !label.is_empty() && domain.contains('.') && domain.eq_ignore_ascii_case(rest)
        }
        _ => false,
    }
}

fn common_name(certificate: &Certificate) -> Option<&str> {
    let parts = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let name = parts.into_iter().find(|part| part.oid == CN)?;
    std::str::from_utf8(name.value.value()).ok()
}

fn check_validity(certificate: &Certificate, now: UnixTime) -> Result<(), Error> {
    let validity = &certificate.tbs_certificate.validity;
    if now.as_secs() < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now.as_secs() > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

fn parse(certificate: &CertificateDer<'_>) -> Result<Certificate, Error> {
    Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding.into())
}

/// The identifier of an algorithm as webpki has it: without the tag and the
/// length, which are a byte each.
fn identifier(algorithm: &AlgorithmIdentifierOwned) -> Option<Vec<u8>> {
    algorithm.to_der().ok()?.get(2..).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(names_host("db.example.com", "DB.example.com"));
        assert!(names_host("*.example.com", "db.example.com"));
        assert!(!names_host("*.example.com", "a.db.example.com"));
        assert!(!names_host("*.example.com", "example.com"));
        assert!(!names_host("*.com", "example.com"));
        assert!(!names_host("*", "localhost"));
        assert!(!names_host("db.example.com", "db.example.org"));
    }
}
