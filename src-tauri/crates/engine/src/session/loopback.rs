//! The port that the browser comes back to (RFC 8252), and who comes there.

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use url::Url;

/// Tried in this order before any free port: an API key whose redirect addresses have to be named one by one can name these
/// (README.md, *For administrators*). Below the ports that systems give out by themselves.
pub const PORTS: [u16; 5] = [18431, 18432, 18433, 18434, 18435];
/// What comes after it in the redirect address.
pub const PATH: &str = "/callback";

/// How long a connection may take to say what it wants, and to take the answer.
const LINE_PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_HEAD: u64 = 16 * 1024;
/// Browsers open a few connections ahead of need; nobody needs more.
const MOST_VISITORS: usize = 64;

/// Listens where a browser can be sent back to.
pub struct Loopback {
    listener: TcpListener,
    redirect: String,
}

/// A browser that came back, and waits to be told something.
pub struct Visitor {
    stream: TcpStream,
    pub query: HashMap<String, String>,
    /// `Accept-Language`.
    pub languages: String,
}

impl Loopback {
    pub async fn open() -> io::Result<Self> {
        let mut opened = None;
        for port in PORTS {
            if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                opened = Some(listener);
                break;
            }
        }
        let listener = match opened {
            Some(listener) => listener,
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
        };
        let redirect = format!("http://127.0.0.1:{}{PATH}", listener.local_addr()?.port());
        Ok(Self { listener, redirect })
    }

    /// The address for the OAuth server.
    pub fn redirect(&self) -> &str {
        &self.redirect
    }

    /// The next one with the right `state`. Others are sent away, and nobody waits for those that say nothing: browsers
    /// open connections that they may never use.
    pub async fn next(&self, state: &str, stranger: impl Fn(&str) -> String) -> io::Result<Visitor> {
        let mut visitors = FuturesUnordered::new();
        loop {
            let come = tokio::select! {
                accepted = self.listener.accept(), if visitors.len() < MOST_VISITORS => {
                    visitors.push(Visitor::of(accepted?.0));
                    continue;
                }
                Some(come) = visitors.next() => come,
            };
            match come {
                Some(Ok(visitor)) if visitor.query.get("state").map(String::as_str) == Some(state) => {
                    return Ok(visitor);
                }
                // Another program on this computer may knock, too.
                Some(Ok(visitor)) => {
                    let page = stranger(&visitor.languages);
                    visitor.tell("400 Bad Request", &page).await;
                }
                Some(Err(mut stream)) => write(&mut stream, "404 Not Found", "").await,
                None => {}
            }
        }
    }
}

impl Visitor {
    /// `Err`: it asks for something else, such as an icon. `None`: it says nothing.
    async fn of(stream: TcpStream) -> Option<Result<Self, TcpStream>> {
        let mut reader = BufReader::new(stream);
        let head = timeout(LINE_PATIENCE, read_head(&mut reader)).await.ok()?.ok()?;
        let stream = reader.into_inner();
        let target = head.first()?.strip_prefix("GET ").and_then(|line| line.split(' ').next());
        let url = target.and_then(|target| Url::parse("http://127.0.0.1/").ok()?.join(target).ok());
        let Some(url) = url.filter(|url| url.path() == PATH) else { return Some(Err(stream)) };
        let query = url.query_pairs().into_owned().collect();
        let languages = head.iter().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("accept-language").then(|| value.trim().to_owned())
        });
        Some(Ok(Self { stream, query, languages: languages.unwrap_or_default() }))
    }

    /// Answers, and lets it go.
    pub async fn tell(mut self, status: &str, page: &str) {
        write(&mut self.stream, status, page).await;
    }
}

/// The browser wants its headers read before it reads the answer.
async fn read_head(reader: &mut BufReader<TcpStream>) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut left = reader.take(LONGEST_HEAD);
    loop {
        let mut line = String::new();
        if left.read_line(&mut line).await? == 0 && lines.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(lines);
        }
        lines.push(line.to_owned());
    }
}

async fn write(stream: &mut TcpStream, status: &str, body: &str) {
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let send = async {
        // The browser may be gone; the sign-in is not affected.
        drop(stream.write_all(text.as_bytes()).await);
        drop(stream.shutdown().await);
    };
    timeout(LINE_PATIENCE, send).await.unwrap_or_default();
}
