//! Ends uploads when their time has come, by the tenant's clock.

use std::cmp::Reverse;
use std::time::Duration;

use crate::state::App;

/// So many under one lock, so that calls get between them.
const BATCH: usize = 256;

pub async fn run(app: App) {
    loop {
        match step(&app) {
            Some(Duration::ZERO) => tokio::task::yield_now().await,
            Some(wait) => {
                let _ = tokio::time::timeout(wait, app.due.notified()).await;
            }
            None => app.due.notified().await,
        }
    }
}

/// How long until the next one is due; `None` = nothing waits.
fn step(app: &App) -> Option<Duration> {
    let (now, switches) = (app.now_ms(), app.switches());
    let mut library = app.library();
    for _ in 0..BATCH {
        match library.due.peek() {
            None => return None,
            Some(&Reverse((due, _))) if due > now => {
                return Some(Duration::from_millis(u64::try_from(due - now).unwrap_or(1)));
            }
            Some(&Reverse((_, seq))) => {
                library.due.pop();
                library.ingest(seq, now, &switches, &app.db);
            }
        }
    }
    Some(Duration::ZERO)
}
