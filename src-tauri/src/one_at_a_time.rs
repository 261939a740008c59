//! A question of which only the last one counts: it may take long, and nobody waits for the one before.

use std::future::Future;
use std::sync::Mutex;

use engine::error::Outcome;
use tokio::task::AbortHandle;

use crate::errors::{internal, invalid};
use crate::state::lock;

#[derive(Default)]
pub struct OneAtATime(Mutex<Option<AbortHandle>>);

impl OneAtATime {
    /// # Errors
    /// `RequestInvalid` for one that was given up; else those of the answer.
    pub async fn run<T: Send + 'static>(
        &self,
        answer: impl Future<Output = Outcome<T>> + Send + 'static,
    ) -> Outcome<T> {
        let task = tokio::spawn(answer);
        if let Some(before) = lock(&self.0).replace(task.abort_handle()) {
            before.abort();
        }
        match task.await {
            Ok(answer) => answer,
            Err(error) if error.is_cancelled() => Err(invalid("given up").with("reason", "given_up")),
            Err(error) => Err(internal(error)),
        }
    }

    pub fn stop(&self) {
        if let Some(running) = lock(&self.0).take() {
            running.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use engine::error::ErrorCode;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn only_the_last_question_is_answered() {
        let one = Arc::new(OneAtATime::default());
        assert_eq!(one.run(async { Ok(1) }).await, Ok(1));
        let (begun, first_runs) = oneshot::channel();
        let first = tokio::spawn({
            let one = Arc::clone(&one);
            async move {
                let never = async move {
                    begun.send(()).ok();
                    std::future::pending::<Outcome<u8>>().await
                };
                one.run(never).await
            }
        });
        assert!(first_runs.await.is_ok());
        assert_eq!(one.run(async { Ok(2) }).await, Ok(2));
        let given_up = first.await.map(|answer| answer.map_err(|failure| failure.code));
        assert!(matches!(given_up, Ok(Err(ErrorCode::RequestInvalid))));
    }
}
