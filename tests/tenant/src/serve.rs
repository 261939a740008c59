//! Connections and the way of one request through faults, object store or API, and the log.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::http_date;
use crate::faults::{Action, Seen};
use crate::object_store::{BUCKET, embedded, multipart};
use crate::requests::{Call, safe_query};
use crate::spoil::{fault_response, spoil, spoil_part};
use crate::state::App;
use crate::store::token::TokenKind;

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut")]
pub struct Cut;

/// Put into an answer by the API's guard, for the log.
#[derive(Clone)]
pub struct CalledBy(pub String);

pub async fn accept(
    app: App,
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let router = TowerToHyperService::new(router);
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let (app, router, stop) = (app.clone(), router.clone(), stop.clone());
        tasks.spawn(async move {
            let service = service_fn(move |request| answer(app.clone(), router.clone(), request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                result = connection => if let Err(error) = result {
                    tracing::debug!(%error, "a connection ended early");
                },
                // Open connections are dropped, as when the machine goes down.
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn answer(
    app: App,
    router: TowerToHyperService<Router>,
    request: hyper::Request<Incoming>,
) -> Result<Response, Cut> {
    let started = Instant::now();
    let at_ms = app.now_ms();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let query = safe_query(request.uri().query());
    let sent =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let via = request.headers().get(header::VIA).and_then(|value| Some(value.to_str().ok()?.to_owned()));
    let in_bucket = path.strip_prefix('/').and_then(|path| path.strip_prefix(BUCKET)).is_some();
    let object_post = in_bucket && method == Method::POST && request.uri().query().is_none();
    let seen = Seen { method: method.as_str(), path: &path, object_post, name: None, length: sent };
    let faults = app.faults.pick(seen);
    let count = faults.len();
    let spoilt = faults.iter().any(|fault| !matches!(fault, Action::Delay { .. }));

    let working = (!faults.contains(&Action::Hang)).then(|| Working::on(&app));
    let mut result = run(&app, router, request.map(Body::new), object_post, in_bucket, faults).await;
    drop(working);
    if let Ok(response) = &mut result
        && app.clock.offset_ms() != 0
        && let Ok(date) = HeaderValue::from_str(&http_date(app.now_ms()))
    {
        response.headers_mut().insert(header::DATE, date);
    }
    let admin = path.starts_with("/_tenant");
    if !admin {
        let response = result.as_ref().ok();
        let user = response.and_then(|response| response.extensions().get::<CalledBy>());
        app.calls.add(Call {
            n: 0,
            at_ms,
            method: method.to_string(),
            path: safe_path(path),
            query,
            status: response.map(|response| response.status().as_u16()),
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            sent,
            via,
            user: user.map(|user| user.0.clone()),
            faults: count,
            spoilt,
        });
    }
    result
}

/// Counts a request as long as something may still come of it.
struct Working(App);

impl Working {
    fn on(app: &App) -> Self {
        app.under_way.fetch_add(1, Ordering::SeqCst);
        Self(app.clone())
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The refresh token is part of this one's path (§2.8).
fn safe_path(path: String) -> String {
    match path.rsplit_once("/tenant/") {
        Some((before, _)) if path.starts_with("/oauth/") => format!("{before}/tenant/…"),
        _ => path,
    }
}

async fn run(
    app: &App,
    router: TowerToHyperService<Router>,
    request: Request,
    object_post: bool,
    in_bucket: bool,
    mut faults: Vec<Action>,
) -> Result<Response, Cut> {
    for fault in &faults {
        match fault {
            Action::Delay { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Action::Hang => std::future::pending().await,
            Action::ExpireTokens => app.sessions().expire(TokenKind::Access, &app.db),
            Action::ExpirePolicies => app.end_policies(),
            Action::Status { after_bytes, .. } if !object_post || after_bytes.is_none() => {
                if let Some(response) = fault_response(fault) {
                    return Ok(response);
                }
            }
            _ => {}
        }
    }
    if object_post {
        return embedded::post(app, request, faults).await;
    }
    let writes = request.method() != Method::GET;
    let response = if in_bucket {
        // The body of a part is spoilt on its way in, as that of a form is.
        let (request, cut) = spoil_part(request, &faults);
        let response = multipart::object_call(app, request).await;
        if cut {
            return Err(Cut);
        }
        faults.retain(|fault| !matches!(fault, Action::FlipByte { .. }));
        response
    } else {
        match router.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    // What was answered is kept, also when the tenant is killed a moment later.
    if writes {
        app.db.barrier().await;
    }
    spoil(response, &faults)
}
