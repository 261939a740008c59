//! Looks at one host: the way there, its name, and whether it answers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use canto_api::{ErrorKind, Obstacle, Reached, Unreached, reach};
use reqwest::StatusCode;
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use super::course::{Course, Found};
use crate::error::{ErrorCode, Failure, Outcome, Who};
use crate::model::{HostPurpose, NetworkWay, StepKind, StepWord, TestHost};
use crate::network::Network;
use crate::network::reachability::is_of_the_store;
use crate::transfer::failure::failure_of;

/// No server that is there takes longer to say something.
const PATIENCE: Duration = Duration::from_secs(15);
/// Answers of the library that the latency is measured by.
const ANSWERS: usize = 3;
/// Addresses of one name that are shown.
const MOST_ADDRESSES: usize = 8;

pub struct Hosts<'a> {
    pub course: &'a Course,
    pub network: Arc<Network>,
    pub patience: Duration,
}

impl<'a> Hosts<'a> {
    pub fn new(course: &'a Course, network: Arc<Network>, answer: Duration) -> Self {
        Self { course, network, patience: PATIENCE.min(answer) }
    }

    /// `true`: it can be reached. `url` is what it is asked for.
    pub async fn look(&self, purpose: HostPurpose, url: &Url) -> bool {
        let host = shown(url);
        if self.is_known(url, purpose) {
            return true;
        }
        let Some(way) = self.way(url, &host).await else {
            self.remember(url, purpose, Vec::new(), None);
            self.course.skip(StepKind::Connect, Some(&host), StepWord::EarlierFailed);
            return false;
        };
        let addresses = match self.name(url, &host, &way).await {
            Some(addresses) => addresses,
            None => {
                self.remember(url, purpose, Vec::new(), way.proxy);
                self.course.skip(StepKind::Connect, Some(&host), StepWord::EarlierFailed);
                return false;
            }
        };
        self.remember(url, purpose, addresses, way.proxy);
        self.connect(purpose, url, &host).await
    }

    /// One host may serve for several things, and is looked at once.
    fn is_known(&self, url: &Url, purpose: HostPurpose) -> bool {
        let (host, port) = host_and_port(url);
        let mut known = false;
        self.course.change(|report| {
            if let Some(there) =
                report.hosts.iter_mut().find(|there| there.host == host && there.port == port)
            {
                // The store's own answers are another matter than the library's.
                known = purpose != HostPurpose::Store || there.purposes.contains(&HostPurpose::Store);
                if !there.purposes.contains(&purpose) {
                    there.purposes.push(purpose);
                }
            }
        });
        known
    }

    fn remember(&self, url: &Url, purpose: HostPurpose, addresses: Vec<String>, proxy: Option<String>) {
        let (host, port) = host_and_port(url);
        self.course.change(|report| {
            if !report.hosts.iter().any(|there| there.host == host && there.port == port) {
                report.hosts.push(TestHost { host, port, purposes: vec![purpose], addresses, proxy });
            }
        });
    }

    async fn way(&self, url: &Url, host: &str) -> Option<NetworkWay> {
        let (network, asked) = (Arc::clone(&self.network), url.clone());
        let work = async move {
            let way = tokio::task::spawn_blocking(move || network.way(&asked)).await.map_err(internal)?;
            match way.failure.clone() {
                Some(failure) => Err(failure),
                None => Ok((way.clone(), Found::way(way))),
            }
        };
        self.course.step(StepKind::Way, Some(host), work).await
    }

    /// The addresses of its name. A proxy resolves names itself, and an address has none.
    async fn name(&self, url: &Url, host: &str, way: &NetworkWay) -> Option<Vec<String>> {
        if way.proxy.is_some() {
            self.course.skip(StepKind::Name, Some(host), StepWord::ByProxy);
            return Some(Vec::new());
        }
        let Some(Host::Domain(name)) = url.host() else { return Some(Vec::new()) };
        let (name, port) = (name.to_owned(), url.port_or_known_default().unwrap_or(443));
        let work = async {
            let found = timeout(self.patience, tokio::net::lookup_host((name.as_str(), port))).await;
            let no_name = |why: &dyn ToString| {
                of_host(ErrorCode::NetworkOffline, "name", host).because(why.to_string())
            };
            let found = found.map_err(|_| no_name(&"no answer"))?.map_err(|error| no_name(&error))?;
            let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
            addresses.dedup();
            let addresses: Vec<String> =
                addresses.into_iter().take(MOST_ADDRESSES).map(|address| address.to_string()).collect();
            if addresses.is_empty() {
                return Err(no_name(&"no address"));
            }
            let said = addresses.join(", ");
            Ok((addresses, Found::from(StepWord::Addresses).with("addresses", said)))
        };
        self.course.step(StepKind::Name, Some(host), work).await
    }

