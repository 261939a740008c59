//! Asks the library for assets that changed files are to become versions of.

use std::collections::HashMap;
use std::sync::Arc;

use canto_api::{AssetRef, ErrorKind};

use crate::error::{ErrorCode, Failure, Outcome};
use crate::model::{AccountId, AssetId};
use crate::session::{Tenant, Tenants};
use crate::transfer::failure::failure_of;

/// What the library says of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// With so many versions; 0: its history is not told.
    There { versions: u32 },
    /// It is not, as the library says to somebody whom it answers otherwise.
    Absent,
    /// Nothing can be concluded.
    Unknown(Failure),
}

/// In the order of the assets.
pub async fn look(tenants: &Tenants, account: AccountId, assets: &[AssetId]) -> Outcome<Vec<Answer>> {
    let tenant = tenants.get(account).await?;
    let refs: Vec<AssetRef> = assets.iter().map(reference).collect();
    let content = match tenant.client.batch_content(&refs).await {
        Ok(content) => content,
        Err(error) => return Err(of_tenant(&error)),
    };
    let mut versions: HashMap<(String, String), u32> = HashMap::new();
    for asset in &content.found {
        let count = u32::try_from(asset.version_history.len()).unwrap_or(u32::MAX);
        versions.insert((asset.scheme.clone(), asset.id.clone()), count);
    }
    let mut answers = Vec::with_capacity(assets.len());
    for asset in assets {
        answers.push(match versions.get(&(asset.scheme.clone(), asset.id.clone())) {
            Some(versions) => Answer::There { versions: *versions },
            None => alone(&tenant, asset).await,
        });
    }
    Ok(answers)
}

/// An empty answer to a question for many proves nothing: each that is missing is asked for by itself. A *not there* counts
/// only from a library that still knows this user and shows its tree; one that answers so to everything says nothing.
async fn alone(tenant: &Arc<Tenant>, asset: &AssetId) -> Answer {
    match tenant.client.asset(&reference(asset)).await {
        // Half an answer is none.
        Ok(found) if found.id != asset.id => Answer::Unknown(ErrorCode::UnexpectedAnswer.into()),
        Ok(found) => {
            Answer::There { versions: u32::try_from(found.version_history.len()).unwrap_or(u32::MAX) }
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => {
            if let Err(error) = tenant.client.user().await {
                return Answer::Unknown(of_tenant(&error));
            }
            match tenant.client.tree(None, 1).await {
                Ok(nodes) if !nodes.is_empty() => Answer::Absent,
                Ok(_) => Answer::Unknown(ErrorCode::UnexpectedAnswer.into()),
                Err(error) => Answer::Unknown(of_tenant(&error)),
            }
        }
        Err(error) => Answer::Unknown(of_tenant(&error)),
    }
}

fn of_tenant(error: &canto_api::ApiError) -> Failure {
    let failure = failure_of(error);
    // Nothing was to be sent anywhere yet.
    match failure.code {
        ErrorCode::DestinationMissing => Failure::new(ErrorCode::UnexpectedAnswer).because(error),
        _ => failure,
    }
}

fn reference(asset: &AssetId) -> AssetRef {
    AssetRef { scheme: asset.scheme.clone(), id: asset.id.clone() }
}
