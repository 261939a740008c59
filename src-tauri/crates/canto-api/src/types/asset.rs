//! Assets, as lists, details and batch details give them (canto-api §7).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    lenient,
    time::{CantoTime, opt_time},
};

/// What identifies an asset: scheme and id together, never the id alone [C].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AssetRef {
    /// `image`, `video`, `audio`, `document`, `presentation` or `other` [C].
    #[serde(default, deserialize_with = "lenient::text")]
    pub scheme: String,
    /// Opaque; 26 lower-case letters and digits were seen [R].
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
}

impl AssetRef {
    /// From its two parts.
    pub fn new(scheme: impl Into<String>, id: impl Into<String>) -> Self {
        Self { scheme: scheme.into(), id: id.into() }
    }
}

/// One asset. Every key but scheme and id may be missing, above all in lists [R].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Asset {
    #[serde(deserialize_with = "lenient::text")]
    pub scheme: String,
    #[serde(deserialize_with = "lenient::text")]
    pub id: String,
    /// The display name with extension.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Bytes.
    #[serde(deserialize_with = "lenient::opt_u64")]
    pub size: Option<u64>,
    /// 32 lower-case hex digits [R]. Changes when Canto writes metadata into the file [D]: only a match says something.
    #[serde(deserialize_with = "lenient::opt_text")]
    pub md5: Option<String>,
    /// Last change of anything.
    #[serde(deserialize_with = "opt_time")]
    pub time: Option<CantoTime>,
    #[serde(deserialize_with = "opt_time")]
    pub created: Option<CantoTime>,
    /// Moves with each new version [I].
    #[serde(deserialize_with = "opt_time")]
    pub last_uploaded: Option<CantoTime>,
    /// `Pending`, `Approved`, `Restricted`, `Expired`; compare without case [R].
    #[serde(deserialize_with = "lenient::opt_text")]
    pub approval_status: Option<String>,
    #[serde(deserialize_with = "lenient::opt_text")]
    pub owner_name: Option<String>,
    #[serde(deserialize_with = "lenient::opt_text")]
    pub description: Option<String>,
    #[serde(deserialize_with = "lenient::opt_u64")]
    pub width: Option<u64>,
    #[serde(deserialize_with = "lenient::opt_u64")]
    pub height: Option<u64>,
    /// The albums it is in; maybe none.
    #[serde(rename = "relatedAlbums", deserialize_with = "lenient::list")]
    pub albums: Vec<RelatedAlbum>,
    #[serde(rename = "tag", deserialize_with = "lenient::words")]
    pub tags: Vec<String>,
    #[serde(rename = "keyword", deserialize_with = "lenient::words")]
    pub keywords: Vec<String>,
    /// Custom fields by display name, not by id [R].
    #[serde(deserialize_with = "lenient::object")]
    pub additional: Map<String, Value>,
    /// Order [ND]: go by `no` and `current`.
    #[serde(deserialize_with = "lenient::list")]
    pub version_history: Vec<Version>,
    /// The page in the web app.
    #[serde(rename = "url", deserialize_with = "detail_in")]
    pub detail_url: Option<String>,
}

impl Asset {
    /// What identifies it.
    pub fn asset_ref(&self) -> AssetRef {
        AssetRef::new(self.scheme.clone(), self.id.clone())
    }
}

/// An album as an asset's detail names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RelatedAlbum {
    #[serde(deserialize_with = "lenient::text")]
    pub id: String,
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Ids from the top, with `/` between.
    #[serde(deserialize_with = "lenient::text")]
    pub id_path: String,
    /// Names from the top; ambiguous where a name holds a `/` [R].
    #[serde(deserialize_with = "lenient::text")]
    pub name_path: String,
}

