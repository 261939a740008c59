//! Whether a 401 is about the token at all: what a missing right answers is [ND] (canto-api §1.3), and a tenant that says
//! 401 to it would have everybody sign in again, and again. `/user` tells: it takes any token that is good.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::{
    AccessToken, ApiError, ErrorKind, SharedCall,
    client::{Call, CantoClient, failure, is_success, read_body},
    error::is_html,
    shared,
};

/// The call that every good token is taken for.
pub(crate) const USER: &str = "user";
/// So long an answer serves for all calls that the same token is refused for.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// What `/user` said of a token, asked once for all who want to know.
#[derive(Clone, Default)]
pub(crate) struct Vouchers(Arc<Mutex<Option<Voucher>>>);

struct Voucher {
    token: AccessToken,
    asked: Instant,
    answer: SharedCall<bool>,
}

impl Vouchers {
    /// # Errors
    /// Those of the way, and of a busy tenant: nothing is known then, and nothing is kept.
    pub(crate) async fn takes(&self, client: &CantoClient, token: &AccessToken) -> Result<bool, ApiError> {
        let answer = {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &*slot {
                Some(known) if known.token == *token && known.asked.elapsed() < GOOD_FOR => {
                    known.answer.clone()
                }
                _ => {
                    let (client, asked_with) = (client.clone(), token.clone());
                    let answer = shared(async move { ask(&client, &asked_with).await });
                    let voucher =
                        Voucher { token: token.clone(), asked: Instant::now(), answer: answer.clone() };
                    *slot = Some(voucher);
                    answer
                }
            }
        };
        let result = answer.clone().await;
        if !matches!(result, Ok(true)) {
            let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.as_ref().is_some_and(|known| known.answer.ptr_eq(&answer)) {
                *slot = None;
            }
        }
        result
    }
}

async fn ask(client: &CantoClient, token: &AccessToken) -> Result<bool, ApiError> {
    let call = Call::get(USER, client.tenant().api("user"));
    let response = client.send_once(&call, token).await?;
    if is_success(response.status()) {
        let headers = response.headers().clone();
        let body = read_body(USER, response).await?;
        return Ok(!is_html(&headers, &body));
    }
    let error = failure(USER, response).await;
    match error.kind() {
        ErrorKind::TooManyRequests { .. } | ErrorKind::ServerBusy { .. } => Err(error),
        _ => Ok(false),
    }
}
