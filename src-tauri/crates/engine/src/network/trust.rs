//! Whom this computer trusts: the authorities of the operating system, and those of a file.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CipherSuite, ClientConfig};
use rustls_platform_verifier::Verifier;

use crate::error::{ErrorCode, Failure, Outcome};

const SHORT_KEYS: [CipherSuite; 3] = [
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// The TLS set-up of every client; TLS sessions are shared by its copies. `authorities`: a PEM file.
///
/// # Errors
/// `TlsRefused` when that file can't be read or the set-up fails.
pub fn tls(authorities: Option<&Path>) -> Outcome<ClientConfig> {
    let mut provider = rustls::crypto::ring::default_provider();
    // As browsers and Go prefer it: 128 bits are beyond anyone's reach too, and a quarter faster.
    provider.cipher_suites.sort_by_key(|suite| !SHORT_KEYS.contains(&suite.suite()));
    // A second call in one program finds it installed, which is as good.
    drop(provider.clone().install_default());
    let provider = Arc::new(provider);
    let failure = |error: rustls::Error| Failure::new(ErrorCode::TlsRefused).because(error);
    let verifier = match authorities {
        Some(path) => Verifier::new_with_extra_roots(certificates(path)?, Arc::clone(&provider)),
        None => Verifier::new(Arc::clone(&provider)),
    };
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(failure)?.dangerous();
    Ok(config.with_custom_certificate_verifier(Arc::new(verifier.map_err(failure)?)).with_no_client_auth())
}

fn certificates(path: &Path) -> Outcome<Vec<CertificateDer<'static>>> {
    let failure = |error: &dyn std::fmt::Display| {
        Failure::new(ErrorCode::TlsRefused).with("path", path.display()).because(error)
    };
    let pem = std::fs::read(path).map_err(|error| failure(&error))?;
    CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|error| failure(&error))
}
