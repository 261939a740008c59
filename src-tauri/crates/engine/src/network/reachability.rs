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
    let patience = PATIENCE.min(pace.answer);
    let mut probe = Probe { network, patience, closed: Vec::new(), open: None };
    while let Some(heard) = inbox.recv().await {
        let Some(failure) = probe.take(heard).await else { continue };
        drop(owner.send(ToOwner::Connection { failure: Some(failure) }));
        let mut delay = pace.first_probe;
        while let Some(next) = probe.closed.last().cloned() {
            tokio::select! {
                () = tokio::time::sleep(jittered(&*world, delay)) => {
                    delay = (delay * 2).min(pace.longest_probe);
                }
                heard = inbox.recv() => match heard {
                    None => return,
                    Some(Heard::Changed) => delay = pace.first_probe,
                    Some(lost) => {
                        probe.take(lost).await;
                        continue;
                    }
                }
            }
            if probe.is_open(&next).await {
                probe.closed.pop();
            }
        }
        // What was reported while the last probe ran is as old as the closed way was.
        while inbox.try_recv().is_ok() {}
        drop(owner.send(ToOwner::Connection { failure: None }));
    }
}

struct Probe {
    network: Arc<Network>,
    patience: Duration,
    closed: Vec<Way>,
    /// The way that was found open last, and when.
    open: Option<(Origin, Instant)>,
}

impl Probe {
    /// `Some`: one more way is closed now, and why.
    async fn take(&mut self, heard: Heard) -> Option<Failure> {
        let Heard::Lost(Lost { way, failure, sure }) = heard else { return None };
        let origin = way.origin();
        if self.closed.iter().any(|known| known.origin() == origin) {
            return None;
        }
        if !sure {
            let believed = self
                .open
                .as_ref()
                .is_some_and(|(known, since)| *known == origin && since.elapsed() < BELIEVED);
            if believed || self.is_open(&way).await {
                return None;
            }
        }
        self.closed.insert(0, way);
        Some(failure)
    }

    async fn is_open(&mut self, way: &Way) -> bool {
        let asked = match way {
            Way::Tenant(client) => {
                // Over connections of now: the client's own may be of before the way changed.
                let client = client.clone().with_http(self.network.api());
                timeout(self.patience, tenant_answers(&client)).await.unwrap_or(false)
            }
            Way::Objects(url) => self.store_answers(url).await,
        };
        if asked {
            self.open = Some((way.origin(), Instant::now()));
        }
        asked
    }

    async fn store_answers(&self, url: &Url) -> bool {
        let asked = self.network.objects().head(url.clone()).timeout(self.patience).send().await;
        asked.is_ok_and(|answer| {
            let page = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let page = page.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
            is_of_the_store(answer.status(), page)
        })
    }
}

/// Any answer over HTTP will do, except the proxy's own refusal and a page for people.
pub fn is_of_the_store(status: StatusCode, page: bool) -> bool {
    // S3 itself redirects with 301 and 307 only.
    let elsewhere = matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER);
    let proxy = status == StatusCode::PROXY_AUTHENTICATION_REQUIRED;
    !(proxy || elsewhere || page && !status.is_server_error())
}

/// The question that the sign-in asked, too, so it is known to be answered there. A refusal is an answer.
async fn tenant_answers(client: &CantoClient) -> bool {
    // Beside the budget, which may be used up by what waits for this.
    let asked = client.clone().with_budget(Budget::default()).user().await;
    asked.err().is_none_or(|error| {
        !matches!(
            error.kind(),
            ErrorKind::Offline
                | ErrorKind::TimedOut
                | ErrorKind::Interrupted
                | ErrorKind::Tls
                | ErrorKind::Proxy
                | ErrorKind::ProxyAuthRequired
                | ErrorKind::ProxyRefused
                | ErrorKind::ProxyScript
                | ErrorKind::UnexpectedAnswer
        )
    })
}
