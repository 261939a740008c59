//! Finds out when a lost connection is back: one gentle probe with back-off.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use canto_api::{Budget, CantoClient, ErrorKind};
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout};
use url::{Origin, Url};

use super::Network;
use crate::clock::{SharedWorld, jittered};
use crate::error::Failure;
use crate::pace::Pace;
use crate::queue::message::ToOwner;

const PATIENCE: Duration = Duration::from_secs(10);
/// A way that was just found open is not doubted again so soon.
const BELIEVED: Duration = Duration::from_secs(5);

/// Where requests go, and how to see that they get there.
#[derive(Clone, Debug)]
pub enum Way {
    /// With the account's own token: without one, a tenant may answer what a portal would (canto-api.md §1.3 [C]).
    Tenant(CantoClient),
    Objects(Url),
}

impl Way {
    fn origin(&self) -> Origin {
        match self {
            Self::Tenant(client) => client.tenant().origin().origin(),
            Self::Objects(url) => url.origin(),
        }
    }
}

/// A way that is closed, or seems to be.
#[derive(Debug)]
pub struct Lost {
    pub way: Way,
    pub failure: Failure,
    /// `false`: a page came where none should. Somebody may stand in between (the sign-in page of a hotel), or it
    /// concerns this one request: to be looked at before everyone waits for it.
    pub sure: bool,
}

#[derive(Debug)]
pub enum Heard {
    Lost(Lost),
    /// The system says that the network is another one, or the computer woke up.
    Changed,
}

/// Waits for reports of lost ways, and tells the owner when all of them are open again.
pub async fn watch(
    network: Arc<Network>,
    world: SharedWorld,
    pace: Pace,
    owner: Sender<ToOwner>,
    mut inbox: UnboundedReceiver<Heard>,
) {
    while let Some(first) = lost.recv().await {
        drop(owner.send(ToOwner::Connection { failure: Some(first.failure.clone()) }));
        let mut closed = vec![first];
        let mut delay = pace.first_probe;
        while !closed.is_empty() {
            tokio::time::sleep(jittered(&*world, delay)).await;
            delay = (delay * 2).min(pace.longest_probe);
            while let Ok(more) = lost.try_recv() {
                if !closed.iter().any(|known| known.url.origin() == more.url.origin()) {
                    closed.insert(0, more);
                }
            }
            if let Some(next) = closed.last()
                && is_open(&network, next, pace).await
            {
                closed.pop();
            }
        }
        // What was reported while the last probe ran is as old as the closed way was.
        while inbox.try_recv().is_ok() {}
        drop(owner.send(ToOwner::Connection { failure: None }));
    }
}

/// Any answer over HTTP will do, except the proxy's own refusal.
async fn is_open(network: &Network, way: &Lost, pace: Pace) -> bool {
    let client = if way.objects { network.objects() } else { network.api() };
    let asked = client.head(way.url.clone()).timeout(PATIENCE.min(pace.answer)).send().await;
    asked.is_ok_and(|answer| answer.status() != reqwest::StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}