    async fn connect(&self, purpose: HostPurpose, url: &Url, host: &str) -> bool {
        let work = async {
            let http = match purpose {
                HostPurpose::Api | HostPurpose::SignIn => self.network.api(),
                HostPurpose::Store | HostPurpose::Parts | HostPurpose::Downloads => self.network.objects(),
            };
            let as_a_client = purpose == HostPurpose::Api;
            let began = Instant::now();
            let reached = reach(&http, url, as_a_client, self.patience).await;
            let first = began.elapsed();
            judged(purpose, reached.map_err(|unreached| unreachable(&unreached, host))?, host)?;
            if as_a_client {
                self.latency(&http, url).await;
            }
            Ok(((), Found::from(StepWord::Answered).with("millis", first.as_millis())))
        };
        self.course.step(StepKind::Connect, Some(host), work).await.is_some()
    }

    /// The shortest of some answers, over a connection that stands.
    async fn latency(&self, http: &reqwest::Client, url: &Url) {
        let mut best: Option<Duration> = None;
        for _ in 0..ANSWERS {
            let began = Instant::now();
            if reach(http, url, true, self.patience).await.is_ok() {
                let took = began.elapsed();
                best = Some(best.map_or(took, |best| best.min(took)));
            }
        }
        self.course.change(|report| {
            report.latency = best.map(|best| u64::try_from(best.as_millis()).unwrap_or(u64::MAX));
        });
    }
}

/// Whether it is the host itself that answers.
fn judged(purpose: HostPurpose, reached: Reached, host: &str) -> Outcome<()> {
    let status = StatusCode::from_u16(reached.status).unwrap_or(StatusCode::OK);
    let its_own = match purpose {
        // A tenant says in JSON that a token is none.
        HostPurpose::Api => (!reached.is_page || status.is_server_error()) && !status.is_redirection(),
        HostPurpose::Store => is_of_the_store(status, reached.is_page),
        // Pages belong there; one that refuses is a filter's.
        HostPurpose::SignIn | HostPurpose::Parts | HostPurpose::Downloads => {
            reached.elsewhere.is_none() && !(reached.is_page && matches!(reached.status, 403 | 451 | 511))
        }
    };
    if its_own && !(purpose == HostPurpose::Api && status.is_server_error()) {
        return Ok(());
    }
    if its_own {
        let failure = Failure::new(ErrorCode::TenantBusy).with("host", host);
        return Err(failure.because(format!("HTTP {status}")));
    }
    let mut failure = of_host(ErrorCode::UnexpectedAnswer, "host", host).because(format!("HTTP {status}"));
    if let Some(to) = reached.elsewhere {
        failure = failure.with("to", &to).because(format!("HTTP {status}, to {to}"));
    }
    Err(failure)
}

/// The code that a file's failure would have, said of the host.
fn unreachable(unreached: &Unreached, host: &str) -> Failure {
    let failure = failure_of(&unreached.error);
    let reason = match (unreached.obstacle, unreached.error.kind()) {
        (Some(Obstacle::NoSuchHost), _) => "name",
        (Some(Obstacle::Refused), _) => "refused",
        (Some(Obstacle::Untrusted), _) => {
            return failure.with("reason", "untrusted").with("tenant", host).with("host", host);
        }
        (Some(Obstacle::OtherName), _) => {
            return failure.with("reason", "other_name").with("tenant", host).with("host", host);
        }
        (_, ErrorKind::Offline | ErrorKind::TimedOut | ErrorKind::Interrupted) => "host",
        _ => return failure.with("host", host),
    };
    Failure { details: failure.details, ..of_host(failure.code, reason, host) }
}

/// Of one host, a network's failure is no accident that passes: somebody has to open the way.
pub fn of_host(code: ErrorCode, reason: &str, host: &str) -> Failure {
    Failure { who: Who::It, ..Failure::new(code).with("reason", reason).with("host", host) }
}

/// As it stands in an address.
pub fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn host_and_port(url: &Url) -> (String, u16) {
    (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or(443))
}

fn internal(why: impl ToString) -> Failure {
    Failure::new(ErrorCode::Internal).because(why)
}
