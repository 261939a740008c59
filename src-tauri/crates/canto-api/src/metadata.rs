//! What can be said about assets after the upload (canto-api §9).

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    AssetRef, CantoClient, address::join_parts, assets::BATCH, client::Call, error::ApiError, types::lenient,
};

/// One property of a batch edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EditProperty {
    /// `keyword` [C] or a custom field's id. The ids of other properties are [ND].
    pub property_id: String,
    pub property_value: String,
    /// Only the empty text is evidenced [C].
    pub action: String,
    pub custom_field: bool,
}

impl EditProperty {
    /// Keywords, joined with commas [C].
    pub fn keywords(words: &[String]) -> Self {
        Self::new("keyword", words.join(","), false)
    }

    /// A custom field by the id that [`CantoClient::custom_fields`] gives. Several values: [ND].
    pub fn custom(id: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(id, value, true)
    }

    /// The description. That batch edit takes it is a guess [ND].
    pub fn description(text: impl Into<String>) -> Self {
        Self::new("description", text, false)
    }

    fn new(id: impl Into<String>, value: impl Into<String>, custom_field: bool) -> Self {
        let (property_id, property_value) = (id.into(), value.into());
        Self { property_id, property_value, action: String::new(), custom_field }
    }
}

/// A custom field. Only id and name are evidenced [C]; the other keys are guesses over what came [ND].
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CustomField {
    /// E.g. `meta_choice_3` [C].
    #[serde(deserialize_with = "lenient::text")]
    pub id: String,
    /// The display name; values of assets are kept under it [R].
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    #[serde(rename = "type", deserialize_with = "lenient::opt_text")]
    pub kind: Option<String>,
    /// The choices of a choice field.
    #[serde(deserialize_with = "lenient::words")]
    pub values: Vec<String>,
    #[serde(deserialize_with = "lenient::flag")]
    pub required: bool,
    /// Everything else that came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[derive(Serialize)]
struct BatchEdit<'a> {
    contents: &'a [AssetRef],
    properties: &'a [EditProperty],
}

impl CantoClient {
    /// The tenant's custom fields: `GET /api/v1/custom/field` [C].
    pub async fn custom_fields(&self) -> Result<Vec<CustomField>, ApiError> {
        let call = Call::get("custom_fields", self.tenant().api("custom/field"));
        let answer: Value = self.json(call).await?;
        let list = match answer {
            Value::Object(mut object) => object.remove("results").unwrap_or_default(),
            list => list,
        };
        Ok(lenient::list(list).unwrap_or_default())
    }

    /// Sets properties of many assets: `PUT /api/v1/batch/edit` [C], 100 assets a call [I]. An error may
    /// leave earlier hundreds edited; setting them again is harmless.
    pub async fn batch_edit(&self, assets: &[AssetRef], properties: &[EditProperty]) -> Result<(), ApiError> {
        for contents in assets.chunks(BATCH) {
            let call = Call::new("batch_edit", Method::PUT, self.tenant().api("batch/edit"))
                .with_json(&BatchEdit { contents, properties })?;
            self.done(call).await?;
        }
        Ok(())
    }

    /// Puts a tag, a free word, on an asset [C].
    pub async fn add_tag(&self, asset: &AssetRef, word: &str) -> Result<(), ApiError> {
        self.add_word("add_tag", asset, "tag", word).await
    }

    /// Puts a keyword of the managed list on an asset; twice is fine [C]. An unknown keyword: [ND].
    pub async fn add_keyword(&self, asset: &AssetRef, word: &str) -> Result<(), ApiError> {
        self.add_word("add_keyword", asset, "keyword", word).await
    }

    async fn add_word(
        &self,
        call: &'static str,
        asset: &AssetRef,
        list: &str,
        word: &str,
    ) -> Result<(), ApiError> {
        let path = join_parts(call, &[&asset.scheme, &asset.id, list, word])?;
        self.done(Call::new(call, Method::PUT, self.tenant().api(&path))).await
    }

    /// Adds a keyword to the tenant's list [C].
    pub async fn create_keyword(&self, name: &str, description: &str) -> Result<(), ApiError> {
        let body = serde_json::json!({ "name": name, "description": description });
        let call =
            Call::new("create_keyword", Method::POST, self.tenant().api("keyword")).with_json(&body)?;
        self.done(call).await
    }

    /// Renames an asset [C].
    pub async fn rename_asset(&self, asset: &AssetRef, name: &str) -> Result<(), ApiError> {
        const CALL: &str = "rename_asset";
        let path = join_parts(CALL, &[&asset.scheme, &asset.id, "rename"])?;
        let body = serde_json::json!({ "name": name });
        self.done(Call::new(CALL, Method::PUT, self.tenant().api(&path)).with_json(&body)?).await
    }

    /// Comments one version of an asset [C].
    pub async fn version_comment(
        &self,
        asset: &AssetRef,
        version: &str,
        comment: &str,
    ) -> Result<(), ApiError> {
        let body = serde_json::json!({
            "scheme": asset.scheme, "id": asset.id, "versionId": version, "comment": comment,
        });
        let url = self.tenant().api("version/comment");
        self.done(Call::new("version_comment", Method::POST, url).with_json(&body)?).await
    }
}
