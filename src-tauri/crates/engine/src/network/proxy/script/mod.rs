//! A proxy script (PAC): fetched, asked on a thread of its own, and what it answers kept for a while.

mod answer;
mod evaluate;
mod fetch;
mod names;
mod trouble;

use std::collections::HashMap;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use url::Url;

use crate::model::{ProxyAddress, ScriptPlace};
use evaluate::Evaluator;
pub use trouble::Trouble;

/// What a script says depends on the hour, too.
const ANSWER_LASTS: Duration = Duration::from_secs(60);
/// Long enough that one request does not meet the same trouble twice.
const TROUBLE_LASTS: Duration = Duration::from_secs(1);
/// Then it is read anew.
const SCRIPT_LASTS: Duration = Duration::from_secs(30 * 60);
/// For fetching and asking together.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of several proxies the first one is used that is connected to in this time.
const CONNECTING: Duration = Duration::from_secs(3);

type Answer = Result<Option<ProxyAddress>, Trouble>;

/// The script, for everyone who needs a way.
pub struct Script {
    asks: Sender<Ask>,
    answers: Mutex<HashMap<String, (Instant, Answer)>>,
}

struct Ask {
    url: Url,
    reply: SyncSender<Answer>,
}

impl Script {
    /// Begins to fetch it.
    pub fn start(place: ScriptPlace, tls: ClientConfig) -> Self {
        let (asks, inbox) = mpsc::channel();
        let started = std::thread::Builder::new().name("proxy script".into()).spawn(move || {
            let mut reader = Reader { place, tls, read: None };
            // So that the first request does not have to wait for it. What fails is said to who asks.
            drop(reader.script());
            reader.answer(&inbox);
        });
        if let Err(error) = started {
            tracing::error!(%error, "no thread for the proxy script");
        }
        Self { asks, answers: Mutex::default() }
    }

    /// Waits where the answer is not known. `None` is the direct way.
    ///
    /// # Errors
    /// Whatever is wrong with the script.
    pub fn find(&self, url: &Url) -> Answer {
        let origin = url.origin().ascii_serialization();
        if let Some((since, answer)) = self.answers().get(&origin) {
            let lasts = if answer.is_ok() { ANSWER_LASTS } else { TROUBLE_LASTS };
            if since.elapsed() < lasts {
                return answer.clone();
            }
        }
        let (reply, answer) = mpsc::sync_channel(1);
        let sent = self.asks.send(Ask { url: url.clone(), reply });
        let answer =
            sent.ok().and_then(|()| answer.recv_timeout(PATIENCE).ok()).unwrap_or(Err(Trouble::TooSlow));
        self.answers().insert(origin, (Instant::now(), answer.clone()));
        answer
    }

    /// A proxy that it named does not answer: the next one may.
    pub fn doubt(&self) {
        self.answers().clear();
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Answer)>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's own.
struct Reader {
    place: ScriptPlace,
    tls: ClientConfig,
    read: Option<(Instant, Result<Evaluator, Trouble>)>,
}

impl Reader {
    fn answer(&mut self, inbox: &Receiver<Ask>) {
        while let Ok(ask) = inbox.recv() {
            let said = self.script().and_then(|script| script.ask(&ask.url));
            let ways = said.and_then(|said| {
                answer::ways(&said).map_err(|said| Trouble::Fails(format!("it answers \"{said}\"")))
            });
            // Whoever asked may have given up.
            drop(ask.reply.send(ways.map(first_that_answers)));
        }
    }

    fn script(&mut self) -> Result<&Evaluator, Trouble> {
        let is_old = self.read.as_ref().is_none_or(|(since, read)| {
            since.elapsed() >= if read.is_ok() { SCRIPT_LASTS } else { TROUBLE_LASTS }
        });
        if is_old {
            let read = fetch::fetch(&self.place, &self.tls).and_then(|text| Evaluator::new(&text));
            // One that was good stays so while its server is away.
            let read = match (read, self.read.take()) {
                (Err(trouble), Some((_, Ok(before)))) => {
                    tracing::warn!(%trouble, "the proxy script stays as it was");
                    Ok(before)
                }
                (read, _) => read,
            };
            self.read = Some((Instant::now(), read));
        }
        match &self.read {
            Some((_, Ok(script))) => Ok(script),
            Some((_, Err(trouble))) => Err(trouble.clone()),
            None => Err(Trouble::TooSlow),
        }
    }
}

/// The only one is not tried: its failure shows by itself.
fn first_that_answers(ways: Vec<Option<ProxyAddress>>) -> Option<ProxyAddress> {
    let works = |way: &Option<ProxyAddress>| way.as_ref().is_none_or(is_there);
    let at = if ways.len() > 1 { ways.iter().position(works).unwrap_or_default() } else { 0 };
    ways.into_iter().nth(at).flatten()
}

fn is_there(address: &ProxyAddress) -> bool {
    let host = address.host.trim_start_matches('[').trim_end_matches(']');
    let Ok(found) = (host, address.port).to_socket_addrs() else { return false };
    found.take(2).any(|socket| TcpStream::connect_timeout(&socket, CONNECTING).is_ok())
}
