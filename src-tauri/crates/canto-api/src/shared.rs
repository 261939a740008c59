//! One call for all who ask at the same time.

use std::future::Future;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::error::{ApiError, ErrorKind};

/// A call that several wait for. Clones are the same call.
pub type SharedCall<T> = Shared<BoxFuture<'static, Result<T, ApiError>>>;

/// Starts a call for all who ask. It goes on in a task of its own when those who asked are gone: a call that nobody drives
/// any more would keep its turn in the budget, and every other call would wait behind it for ever.
pub fn shared<T: Clone + Send + Sync + 'static>(
    call: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> SharedCall<T> {
    let running = tokio::spawn(call);
    let answer =
        async move { running.await.unwrap_or_else(|_| Err(ApiError::new("shared", ErrorKind::Internal))) };
    answer.boxed().shared()
}

#[cfg(test)]
mod tests {
    use crate::Budget;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_stops_asking_does_not_keep_the_others_waiting() {
        // The second call has to wait a minute for its turn.
        let budget = Budget::new(1, 1);
        drop(budget.acquire().await);
        let call = {
            let budget = budget.clone();
            shared(async move {
                drop(budget.acquire().await);
                Ok(())
            })
        };
        // Kept by nobody who drives it, as in a map of what is under way.
        let kept = call.clone();
        let some = std::time::Duration::from_secs(1);
        assert!(tokio::time::timeout(some, call).await.is_err());
        let patience = std::time::Duration::from_secs(600);
        assert!(tokio::time::timeout(patience, budget.acquire()).await.is_ok());
        assert!(kept.await.is_ok());
    }
}
