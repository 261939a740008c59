//! One connection through the relay: finds the file's bytes in each request, so that the damage strikes these and not
//! the fields around them.

use std::io::{self, ErrorKind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::damage::{Side, Spoiler, Step};
use super::{Book, Done, lock};

const BLOCK: usize = 64 * 1024;

pub(super) struct Connection {
    book: Arc<Book>,
    /// Of the answer that comes next, and what to note once it was done.
    answer: Arc<Mutex<(Spoiler, Option<Done>)>>,
}

/// Where the file's bytes are in a request.
struct Shape {
    path: String,
    name: Option<String>,
    is_form: bool,
    /// Before the file, after the head.
    prelude: Vec<u8>,
    file: u64,
    tail: u64,
}

impl Connection {
    pub fn new(book: Arc<Book>) -> Self {
        Self { book, answer: Arc::new(Mutex::new((Spoiler::new(None), None))) }
    }

    pub async fn run(self, client: TcpStream, server: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let mut requests = std::pin::pin!(self.requests(BufReader::new(from_client), to_server));
        let mut answers = std::pin::pin!(self.answers(from_server, to_client));
        tokio::select! {
            ended = &mut requests => match ended {
                // The client has said everything; the answer may still come.
                Ok(_to_server) => answers.await,
                Err(error) => Err(error),
            },
            ended = &mut answers => ended,
        }
    }

    async fn requests(
        &self,
        mut from: BufReader<OwnedReadHalf>,
        mut to: OwnedWriteHalf,
    ) -> io::Result<OwnedWriteHalf> {
        loop {
            let head = read_until(&mut from, b"\r\n\r\n").await?;
            if head.is_empty() {
                to.shutdown().await?;
                return Ok(to);
            }
            let shape = shape(&head, &mut from).await?;
            let damage = (shape.file > 0).then(|| self.book.pick(shape.is_form, shape.file)).flatten();
            let done = damage.map(|damage| Done { damage, path: shape.path, name: shape.name });
            let on_answer = damage.is_some_and(|damage| damage.side == Side::Answer);
            *lock(&self.answer) =
                if on_answer { (Spoiler::new(damage), done.clone()) } else { (Spoiler::new(None), None) };
            to.write_all(&head).await?;
            to.write_all(&shape.prelude).await?;
            let mut spoiler = Spoiler::new(damage.filter(|_| !on_answer));
            let note = || {
                if let Some(done) = done.clone().filter(|_| !on_answer) {
                    self.book.note(done);
                }
            };
            self.copy(&mut from, &mut to, shape.file, &mut spoiler, note).await?;
            self.copy(&mut from, &mut to, shape.tail, &mut Spoiler::new(None), || {}).await?;
        }
    }

    /// Passes exactly so many bytes on.
    async fn copy(
        &self,
        from: &mut BufReader<OwnedReadHalf>,
        to: &mut OwnedWriteHalf,
        mut left: u64,
        spoiler: &mut Spoiler,
        note: impl Fn(),
    ) -> io::Result<()> {
        let mut block = vec![0; BLOCK];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            let length = from.read(&mut block[..most]).await?;
            if length == 0 {
                to.shutdown().await?;
                return Err(ErrorKind::UnexpectedEof.into());
            }
            left -= length as u64;
            let before = spoiler.is_done();
            let steps = spoiler.pass(&block[..length]);
            if spoiler.is_done() && !before {
                note();
            }
            self.take(steps, to).await?;
        }
        to.write_all(&spoiler.rest()).await
    }

    async fn take(&self, steps: Vec<Step>, to: &mut OwnedWriteHalf) -> io::Result<()> {
        for step in steps {
            match step {
                Step::Send(bytes) => to.write_all(&bytes).await?,
                Step::Wait(time) => {
                    let _held = Held::by(&self.book);
                    tokio::time::sleep(time).await;
                }
                Step::End => return Err(ErrorKind::ConnectionAborted.into()),
            }
        }
        Ok(())
    }

    async fn answers(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
        let mut block = vec![0; BLOCK];
        loop {
            let length = from.read(&mut block).await?;
            if length == 0 {
                return to.shutdown().await;
            }
            let steps = {
                let (spoiler, done) = &mut *lock(&self.answer);
                let steps = spoiler.pass(&block[..length]);
                if spoiler.is_done()
                    && let Some(done) = done.take()
                {
                    self.book.note(done);
                }
                steps
            };
            self.take(steps, &mut to).await?;
        }
    }
}

/// Counts as long as bytes are held back, also where their connection is cut meanwhile.
struct Held<'a>(&'a Book);

impl<'a> Held<'a> {
    fn by(book: &'a Book) -> Self {
        book.held.fetch_add(1, Ordering::SeqCst);
        Self(book)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn read_until(from: &mut BufReader<OwnedReadHalf>, end: &[u8]) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    while !read.ends_with(end) {
        if from.read_until(b'\n', &mut read).await? == 0 {
            return if read.is_empty() { Ok(read) } else { Err(ErrorKind::UnexpectedEof.into()) };
        }
    }
    Ok(read)
}

async fn shape(head: &[u8], from: &mut BufReader<OwnedReadHalf>) -> io::Result<Shape> {
    let text = String::from_utf8_lossy(head).into_owned();
    let header = |name: &str| {
        let found = text.lines().find(|line| {
            line.split_once(':').is_some_and(|(before, _)| before.trim().eq_ignore_ascii_case(name))
        })?;
        found.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let length: u64 = header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let boundary = header("content-type").and_then(|kind| {
        kind.split_once("boundary=").map(|(_, boundary)| boundary.trim_matches('"').to_owned())
    });
    let Some(boundary) = boundary else {
        return Ok(Shape { path, name: None, is_form: false, prelude: Vec::new(), file: length, tail: 0 });
    };
    let mut prelude = Vec::new();
    let mut in_file = false;
    loop {
        let start = prelude.len();
        if from.read_until(b'\n', &mut prelude).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let line = String::from_utf8_lossy(&prelude[start..]).into_owned();
        in_file |= line.contains("name=\"file\"");
        if in_file && line == "\r\n" {
            break;
        }
    }
    let tail = boundary.len() as u64 + 8;
    let file = length.saturating_sub(prelude.len() as u64 + tail);
    let name = field(&String::from_utf8_lossy(&prelude), "x-amz-meta-file_name");
    Ok(Shape { path, name, is_form: true, prelude, file, tail: tail.min(length) })
}

fn field(form: &str, name: &str) -> Option<String> {
    let (_, after) = form.split_once(&format!("name=\"{name}\""))?;
    let (_, value) = after.split_once("\r\n\r\n")?;
    value.split("\r\n").next().map(str::to_owned)
}
