//! How a transfer obeys a stop.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::queue::message::Report;

/// A stopped transfer whose last byte is out gets this long for its answer.
const LAST_WORD: Duration = Duration::from_millis(700);

/// Waits for the post, or for the wish to stop. `all_out`: everything is with the server, which may already act on it.
pub async fn obey<T>(
    mut post: BoxFuture<'_, T>,
    stop: &CancellationToken,
    all_out: impl Fn() -> bool,
) -> Result<T, Report> {
    tokio::select! {
        biased;
        result = &mut post => return Ok(result),
        () = stop.cancelled() => {}
    }
    if !all_out() {
        return Err(Report::Stopped { unsure: false });
    }
    match tokio::time::timeout(LAST_WORD, post).await {
        Ok(result) => Ok(result),
        Err(_) => Err(Report::Stopped { unsure: true }),
    }
}
