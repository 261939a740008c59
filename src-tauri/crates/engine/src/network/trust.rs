//! Whom this computer trusts: the authorities of the operating system, and those of a file.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use crate::error::{ErrorCode, Failure, Outcome};

/// The TLS set-up of every client; TLS sessions are shared by its copies. `authorities`: a PEM file.
///
/// # Errors
/// `TlsRefused` when that file can't be read or the set-up fails.
pub fn tls(authorities: Option<&Path>) -> Outcome<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // A second call in one program finds it installed, which is as good.
    drop(rustls::crypto::CryptoProvider::install_default((*provider).clone()));
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
