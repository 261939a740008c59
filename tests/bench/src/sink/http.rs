//! Just enough of HTTP/1.1: requests with `Content-Length`, `Expect: 100-continue`, keep-alive.

use std::io;

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::line::Line;

const BUFFER: usize = 64 * 1024;
const HEADERS: usize = 64;
/// Answers that go out in one piece with their head.
const MOST_BODY: u64 = 4 * 1024 * 1024;

/// A request's head.
pub struct Request {
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    pub length: u64,
    /// Of the body, what has not been taken off the line yet.
    left: u64,
    expects: bool,
    /// Base64, as it came.
    pub content_md5: Option<String>,
    pub authorization: Option<String>,
    /// `x-amz-meta-…` headers, for the answer to HEAD.
    pub meta: Vec<(String, String)>,
}

impl Request {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    fn parse(head: &[u8]) -> io::Result<Self> {
        let bad = |text: &'static str| io::Error::new(io::ErrorKind::InvalidData, text);
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        parsed.parse(head).map_err(|_| bad("no request"))?;
        let mut request = Self {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            length: 0,
            left: 0,
            expects: false,
            content_md5: None,
            authorization: None,
            meta: Vec::new(),
        };
        for header in parsed.headers.iter() {
            let text = || String::from_utf8_lossy(header.value).trim().to_owned();
            if header.name.eq_ignore_ascii_case("content-length") {
                request.length = text().parse().map_err(|_| bad("no length"))?;
            } else if header.name.eq_ignore_ascii_case("expect") {
                request.expects = true;
            } else if header.name.eq_ignore_ascii_case("content-md5") {
                request.content_md5 = Some(text());
            } else if header.name.eq_ignore_ascii_case("authorization") {
                request.authorization = Some(text());
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                return Err(bad("chunks are not served"));
            } else if header.name.to_ascii_lowercase().starts_with("x-amz-meta-") {
                request.meta.push((header.name.to_owned(), text()));
            }
        }
        request.left = request.length;
        Ok(request)
    }
}

/// An answer.
pub struct Answer {
    pub status: &'static str,
    /// Whole lines, each with its end.
    pub headers: String,
    pub body: Vec<u8>,
    /// What HEAD announces without sending.
    pub announced: Option<u64>,
}

impl Answer {
    pub fn empty(status: &'static str) -> Self {
        Self { status, headers: String::new(), body: Vec::new(), announced: None }
    }

    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::typed("application/json", body)
    }

    pub fn xml(body: impl Into<Vec<u8>>) -> Self {
        Self::typed("application/xml", body)
    }

    fn typed(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { headers: format!("Content-Type: {kind}\r\n"), body: body.into(), ..Self::empty("200 OK") }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        for part in [name, ": ", value, "\r\n"] {
            self.headers.push_str(part);
        }
        self
    }
}

/// One connection and what was read ahead.
pub struct Connection {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Connection {
    pub fn new(stream: TlsStream<TcpStream>) -> Self {
        Self { stream, buffer: vec![0; BUFFER], start: 0, end: 0 }
    }

    fn held(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads more behind what is held. 0: the other side has closed.
    async fn fill(&mut self) -> io::Result<usize> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        if room.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the head is too long"));
        }
        let read = self.stream.read(room).await?;
        self.end += read;
        Ok(read)
    }

    /// The next request; none when the other side has closed.
    pub async fn request(&mut self) -> io::Result<Option<Request>> {
        loop {
            if let Some(at) = memmem::find(self.held(), b"\r\n\r\n") {
                let head = self.held().get(..at + 4).unwrap_or_default();
                let request = Request::parse(head)?;
                self.start += at + 4;
                if request.expects && self.start == self.end {
                    self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
                    self.stream.flush().await?;
                }
                return Ok(Some(request));
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The whole of a small body.
    pub async fn body(&mut self, request: &mut Request) -> io::Result<Vec<u8>> {
        if request.length > MOST_BODY {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the body is too long"));
        }
        self.head_of(request, request.length as usize).await
    }

    /// The first bytes of a body, at most so many.
    pub async fn head_of(&mut self, request: &mut Request, most: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(most.min(request.length as usize));
        while request.left > 0 && head.len() < most {
            let here = self.some_of(request, most - head.len()).await?;
            head.extend_from_slice(self.held().get(..here).unwrap_or_default());
            self.start += here;
        }
        Ok(head)
    }

    /// Takes the rest of a file off the line, as fast as the line is said to be.
    pub async fn drain(&mut self, request: &mut Request, line: &Line) -> io::Result<()> {
        while request.left > 0 {
            let here = self.some_of(request, usize::MAX).await?;
            self.start += here;
            line.took(here).await;
        }
        Ok(())
    }

    /// How much of the body is held, at least a byte and at most so many; counts it as taken.
    async fn some_of(&mut self, request: &mut Request, most: usize) -> io::Result<usize> {
        if self.start == self.end && self.fill().await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let here = request.left.min((self.end - self.start).min(most) as u64);
        request.left -= here;
        Ok(here as usize)
    }

    pub async fn answer(&mut self, request: &Request, answer: &Answer) -> io::Result<()> {
        let length = answer.announced.unwrap_or(answer.body.len() as u64);
        let mut out = Vec::with_capacity(256 + answer.body.len());
        out.extend_from_slice(b"HTTP/1.1 ");
        out.extend_from_slice(answer.status.as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(answer.headers.as_bytes());
        if !answer.status.starts_with("204") {
            out.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        if request.method != "HEAD" {
            out.extend_from_slice(&answer.body);
        }
        self.stream.write_all(&out).await?;
        self.stream.flush().await
    }
}
