//! `cargo xtask demo`: signs in and uploads by itself, as told by `FERRY_DEMO`.

use std::path::PathBuf;

use engine::EngineHandle;
use engine::error::Outcome;
use engine::model::{BatchId, Enqueue, MetadataOrder, SignInRequest};
use serde::Deserialize;

use crate::errors::invalid;

/// What the demo hands over.
#[derive(Deserialize)]
struct Order {
    url: String,
    app_id: String,
    app_secret: String,
    to: String,
    #[serde(default)]
    create: bool,
    paths: Vec<PathBuf>,
}

/// The order in the environment, if there is one.
pub fn order() -> Option<String> {
    std::env::var("FERRY_DEMO").ok().filter(|text| !text.is_empty())
}

/// # Errors
/// Those of signing in, of the destination, and of adding files.
pub async fn run(engine: &EngineHandle, order: &str) -> Outcome<BatchId> {
    // The error's text could quote the order, and with it the secret.
    let order: Order = serde_json::from_str(order).map_err(|_| invalid("FERRY_DEMO is not an order"))?;
    let request = SignInRequest {
        tenant: order.url,
        app_id: Some(order.app_id),
        app_secret: Some(order.app_secret.as_str().into()),
        ..SignInRequest::default()
    };
    let account = engine.sign_in_with_credentials(request).await?.id;
    let folders = order.paths.iter().any(|path| path.is_dir());
    let destination = engine.resolve_destination(account, &order.to, folders, order.create).await?;
    engine
        .enqueue(Enqueue {
            account,
            paths: order.paths,
            destination,
            tags: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            priority: 0,
            choices: Default::default(),
            duplicates: None,
            metadata: MetadataOrder::default(),
        })
        .await
}
