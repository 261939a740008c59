//! A door before the demo library, with TLS or without, for connections from one address alone.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use ferry_tenant::{Options, Tenant};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::far::certificate;
use crate::proxies::Counted;

pub struct Door {
    pub counted: Counted,
    /// Of its certificate's authority.
    pub authority: PathBuf,
    _folder: TempDir,
}

/// A library that is reached through its door from `from` only.
pub async fn library(options: Options, tls: bool, from: IpAddr) -> (Tenant, Door) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let scheme = if tls { "https" } else { "http" };
    let options = Options { public_url: Some(format!("{scheme}://{address}")), ..options };
    let tenant = Tenant::start(options).await.unwrap();
    let folder = TempDir::new().unwrap();
    let authority = folder.path().join("authority.pem");
    let acceptor = TlsAcceptor::from(Arc::new(certificate(&authority, address.ip())));
    let counted = Counted::default();
    let inside = SocketAddr::from((Ipv4Addr::LOCALHOST, tenant.port()));
    tokio::spawn(serve(listener, tls.then_some(acceptor), counted.clone(), from, inside));
    (tenant, Door { counted, authority, _folder: folder })
}

async fn serve(
    door: TcpListener,
    tls: Option<TlsAcceptor>,
    counted: Counted,
    from: IpAddr,
    inside: SocketAddr,
) {
    while let Ok((mut stream, peer)) = door.accept().await {
        if !counted.lets_in(peer, from) {
            continue;
        }
        let tls = tls.clone();
        tokio::spawn(async move {
            let Ok(mut library) = TcpStream::connect(inside).await else { return };
            // Connections end in all the ways there are.
            match tls {
                Some(tls) => {
                    let Ok(mut stream) = tls.accept(stream).await else { return };
                    drop(tokio::io::copy_bidirectional(&mut stream, &mut library).await);
                }
                None => drop(tokio::io::copy_bidirectional(&mut stream, &mut library).await),
            }
        });
    }
}
