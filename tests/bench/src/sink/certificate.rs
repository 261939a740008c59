//! The sink's own certificate authority, made anew for each run.

use std::net::Ipv4Addr;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::outcome::{Outcome, because};

/// Writes the authority as PEM, and gives the server's side.
pub fn make(authority: &Path, address: Option<Ipv4Addr>) -> Outcome<ServerConfig> {
    let failed = because("the sink's certificate can't be made");
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(rcgen::DnType::CommonName, "Ferry bench sink");
    let failed = because("the sink's certificate can't be made");
    let authority_key = KeyPair::generate().map_err(&failed)?;
    let root = params.self_signed(&authority_key).map_err(&failed)?;
    std::fs::write(authority, root.pem()).map_err(because("the sink's authority can't be written"))?;
    let issuer = Issuer::new(params, authority_key);
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    names.extend(address.map(|address| address.to_string()));
    let key = KeyPair::generate().map_err(&failed)?;
    let certificate =
        CertificateParams::new(names).and_then(|params| params.signed_by(&key, &issuer)).map_err(&failed)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key)
        })
        .map_err(because("the sink's TLS can't be set up"))
}
