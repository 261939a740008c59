//! Sets values on assets by the tenant's documented calls (canto-api.md §9). A refusal is narrowed down to the asset
//! and the field that it is about.

use std::slice;

use canto_api::{ApiError, Asset, AssetRef, CantoClient, EditProperty, ErrorKind};

use crate::error::{ErrorCode, Failure, Who};
use crate::model::MetadataForm;
use crate::store::value_sets::ValueSet;
use crate::transfer::failure::failure_of;

/// What is set on many assets by one call, and how people call it.
struct Setting {
    name: String,
    property: EditProperty,
}

/// Sets everything on all assets, which have the same values. For each, why it was refused, if it was.
///
/// # Errors
/// What may pass: nothing is known of any of them then.
pub async fn set_values(
    client: &CantoClient,
    assets: &[AssetRef],
    set: &ValueSet,
    form: &MetadataForm,
) -> Result<Vec<Option<Failure>>, ApiError> {
    let mut refused = vec![None; assets.len()];
    let settings = settings_of(set, form);
    let properties: Vec<EditProperty> = settings.iter().map(|setting| setting.property.clone()).collect();
    if !properties.is_empty() {
        match client.batch_edit(assets, &properties).await {
            Err(error) if is_refusal(&error) => {
                for setting in &settings {
                    set_one(client, assets, setting, &mut refused).await?;
                }
            }
            Err(error) if *error.kind() == ErrorKind::LeftOut => {
                look_at(client, assets, &settings, &error, &mut refused).await?;
            }
            other => other?,
        }
    }
    for (asset, refused) in assets.iter().zip(&mut refused) {
        add_words(client, asset, set, refused).await?;
    }
    Ok(refused)
}

/// One setting on all assets; where that is refused, on ever smaller parts of them.
async fn set_one(
    client: &CantoClient,
    assets: &[AssetRef],
    setting: &Setting,
    refused: &mut [Option<Failure>],
) -> Result<(), ApiError> {
    let mut open = vec![(0, assets.len())];
    while let Some((start, end)) = open.pop() {
        let part = assets.get(start..end).unwrap_or_default();
        let Some(error) = refusal_of(client, part, setting).await? else { continue };
        let ends = [part.first(), part.last()];
        // A value that the first and the last don't take is not sent a hundred times to find that out.
        let is_value = part.len() == 1 || {
            let mut both = part.len() > 2;
            for asset in ends.into_iter().flatten().filter(|_| part.len() > 2) {
                both &= refusal_of(client, slice::from_ref(asset), setting).await?.is_some();
            }
            both
        };
        if is_value {
            for refused in refused.get_mut(start..end).unwrap_or_default() {
                let EditProperty { property_id, property_value, custom_field, .. } = &setting.property;
                let id = if *custom_field { property_id } else { &setting.name };
                note(refused, id, refusal(&error, &setting.name, property_value));
            }
        } else {
            let middle = start + part.len() / 2;
            open.extend([(start, middle), (middle, end)]);
        }
    }
    Ok(())
}

