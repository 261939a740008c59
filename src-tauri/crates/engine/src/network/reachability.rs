//! Finds out when a lost connection is back: one gentle probe with back-off.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

use super::Network;
use crate::clock::{SharedWorld, jittered};
use crate::error::Failure;
use crate::queue::message::ToOwner;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(10);

/// A way that was found closed.
#[derive(Debug)]
pub struct Lost {
    pub url: Url,
    pub objects: bool,
    pub failure: Failure,
}

/// Waits for reports of lost ways, and tells the owner when all of them are open again.
pub async fn watch(
    network: Arc<Network>,
    world: SharedWorld,
    owner: Sender<ToOwner>,
    mut lost: UnboundedReceiver<Lost>,
) {
    while let Some(first) = lost.recv().await {
        drop(owner.send(ToOwner::Connection { failure: Some(first.failure.clone()) }));
        let mut closed = vec![first];
        let mut delay = FIRST;
        while !closed.is_empty() {
            tokio::time::sleep(jittered(&*world, delay)).await;
            delay = (delay * 2).min(LONGEST);
            while let Ok(more) = lost.try_recv() {
                if !closed.iter().any(|known| known.url.origin() == more.url.origin()) {
                    closed.insert(0, more);
                }
            }
            if let Some(next) = closed.last()
                && is_open(&network, next).await
            {
                closed.pop();
            }
        }
        // What was reported while the last probe ran is as old as the closed way was.
        while lost.try_recv().is_ok() {}
        drop(owner.send(ToOwner::Connection { failure: None }));
    }
}

/// Any answer over HTTP will do, except the proxy's own refusal.
async fn is_open(network: &Network, way: &Lost) -> bool {
    let client = if way.objects { network.objects() } else { network.api() };
    let asked = client.head(way.url.clone()).timeout(PATIENCE).send().await;
    asked.is_ok_and(|answer| answer.status() != reqwest::StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}
