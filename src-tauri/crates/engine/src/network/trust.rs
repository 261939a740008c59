//! Whom this computer trusts: the authorities of the operating system, and those of files.

use std::path::{Path, PathBuf};
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

/// The TLS set-up of every client; TLS sessions are shared by its copies. `authorities`: PEM files.
///
/// # Errors
/// `TlsRefused` when one of them can't be read or the set-up fails.
pub fn tls(authorities: &[PathBuf]) -> Outcome<ClientConfig> {
    let mut provider = rustls::crypto::ring::default_provider();
    // As browsers and Go prefer it: 128 bits are beyond anyone's reach too, and a quarter faster.
    provider.cipher_suites.sort_by_key(|suite| !SHORT_KEYS.contains(&suite.suite()));
    // A second call in one program finds it installed, which is as good.
    drop(provider.clone().install_default());
    let provider = Arc::new(provider);
    let failure = |error: rustls::Error| Failure::new(ErrorCode::TlsRefused).because(error);
    let mut extra = Vec::new();
    for path in authorities {
        extra.extend(certificates(path)?);
    }
    let verifier = if extra.is_empty() {
        Verifier::new(Arc::clone(&provider))
    } else {
        Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
    };
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(failure)?.dangerous();
    Ok(config.with_custom_certificate_verifier(Arc::new(verifier.map_err(failure)?)).with_no_client_auth())
}

/// The certificates of a PEM file.
///
/// # Errors
/// `TlsRefused` with `path` when it can't be read or holds none.
pub fn certificates(path: &Path) -> Outcome<Vec<CertificateDer<'static>>> {
    let failure = |error: &dyn std::fmt::Display| {
        Failure::new(ErrorCode::TlsRefused).with("path", path.display()).because(error)
    };
    let pem = std::fs::read(path).map_err(|error| failure(&error))?;
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|error| failure(&error))?;
    if found.is_empty() {
        return Err(failure(&"there is no certificate in it"));
    }
    Ok(found)
}