/// One stored version of an asset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Version {
    /// Counts from 1.
    #[serde(deserialize_with = "lenient::opt_u64")]
    pub no: Option<u64>,
    #[serde(rename = "versionId", deserialize_with = "lenient::text")]
    pub id: String,
    #[serde(rename = "currentVersion", deserialize_with = "lenient::flag")]
    pub current: bool,
    #[serde(deserialize_with = "opt_time")]
    pub created: Option<CantoTime>,
    #[serde(deserialize_with = "opt_time")]
    pub time: Option<CantoTime>,
    #[serde(deserialize_with = "lenient::opt_text")]
    pub comment: Option<String>,
}

/// `"url":{"detail":"…"}`; a plain text comes from our own serialization.
pub(crate) fn detail_in<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Object(mut urls) => match urls.remove("detail") {
            Some(Value::String(url)) => Some(url),
            _ => None,
        },
        Value::String(url) => Some(url),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = r#"{
     "id":"0a1b2c3d4e5f6g7h8i9j0k1l2m","scheme":"image","name":"lake.jpg",
     "size":"2976538","md5":"0123456789abcdef0123456789abcdef","width":"4853","height":"2730","dpi":"72",
     "owner":"Jo Example(jo@example.com)","ownerName":"Jo Example",
     "created":"20240219183228169","lastUploaded":"20240219183228169","time":"20240321091801850",
     "approvalStatus":"Pending","description":null,
     "tag":["Lake"],"keyword":"Outdoors, Water","smartTags":["Landscape"],
     "default":{"Name":"lake.jpg","Author":null},
     "additional":{"Photo credit":"Jo","MDC Image URL":"https://cdn.example/x"},
     "relatedAlbums":[{"id":"LJ579","scheme":"album","name":"Spring","idPath":"MKSU6/LJ579",
       "namePath":"Marketing/Spring","size":"0","url":{"detail":"https://acme.canto.global/album/LJ579"}}],
     "versionHistory":[{"no":"1","versionId":"bGF0ZXN0","currentVersion":true,
       "created":"19700101010000000","time":"20240219183228169","comment":null}],
     "url":{"download":"https://acme.canto.global/api_binary/v1/image/x",
       "detail":"https://acme.canto.global/smartalbum?column=image&id=x"},
     "brandNewKey":{"deep":[1,2]}}"#;

    #[test]
    fn the_recorded_shape() {
        let asset: Asset = serde_json::from_str(RECORDED).unwrap();
        assert_eq!(asset.asset_ref(), AssetRef::new("image", "0a1b2c3d4e5f6g7h8i9j0k1l2m"));
        assert_eq!((asset.size, asset.width), (Some(2_976_538), Some(4853)));
        assert_eq!(asset.keywords, ["Outdoors", "Water"]);
        assert_eq!(asset.albums[0].id_path, "MKSU6/LJ579");
        assert!(asset.version_history[0].current);
        assert_eq!(asset.version_history[0].created, None, "the epoch means no date");
        assert_eq!(
            asset.detail_url.as_deref(),
            Some("https://acme.canto.global/smartalbum?column=image&id=x")
        );
        assert_eq!(asset.additional["Photo credit"], "Jo");
        let again: Asset = serde_json::from_str(&serde_json::to_string(&asset).unwrap()).unwrap();
        assert_eq!(again, asset);
    }

    #[test]
    fn odd_values_do_not_stop_the_rest() {
        let asset: Asset = serde_json::from_str(
            r#"{"id":7,"scheme":"other","name":null,"size":12,"md5":null,"tag":null,"keyword":[null,"a",{"name":"b"}],
                "relatedAlbums":null,"versionHistory":[null,{"no":2,"currentVersion":"true"}],"additional":null,
                "url":null,"time":"","width":{"x":1}}"#,
        )
        .unwrap();
        assert_eq!((asset.id.as_str(), asset.size, asset.width), ("7", Some(12), None));
        assert_eq!(asset.keywords, ["a", "b"]);
        assert_eq!((asset.version_history.len(), asset.version_history[0].no), (1, Some(2)));
        assert_eq!(serde_json::from_str::<Asset>("{}").unwrap(), Asset::default());
    }
}
