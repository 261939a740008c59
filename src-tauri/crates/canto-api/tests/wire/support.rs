//! Servers, tokens and a file of known bytes.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::Router;
use canto_api::{
    AccessToken, ApiError, CantoClient, TenantAddress, TokenSource, UploadSetting, http_builder,
};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::net::TcpListener;

pub fn http() -> reqwest::Client {
    static RING: Once = Once::new();
    RING.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    http_builder().no_proxy().build().unwrap()
}

/// Serves a router until the test ends.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Tokens `one`, then `two` after a renewal, and so on.
pub struct Tokens {
    present: Mutex<usize>,
    pub renewals: AtomicUsize,
}

const NAMES: [&str; 4] = ["one", "two", "three", "four"];

impl Tokens {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { present: Mutex::new(0), renewals: AtomicUsize::new(0) })
    }
}

impl TokenSource for Tokens {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, ApiError>> {
        let token = AccessToken::new(NAMES[*self.present.lock().unwrap()]);
        async move { Ok(token) }.boxed()
    }

    fn renew(&self, rejected: &AccessToken) -> BoxFuture<'_, Result<AccessToken, ApiError>> {
        let mut present = self.present.lock().unwrap();
        if NAMES[*present] == rejected.expose() {
            *present += 1;
            self.renewals.fetch_add(1, Ordering::SeqCst);
        }
        let token = AccessToken::new(NAMES[*present]);
        async move { Ok(token) }.boxed()
    }
}

pub async fn client(router: Router) -> CantoClient {
    client_with(router, Tokens::new()).await
}

pub async fn client_with(router: Router, tokens: Arc<Tokens>) -> CantoClient {
    let tenant = TenantAddress::parse(&serve(router).await.to_string()).unwrap();
    CantoClient::new(http(), tenant, tokens)
}

/// An upload setting for a store at that address, without a policy that could be read.
pub fn setting(store: SocketAddr) -> UploadSetting {
    let json = format!(
        r#"{{"url":"http://{store}/","key":"u/jo@example.com/${{filename}}","acl":"private","Policy":"x",
        "x-amz-meta-file_name":"${{filename}}","x-amz-meta-album_id":"","x-amz-meta-tag":""}}"#
    );
    UploadSetting::from_json(json.as_bytes(), None).unwrap()
}

/// Bytes that differ from place to place.
pub fn file(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 7) as u8).collect()
}
