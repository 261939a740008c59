//! A server that answers just enough, in a process of its own, so that the client is what is measured: HTTPS with keep-alive,
//! bodies are drained and not hashed. One thread serves the tenant's API, its object store, and an S3 bucket for rclone.

mod canto;
mod certificate;
mod child;
mod http;
mod s3;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub use child::Sink;

use crate::outcome::{Outcome, because};
use crate::process::wait_for_the_end;
use crate::sources::Table;
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
    /// Added to each answer, milliseconds.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

/// What the sink knows. One thread, so a lock is never waited for.
struct State {
    table: Table,
    origin: String,
    delay: Duration,
    canto: canto::Tenant,
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
    let table = Table::read(&options.table)?;
    let tls = TlsAcceptor::from(Arc::new(certificate::make(&options.authority)?));
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).await.map_err(because("no loopback port for the sink"))?;
    let port = listener.local_addr().map_err(because("the sink has no address"))?.port();
    let origin = format!("https://localhost:{port}");
    println!("{}", serde_json::json!({ "url": origin }));
    let state = Arc::new(State {
        table,
        origin,
        delay: Duration::from_millis(options.delay_ms),
        canto: canto::Tenant::default(),
        bucket: s3::Bucket::default(),
        figures: child::Counters::default(),
    });
    loop {
        let (stream, _) = listener.accept().await.map_err(because("the sink can't accept"))?;
        let (state, tls) = (Arc::clone(&state), tls.clone());
        tokio::spawn(async move {
            // A client that goes away is none of the sink's troubles.
            drop(converse(stream, tls, &state).await);
        });
    }
}

async fn converse(stream: TcpStream, tls: TlsAcceptor, state: &State) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(tls.accept(stream).await?);
    child::Counters::add(&state.figures.connections, 1);
    while let Some(request) = connection.request().await? {
        child::Counters::add(&state.figures.requests, 1);
        child::Counters::add(&state.figures.bytes, request.length);
        let answer = answer(state, &request, &mut connection).await?;
        if !state.delay.is_zero() {
            tokio::time::sleep(state.delay).await;
        }
        connection.answer(&request, &answer).await?;
    }
    Ok(())
}

async fn answer(state: &State, request: &Request, connection: &mut Connection) -> std::io::Result<Answer> {
    let path = request.path();
    if path == "/_sink" {
        return Ok(Answer::json(state.figures.json()));
    }
    if path.starts_with("/api/") || path.starts_with("/oauth/") {
        let body = connection.body(request).await?;
        return Ok(canto::api(state, request, &body));
    }
    if path == canto::FORMS {
        let head = connection.drain(request, canto::FORM_HEAD).await?;
        return Ok(canto::form(state, &head));
    }
    s3::answer(state, request, connection).await
}
