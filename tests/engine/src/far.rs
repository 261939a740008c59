//! The engine and the demo library with a bad line between them: each in a network namespace of its own. The library speaks
//! HTTPS there, through a door of the test's, since Ferry takes nothing else from a host that is not this computer.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::pace::Pace;
use ferry_line::Line;
use ferry_tenant::{Options, Tenant};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::Stage;

/// Runs a test at the near end, or says why it can't.
pub fn at_a_line(options: Options, test: impl AsyncFnOnce(&Line, &mut Stage) + Send) {
    if let Some(missing) = ferry_line::missing() {
        println!("skipped: {missing}");
        return;
    }
    let line = Line::new().unwrap();
    let folder = TempDir::new().unwrap();
    let (far, (tenant, authority)) = line
        .far
        .inside(|| {
            let far = runtime();
            let library = far.block_on(library(options, folder.path(), &line.far.address));
            (far, library)
        })
        .unwrap();
    line.near
        .inside(|| {
            runtime().block_on(async {
                let mut stage = Stage::behind(tenant, Pace::default(), Some(authority)).await;
                test(&line, &mut stage).await;
                stage.stop().await;
            });
        })
        .unwrap();
    far.shutdown_background();
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A library behind its door, and the authority of the door's certificate.
async fn library(options: Options, folder: &Path, host: &str) -> (Tenant, PathBuf) {
    let host: IpAddr = host.parse().unwrap();
    let door = TcpListener::bind((host, 0)).await.unwrap();
    let address = door.local_addr().unwrap();
    let options = Options { public_url: Some(format!("https://{address}")), ..options };
    let tenant = Tenant::start(options).await.unwrap();
    let authority = folder.join("authority.pem");
    let tls = TlsAcceptor::from(Arc::new(certificate(&authority, host)));
    tokio::spawn(serve(door, tls, SocketAddr::from(([127, 0, 0, 1], tenant.port()))));
    (tenant, authority)
}

async fn serve(door: TcpListener, tls: TlsAcceptor, library: SocketAddr) {
    while let Ok((stream, _)) = door.accept().await {
        let tls = tls.clone();
        tokio::spawn(async move {
            // Connections break here: that is what the door is for.
            let Ok(mut outside) = tls.accept(stream).await else { return };
            let Ok(mut inside) = TcpStream::connect(library).await else { return };
            drop(tokio::io::copy_bidirectional(&mut outside, &mut inside).await);
        });
    }
}

/// The side of a server whose certificate's authority is written to a file.
pub fn certificate(authority: &Path, host: IpAddr) -> ServerConfig {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    std::fs::write(authority, params.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![host.to_string()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}