async fn refusal_of(
    client: &CantoClient,
    assets: &[AssetRef],
    setting: &Setting,
) -> Result<Option<ApiError>, ApiError> {
    match client.batch_edit(assets, slice::from_ref(&setting.property)).await {
        Ok(()) => Ok(None),
        Err(error) if is_refusal(&error) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// Tags that the upload did not carry, and keywords that a list with commas would cut in two.
async fn add_words(
    client: &CantoClient,
    asset: &AssetRef,
    set: &ValueSet,
    refused: &mut Option<Failure>,
) -> Result<(), ApiError> {
    let tags = set.tags_left().map(|tag| (true, tag));
    let keywords = set.values.keywords.iter().filter(|word| word.contains(',')).map(|word| (false, word));
    for (is_tag, word) in tags.chain(keywords) {
        let added =
            if is_tag { client.add_tag(asset, word).await } else { client.add_keyword(asset, word).await };
        match added {
            Err(error) if is_refusal(&error) => {
                let name = if is_tag { "tags" } else { "keywords" };
                note(refused, name, refusal(&error, name, word));
            }
            Err(error) if *error.kind() == ErrorKind::LeftOut => {
                let details = client.batch_content(slice::from_ref(asset)).await?;
                let has = details.found.first().is_some_and(|found| {
                    if is_tag { found.tags.contains(word) } else { found.keywords.contains(word) }
                });
                if !has {
                    let name = if is_tag { "tags" } else { "keywords" };
                    note(refused, name, ignored(&error, name, word));
                }
            }
            other => other?,
        }
    }
    Ok(())
}

/// The answer says nothing, so the assets have to: a tenant may leave undone what somebody has no right to [ND].
async fn look_at(
    client: &CantoClient,
    assets: &[AssetRef],
    settings: &[Setting],
    error: &ApiError,
    refused: &mut [Option<Failure>],
) -> Result<(), ApiError> {
    let details = client.batch_content(assets).await?;
    for (asset, refused) in assets.iter().zip(refused) {
        let found = details.found.iter().find(|found| found.asset_ref() == *asset);
        for setting in settings.iter().filter(|setting| !found.is_some_and(|found| setting.is_on(found))) {
            let EditProperty { property_id, property_value, custom_field, .. } = &setting.property;
            let id = if *custom_field { property_id } else { &setting.name };
            note(refused, id, ignored(error, &setting.name, property_value));
        }
    }
    Ok(())
}

impl Setting {
    /// As far as it can be told: how a tenant writes a value is its own matter.
    fn is_on(&self, asset: &Asset) -> bool {
        let EditProperty { property_id, property_value, custom_field, .. } = &self.property;
        match property_id.as_str() {
            "keyword" if !custom_field => {
                property_value.split(',').all(|word| asset.keywords.iter().any(|known| known == word))
            }
            "description" if !custom_field => asset.description.as_deref() == Some(property_value),
            _ => asset.additional.get(&self.name).is_some_and(|value| match value {
                serde_json::Value::Null => false,
                serde_json::Value::String(text) => !text.is_empty(),
                serde_json::Value::Array(list) => !list.is_empty(),
                _ => true,
            }),
        }
    }
}

fn settings_of(set: &ValueSet, form: &MetadataForm) -> Vec<Setting> {
    let mut settings = Vec::new();
    let plain: Vec<String> = set.values.keywords.iter().filter(|word| !word.contains(',')).cloned().collect();
    if !plain.is_empty() {
        settings.push(Setting { name: "keywords".to_owned(), property: EditProperty::keywords(&plain) });
    }
    if let Some(text) = &set.values.description {
        settings.push(Setting { name: "description".to_owned(), property: EditProperty::description(text) });
    }
    for (id, values) in set.values.fields.iter().filter(|(_, values)| !values.is_empty()) {
        let field = form.fields.iter().find(|field| field.id == *id);
        let name = field.map_or(id, |field| &field.name).clone();
        // How several values of one field are written is a guess after the keywords [ND].
        settings.push(Setting { name, property: EditProperty::custom(id, values.join(",")) });
    }
    settings
}

/// The tenant will say the same again.
fn is_refusal(error: &ApiError) -> bool {
    matches!(
        failure_of(error).code,
        ErrorCode::TenantRefused | ErrorCode::NoPermission | ErrorCode::DestinationMissing
    )
}

/// The first refusal is the asset's; of others it keeps the field's id and why, for the receipt.
fn note(known: &mut Option<Failure>, id: &str, refusal: Failure) {
    let Some(first) = known else {
        *known = Some(refusal.with("id", id));
        return;
    };
    let reason = refusal.params.get("reason").map_or("tenant", String::as_str);
    let line = format!("{id}={reason}");
    let also = first.params.entry("also".to_owned()).or_default();
    if !also.lines().any(|known| known == line) {
        also.push_str(&format!("{}{line}", if also.is_empty() { "" } else { "\n" }));
    }
}

/// The tenant took it, and did nothing.
fn ignored(error: &ApiError, field: &str, value: &str) -> Failure {
    let failure = Failure::new(ErrorCode::MetadataRefused).with("field", field).with("value", value);
    Failure { who: Who::Admin, ..failure }.with("reason", "right").because(error)
}

fn refusal(error: &ApiError, field: &str, value: &str) -> Failure {
    let failure =
        Failure::new(ErrorCode::MetadataRefused).with("field", field).with("value", value).because(error);
    match failure_of(error).code {
        ErrorCode::NoPermission => Failure { who: Who::Admin, ..failure.with("reason", "right") },
        ErrorCode::DestinationMissing => failure.with("reason", "gone"),
        _ => failure.with("reason", "tenant"),
    }
}
