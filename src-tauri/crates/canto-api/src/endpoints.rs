//! What the tenant offers, and who is signed in.

use serde::Deserialize;
use serde_json::Value;

use crate::{CantoClient, client::Call, error::ApiError, types::lenient, vouch::USER};

/// The addresses a tenant lists under its API root [D]. The listing's exact shape is [ND], so every text in
/// it that looks like a path is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    pub templates: Vec<String>,
}

impl Endpoints {
    /// The template of an S3 multipart contract, where the tenant lists one. The public API knows none [ND].
    pub fn offers_parts(&self) -> Option<String> {
        self.templates
            .iter()
            .find(|template| template.trim_end_matches('/').ends_with("/s3/multipart"))
            .cloned()
    }

    /// Where Upload Links and Workspaces are opened, where the tenant lists that. The public API knows nothing of it [ND].
    pub fn offers_places(&self) -> Option<String> {
        self.templates.iter().find(|template| template.trim_end_matches('/').ends_with("/places/v1")).cloned()
    }

    /// Whether collections can be listed. The public API is known to open one by its id, and no more [ND].
    pub fn offers_collections(&self) -> bool {
        self.templates
            .iter()
            .any(|template| template.trim_end_matches('/').ends_with("/api/v1/mycollections"))
    }

    pub(crate) fn from_listing(listing: &Value) -> Self {
        let mut templates = Vec::new();
        collect_paths(listing, &mut templates);
        Self { templates }
    }
}

fn collect_paths(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains('/') => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_paths(item, into)),
        Value::Object(items) => items.iter().for_each(|(key, item)| {
            if key.contains('/') {
                into.push(key.clone());
            }
            collect_paths(item, into);
        }),
        _ => {}
    }
}

/// The signed-in user. There is no role in the public API [ND].
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct User {
    /// An e-mail address was seen [R].
    #[serde(deserialize_with = "lenient::text")]
    pub user_id: String,
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    #[serde(deserialize_with = "lenient::text")]
    pub email: String,
    /// `upload` and `download` are the known words [C]; the whole list is [ND].
    #[serde(deserialize_with = "lenient::words")]
    pub permissions: Vec<String>,
    /// No tenant is known to tell it [ND]: taken where it is there.
    #[serde(deserialize_with = "lenient::opt_text")]
    pub role: Option<String>,
}

impl User {
    /// The only public sign that the user may upload [C]. Other rights are separate: try, and show the error.
    pub fn may_upload(&self) -> bool {
        self.permissions.iter().any(|word| word.eq_ignore_ascii_case("upload"))
    }
}

impl CantoClient {
    /// Lists what the tenant offers: `GET /api/v1/` [D].
    pub async fn endpoints(&self) -> Result<Endpoints, ApiError> {
        let listing: Value = self.json(Call::get("endpoints", self.tenant().api(""))).await?;
        Ok(Endpoints::from_listing(&listing))
    }

    /// The signed-in user: `GET /api/v1/user` [C].
    pub async fn user(&self) -> Result<User, ApiError> {
        self.json(Call::get(USER, self.tenant().api("user"))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_listing_will_do() {
        let listing = serde_json::json!({"upload": {"setting": "/api/v1/upload/setting"}, "version": "1.23",
            "more": ["https://x/api/v1/user", "https://x/s3/multipart"]});
        let endpoints = Endpoints::from_listing(&listing);
        assert_eq!(endpoints.templates.len(), 3);
        assert_eq!(endpoints.offers_parts().as_deref(), Some("https://x/s3/multipart"));
        assert_eq!(Endpoints::default().offers_parts(), None);
    }

    #[test]
    fn rights_as_recorded_or_missing() {
        let user: User = serde_json::from_str(
            r#"{"userId":"jo@example.com","firstName":"Jo","name":"Jo Example","permissions":["download","upload"]}"#,
        )
        .unwrap();
        assert!(user.may_upload());
        assert!(!serde_json::from_str::<User>(r#"{"userId":null,"permissions":null}"#).unwrap().may_upload());
    }
}
