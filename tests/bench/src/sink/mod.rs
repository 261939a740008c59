//! A server that answers just enough, in a process of its own, so that the client is what is measured: HTTPS with keep-alive,
//! bodies are drained and not hashed. One thread serves the tenant's API, its object store, and an S3 bucket for rclone.

mod canto;
mod certificate;
mod child;
mod http;
mod line;
mod parts;
mod s3;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};
use tokio_rustls::TlsAcceptor;

pub use child::{Manner, Sink};
pub use line::now;

use crate::outcome::{Outcome, because};
use crate::process::wait_for_the_end;
use crate::sources::Table;
use child::figures;
use http::{Answer, Connection, Request};

/// The sink's own command line.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Names, sizes and checksums of the files that will come.
    #[arg(long)]
    table: PathBuf,
    /// Where to write the certificate authority.
    #[arg(long)]
    authority: PathBuf,
    #[command(flatten)]
    manner: Manner,
}

/// What the sink knows. One thread, so a lock is never waited for.
struct State {
    table: Table,
    origin: String,
    delay: Duration,
    line: line::Line,
    canto: canto::Tenant,
    /// `None`: parts are not offered.
    parts: Option<parts::Open>,
    bucket: s3::Bucket,
    figures: child::Counters,
}

/// Serves until its standard input closes; the first line of standard output is the address.
pub fn run(options: &Options) -> Outcome {
    std::thread::spawn(|| {
        wait_for_the_end();
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(because("the runtime did not start"))?;
    runtime.block_on(serve(options))
}

async fn serve(options: &Options) -> Outcome {
    let Options { table, authority, manner } = options;
    let table = Table::read(table)?;
    let tls = TlsAcceptor::from(Arc::new(certificate::make(authority, manner.address)?));
    let address = manner.address.unwrap_or(Ipv4Addr::LOCALHOST);
    let listener = listen(address, manner.bytes_a_second).map_err(because("no port for the sink"))?;
    let asked = figures(authority);
    // What an earlier sink in this folder has left.
    drop(std::fs::remove_file(&asked));
    let asked = UnixListener::bind(asked).map_err(because("no place for the sink's figures"))?;
    let port = listener.local_addr().map_err(because("the sink has no address"))?.port();
    let host = manner.address.map_or_else(|| "localhost".to_owned(), |address| address.to_string());
    let origin = format!("https://{host}:{port}");
    println!("{}", serde_json::json!({ "url": origin }));
    let state = Arc::new(State {
        table,
        origin,
        delay: Duration::from_millis(manner.delay_ms),
        line: line::Line::new(manner.bytes_a_second),
        canto: canto::Tenant::default(),
        parts: manner.parts.then(parts::Open::default),
        bucket: s3::Bucket::default(),
        figures: child::Counters::default(),
    });
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted.map_err(because("the sink can't accept"))?;
                let (state, tls) = (Arc::clone(&state), tls.clone());
                tokio::spawn(async move {
                    // A client that goes away is none of the sink's troubles.
                    drop(converse(stream, tls, &state).await);
                });
            }
            accepted = asked.accept() => {
                let (stream, _) = accepted.map_err(because("the sink can't accept"))?;
                drop(say_figures(stream, &state).await);
            }
        }
    }
}

/// On a slow line little is kept underway: what the other side has sent is here almost at once.
fn listen(address: Ipv4Addr, bytes_a_second: Option<u64>) -> std::io::Result<TcpListener> {
    const NARROW: u32 = 32 * 1024;
    let socket = TcpSocket::new_v4()?;
    if bytes_a_second.is_some() {
        socket.set_recv_buffer_size(NARROW)?;
    }
    socket.bind((address, 0).into())?;
    socket.listen(1_024)
}

/// In the clear, so that asking costs next to nothing.
async fn say_figures(mut stream: UnixStream, state: &State) -> std::io::Result<()> {
    let anew = stream.read_u8().await? == child::ANEW;
    stream.write_all(child::heard(state, anew).as_bytes()).await?;
    stream.shutdown().await
}

async fn converse(stream: TcpStream, tls: TlsAcceptor, state: &State) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(tls.accept(stream).await?);
    child::Counters::add(&state.figures.connections, 1);
    while let Some(mut request) = connection.request().await? {
        child::Counters::add(&state.figures.requests, 1);
        child::Counters::add(&state.figures.bytes, request.length);
        let answer = answer(state, &mut request, &mut connection).await?;
        if !state.delay.is_zero() {
            tokio::time::sleep(state.delay).await;
        }
        connection.answer(&request, &answer).await?;
        if canto::stores(&request) {
            state.figures.said_stored.store(now(), Ordering::Relaxed);
        }
    }
    Ok(())
}

async fn answer(
    state: &State,
    request: &mut Request,
    connection: &mut Connection,
) -> std::io::Result<Answer> {
    let path = request.path();
    if path.starts_with("/api/") || path.starts_with("/oauth/") {
        let body = connection.body(request).await?;
        return Ok(canto::api(state, request, &body));
    }
    if path == canto::FORMS {
        let head = connection.head_of(request, canto::FORM_HEAD).await?;
        let form = canto::form(state, &head);
        connection.drain(request, &state.line).await?;
        return Ok(form.map_or_else(|refusal| refusal, |form| form.stored(state)));
    }
    if path.starts_with(parts::PARTS) {
        return parts::put(state, request, connection).await;
    }
    s3::answer(state, request, connection).await
}
