//! The upload setting: the fields of a form that Canto has signed for one user [R].

use std::{fmt, time::Duration};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use url::Url;

use super::{form::Frame, policy::Policy};
use crate::{
    CantoClient,
    address::is_loopback,
    client::{Call, parse, read_body},
    error::{ApiError, ErrorKind, date_of, is_html},
    types::lenient::Text,
};

const CALL: &str = "upload_setting";
/// What the object store replaces with the file part's name [A].
pub(super) const PLACEHOLDER: &str = "${filename}";

/// A signed form for many files of one user, valid for about 5 hours [R]. `Debug` shows only where it goes.
#[derive(Clone)]
pub struct UploadSetting {
    /// Where the forms go.
    pub url: Url,
    fields: Vec<(String, String)>,
    policy: Option<Policy>,
    fetched_at_server: Option<Timestamp>,
    pub(super) frame: Frame,
}

impl UploadSetting {
    /// Reads the answer of the call. `server_date` is its `Date` header.
    ///
    /// # Errors
    /// `LeftOut` without an address or a key, `UnexpectedAnswer` with an address that is not encrypted.
    pub fn from_json(body: &[u8], server_date: Option<Timestamp>) -> Result<Self, ApiError> {
        let Pairs(mut fields) = parse(CALL, body)?;
        let bad = |text| ApiError::new(CALL, ErrorKind::UnexpectedAnswer).with_message(text);
        let left_out = |text| ApiError::new(CALL, ErrorKind::LeftOut).with_status(200).with_message(text);
        let at = fields.iter().position(|(name, _)| name == "url");
        let at = at.ok_or_else(|| left_out("no address came"))?;
        let (_, address) = fields.remove(at);
        let url = Url::parse(&address).map_err(|_| bad("the address can't be read"))?;
        let local = url.host().is_some_and(|host| is_loopback(&host));
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return Err(bad("the address is not encrypted"));
        }
        if !fields.iter().any(|(name, _)| name == "key") {
            return Err(left_out("no key came"));
        }
        let policy = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("policy"));
        let policy = policy.and_then(|(_, encoded)| Policy::decode(encoded));
        let frame = Frame::new(&fields, policy.as_ref());
        Ok(Self { url, fields, policy, fetched_at_server: server_date, frame })
    }

    /// Every field but the address, in the order it came. Holds the signature.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// The decoded policy, where there is one that can be read.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// The server's clock when the setting was fetched.
    pub fn fetched_at_server(&self) -> Option<Timestamp> {
        self.fetched_at_server
    }

    /// The key up to `${filename}`. The policy wants keys to start so; the rest is the client's [I].
    pub fn key_prefix(&self) -> &str {
        let key = self.fields.iter().find(|(name, _)| name == "key").map_or("", |(_, key)| key.as_str());
        key.split(PLACEHOLDER).next().unwrap_or_default()
    }

    /// How long it held when it was fetched, both times by the server's clock. None when either is unknown.
    pub fn expires_in_at_fetch(&self) -> Option<Duration> {
        let left = self.policy.as_ref()?.expiration()?.duration_since(self.fetched_at_server?);
        Some(Duration::try_from(left).unwrap_or_default())
    }

    /// Whether the policy allows a form field, e.g. `Content-MD5`. Unknown policy: no.
    pub fn allows_field(&self, name: &str) -> bool {
        self.policy.as_ref().is_some_and(|policy| policy.allows_field(name))
    }
}

impl fmt::Debug for UploadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadSetting").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl CantoClient {
    /// Fetches an upload setting. With `refer` the form may carry an own text for each file [C]; whether the
    /// status gives it back is [ND].
    pub async fn upload_setting(&self, refer: bool) -> Result<UploadSetting, ApiError> {
        let mut url = self.tenant().api("upload/setting");
        if refer {
            url.set_query(Some("refer=true"));
        }
        let response = self.send(&Call::get(CALL, url)).await?;
        let headers = response.headers().clone();
        let body = read_body(CALL, response).await?;
        if is_html(&headers, &body) {
            return Err(ApiError::new(CALL, ErrorKind::UnexpectedAnswer).with_message("a web page came"));
        }
        UploadSetting::from_json(&body, date_of(&headers))
    }
}

/// A JSON object as pairs in its own order; entries that are no scalars are left out.
struct Pairs(Vec<(String, String)>);

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(16);
        while let Some((name, Text(value))) = map.next_entry::<String, Text<'de>>()? {
            pairs.extend(value.map(|value| (name, value.into_owned())));
        }
        Ok(Pairs(pairs))
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(PairsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::policy::tests::encoded, *};

    #[test]
    fn recorded_setting() {
        let json = format!(
            r#"{{"url":"https://upload-bucket.s3-accelerate.amazonaws.com/",
            "key":"bc4f/jo@example.com/${{filename}}","acl":"private","AWSAccessKeyId":"AKIAEXAMPLE",
            "Policy":"{}","Signature":"EjqtEXAMPLE=","x-amz-meta-id":"","nothing":null}}"#,
            encoded("")
        );
        let date = "2024-01-06T16:42:38.937Z".parse().unwrap();
        let setting = UploadSetting::from_json(json.as_bytes(), Some(date)).unwrap();
        assert_eq!(setting.key_prefix(), "bc4f/jo@example.com/");
        assert_eq!(setting.expires_in_at_fetch(), Some(Duration::from_secs(5 * 3600)));
        let names: Vec<_> = setting.fields().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["key", "acl", "AWSAccessKeyId", "Policy", "Signature", "x-amz-meta-id"]);
        assert!(setting.allows_field("x-amz-meta-album_id") && !setting.allows_field("content-md5"));
        let shown = format!("{setting:?}");
        assert!(shown.contains("upload-bucket") && !shown.contains("EXAMPLE") && !shown.contains("jo@"));
    }

    #[test]
    fn what_is_no_setting() {
        let refused =
            |json: &str| UploadSetting::from_json(json.as_bytes(), None).unwrap_err().kind().clone();
        assert_eq!(refused("{}"), ErrorKind::LeftOut);
        assert_eq!(refused(r#"{"url":"https://x/"}"#), ErrorKind::LeftOut);
        assert_eq!(refused(r#"{"url":"http://example.com/","key":"k"}"#), ErrorKind::UnexpectedAnswer);
        assert_eq!(refused("[]"), ErrorKind::UnexpectedAnswer);
        assert!(UploadSetting::from_json(br#"{"url":"http://127.0.0.1:1/","key":"k"}"#, None).is_ok());
    }
}
