//! Signed addresses of parts: fetched for some at once, and anew when they may have expired.

use std::collections::BTreeMap;
use std::time::Duration;

use canto_api::{ApiError, OpenUpload, PartsServer};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

/// Each call counts in the tenant's budget.
const AT_ONCE: usize = 32;
/// How long one lasts, the batch call does not say; Companion's own default is 800 s.
const LIFE: Duration = Duration::from_secs(600);

pub struct Addresses {
    server: PartsServer,
    open: OpenUpload,
    /// Numbers in the order in which they will be asked for.
    numbers: Vec<u32>,
    signed: Mutex<BTreeMap<u32, (Url, Instant)>>,
}

impl Addresses {
    pub fn new(server: PartsServer, open: OpenUpload, numbers: Vec<u32>) -> Self {
        Self { server, open, numbers, signed: Mutex::default() }
    }

    /// The address of a part, for one use. Who asks meanwhile waits for the same call.
    pub async fn take(&self, number: u32) -> Result<Url, ApiError> {
        let mut signed = self.signed.lock().await;
        if let Some((url, at)) = signed.remove(&number)
            && at.elapsed() < LIFE
        {
            return Ok(url);
        }
        let next: Vec<u32> = self
            .numbers
            .iter()
            .copied()
            .filter(|other| *other >= number && !signed.contains_key(other))
            .take(AT_ONCE)
            .collect();
        let asked = Instant::now();
        let urls = self.server.sign(&self.open, &next).await?;
        signed.extend(urls.into_iter().map(|(number, url)| (number, (url, asked))));
        match signed.remove(&number) {
            Some((url, _)) => Ok(url),
            None => self
                .server
                .sign(&self.open, &[number])
                .await?
                .remove(&number)
                .ok_or_else(|| ApiError::new("sign_parts", canto_api::ErrorKind::UnexpectedAnswer)),
        }
    }

    /// The rest has expired or was refused as well.
    pub async fn forget(&self) {
        self.signed.lock().await.clear();
    }
}
